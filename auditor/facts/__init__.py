"""Reads many files: each content once, from the cache where it can, in several processes when there are many."""

from __future__ import annotations

from auditor.facts.cache import Cache, CacheStats, default_folder
from auditor.facts.reading import no_collection, read_facts

__all__ = ["Cache", "CacheStats", "default_folder", "no_collection", "read_facts"]
