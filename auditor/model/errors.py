"""The one error that is the user's to mend."""

from __future__ import annotations


class UsageError(Exception):
    """A mistake in how auditor was called: one sentence, and what to do. The command exits with 2."""
