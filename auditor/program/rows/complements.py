"""What is left of some rows when others are taken away: the other part, where these were one part of a split."""

from __future__ import annotations

from auditor.program.rows.machine import Machine
from auditor.program.rows.row_sets import TEST, TRAIN, Rows
from auditor.program.rows.state import Called
from auditor.program.rows.values import OTHER, Value

_ANTI = frozenset({"anti", "leftanti", "left_anti"})


def without(m: Machine, base: Value, index: Value) -> Rows:
    """The rows of a table that an index does not name."""
    rows, taken = m.rows(base), index.rows
    if taken is not None and taken.part in (TRAIN, TEST):
        return m.sets.part(rows, taken.split, TEST if taken.part == TRAIN else TRAIN, taken.how)
    return m.sets.subset(rows)


def difference(m: Machine, called: Called, base: Value) -> Value | None:
    """`index.difference(other)`: the positions that the other does not name."""
    other = called.args[0] if called.args else OTHER
    if base.kind == "index" and other.kind == "index":
        return Value("index", without(m, base, other))
    return None


def subtracted(m: Machine, called: Called, base: Value) -> Value | None:
    """`frame.subtract(part)` and `exceptAll`: the rows that the part does not hold; None where it is no part of the frame."""
    other = called.args[0] if called.args else OTHER
    if base.kind != "frame" or other.rows is None or base.rows is None or other.rows is base.rows:
        return None
    return base.on(without(m, base, other)) if base.rows in other.rows.above else None


def anti_joined(m: Machine, called: Called, base: Value) -> Value | None:
    """`frame.join(part, how="anti")`: the rows that the part does not hold; None for any other join."""
    if called.constant("how", 2) not in _ANTI:
        return None
    found = subtracted(m, called, base)
    return found if found is not None else base.on(m.sets.subset(m.rows(base)))
