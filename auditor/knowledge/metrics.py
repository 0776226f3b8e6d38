"""What the name of a metric says: which way is better, and whether it hangs on a threshold."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from auditor.knowledge.tables import read_metrics
from auditor.model.regex import regex

_APART = regex(r"[^a-z0-9]+")
_TURNED = frozenset({"neg", "negative", "minus", "inverse", "inv", "drop", "gap", "diff", "difference", "delta", "change", "regret", "target", "threshold", "min", "max", "weight", "ratio"})  # fmt: skip
"""Words that turn a metric round or make another quantity of it."""


@cache
def _table() -> dict[str, tuple[str, str]]:
    return read_metrics()


@cache
def better(name: str) -> str:
    """`higher` or `lower`; "" where the name is no metric, or says both."""
    words = _words(name)
    if _TURNED & set(words):
        return ""
    found = {entry[0] for entry in _entries(words)}
    return next(iter(found)) if len(found) == 1 else ""


@cache
def kinds(name: str) -> frozenset[str]:
    """`cut`, `free` or both: how a metric of a classification judges it; empty for others."""
    return frozenset(entry[1] for entry in _entries(_words(name))) - {"-"}


def _words(name: str) -> tuple[str, ...]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()
    words = tuple(word for word in _APART.split(spaced) if word)
    return (*words, *("_".join(pair) for pair in pairwise(words)))


def _entries(words: tuple[str, ...]) -> list[tuple[str, str]]:
    table = _table()
    pairs = [word for word in words if "_" in word and word in table]
    taken = {part for pair in pairs for part in pair.split("_")}
    return [table[word] for word in words if word in table and word not in taken]
