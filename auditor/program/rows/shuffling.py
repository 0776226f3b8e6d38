"""Splits that mix rows which are ordered in time."""

from __future__ import annotations

import msgspec

from auditor.program.calls.effects import Site
from auditor.program.rows.row_sets import Rows, Spot, origins
from auditor.program.rows.trace import Signal, Split, Trace

_AT_RANDOM = frozenset(
    {
        "train_test_split",
        "KFold",
        "StratifiedKFold",
        "ShuffleSplit",
        "StratifiedShuffleSplit",
        "RepeatedKFold",
        "random_split",
    }
)


class Shuffled(msgspec.Struct, frozen=True):
    """Rows that are ordered in time and split without regard to it."""

    split: Split
    signals: tuple[Signal, ...]


def shuffled_in_time(trace: Trace) -> list[Shuffled]:
    """Random splits, or folds without order, of rows with two signs or more of an order in time.

    What a scope divides further is not told again: the first split has mixed the times by then.
    """
    found: dict[Spot, Shuffled] = {}
    told: set[tuple[int, Site]] = set()
    for split in trace.splits.values():
        if any((number, split.site) in told for number in split.rows.layers):
            continue
        signals = _signals(trace, split.rows.root)
        if len(signals) >= 2 and split.name in _AT_RANDOM and (split.shuffles or "KFold" in split.name):
            found.setdefault(split.spot, Shuffled(split, tuple(signals[word] for word in sorted(signals))))
            told.add((split.number, split.site))
    return list(found.values())


def _signals(trace: Trace, root: Rows) -> dict[str, Signal]:
    """The signs of an order in time of some rows, those of the tables that were joined to them included."""
    found: dict[str, Signal] = {}
    for each in origins(root):
        found = trace.signals.get(each, {}) | found
    return found
