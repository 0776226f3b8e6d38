"""Words that nobody knows, with the one that may be meant."""

from __future__ import annotations

from collections.abc import Collection


def or_meant(word: str, known: Collection[str]) -> str:
    """What is to be added to a complaint about a word: which of those that are known may be meant; "" where none is near."""
    import difflib  # only for who misspelt one

    near = difflib.get_close_matches(word, known, n=1)
    return f"; is `{near[0]}` meant?" if near else ""
