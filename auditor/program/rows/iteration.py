"""What the turns of a loop hold: elements of lists and dicts, folds, batches."""

from __future__ import annotations

from auditor.program.rows.machine import MOST_ELEMENTS, Machine
from auditor.program.rows.row_sets import TEST, TRAIN
from auditor.program.rows.state import Called
from auditor.program.rows.values import OTHER, Value, constant, listed

FOLDS_SHOWN = 2


def elements(m: Machine, source: Value) -> list[Value] | None:
    """The elements one by one, None where they are not known."""
    if source.kind == "list" and not source.open:
        return list(source.items[:MOST_ELEMENTS])
    if source.kind == "list":
        return [source.items[0]] * 2 if source.items else None
    if source.kind == "table":
        return [constant(key) for key in source.keys[:MOST_ELEMENTS]]
    if source.kind == "folds":
        return folds(m, source)
    if source.kind == "splitter":  # old splitters are told how many rows there are, and are gone through themselves
        return folds(m, source.on(m.sets.root(f"positions|{source.ref}")))
    return [source] if source.kind in ("frame", "prediction", "names") else None


def folds(m: Machine, source: Value) -> list[Value]:
    """Two of the pairs of training and test positions that a splitter makes of some rows."""
    found = []
    once = bool(m.heap[source.ref].attrs.get("once"))
    how = "part" if once else "fold"
    for turn in range(1 if once else FOLDS_SHOWN):
        split = m.sets.split(("fold", source.ref, source.rows, turn))
        rows = m.rows(source)
        train = Value("index", m.sets.part(rows, split, TRAIN, how))
        test = Value("index", m.sets.part(rows, split, TEST, how))
        found.append(listed([train, test]))
    return found


def zipped(m: Machine, called: Called) -> Value:
    """`zip` of several lists: pairs, as far as the shortest is known."""
    columns = [elements(m, value) for value in called.args]
    if not columns or all(column is None for column in columns):
        return OTHER
    length = min(len(column) for column in columns if column is not None)
    rows = [listed(column[n] if column is not None else m.fresh() for column in columns) for n in range(length)]
    return Value("list", items=tuple(rows), open=any(value.open for value in called.args) and bool(rows))


def enumerated(m: Machine, called: Called) -> Value:
    """`enumerate`: numbers beside elements."""
    found = elements(m, called.args[0]) if called.args else None
    if found is None:
        return Value("list", items=(listed([Value("names"), m.fresh()]),), open=True)
    return listed(listed([Value("names"), item]) for item in found)
