"""What a call means: tables of libraries, and the lookup over them."""

from __future__ import annotations

from auditor.knowledge.entry import Argument, Entry, Library, PathSpec, Pin, RoleBy, RoleRefine, Seed, TypeFacts
from auditor.knowledge.lookup import Knowledge, load

__all__ = [
    "Argument",
    "Entry",
    "Knowledge",
    "Library",
    "PathSpec",
    "Pin",
    "RoleBy",
    "RoleRefine",
    "Seed",
    "TypeFacts",
    "load",
]
