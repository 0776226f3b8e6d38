"""Reads many files: each content once, from the cache where it can, in several processes when there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.cache import Cache, CacheStats, default_folder
from auditor.facts.garbage import no_collection

if TYPE_CHECKING:
    from auditor.facts.reading import read_facts

__all__ = ["Cache", "CacheStats", "default_folder", "no_collection", "read_facts"]


def __getattr__(name: str) -> object:
    """Reading brings all readers with it: they are imported when first asked for, so that a finished audit needs none."""
    if name == "read_facts":
        from auditor.facts.reading import read_facts

        return read_facts
    raise AttributeError(f"module 'auditor.facts' has no attribute {name!r}")
