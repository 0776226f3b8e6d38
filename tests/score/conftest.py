"""Generated examples are the same in every run, and a busy machine fails none of them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("laws", derandomize=True, deadline=None)
settings.load_profile("laws")
