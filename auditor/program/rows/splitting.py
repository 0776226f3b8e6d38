"""Splits: `train_test_split`, splitters and their folds, positions, subsets of data sets."""

from __future__ import annotations

from auditor.knowledge import Entry
from auditor.model.ir import Star
from auditor.program.rows import items
from auditor.program.rows.machine import Machine
from auditor.program.rows.row_sets import TEST, TRAIN, Rows, Span
from auditor.program.rows.state import Called, Thing
from auditor.program.rows.trace import Split
from auditor.program.rows.values import NO_FITS, OTHER, Fit, Value, listed

_OPTIONS = ("test_size", "train_size", "random_state", "shuffle")


def split(m: Machine, called: Called, entry: Entry) -> Value | None:
    """A call with the role of a split."""
    word = called.name.rpartition(".")[2]
    if entry.kind == "class" and word != "Subset":
        thing = Thing(
            word,
            called.spot,
            attrs={
                **entry.attrs,
                "shuffle": called.constant("shuffle"),
                "seed": called.constant("random_state"),
                "once": called.constant("n_splits", 0) == 1,
            },
        )
        return m.thing("splitter", thing)
    if word.endswith("train_test_split"):
        return _two_parts(m, called, word)
    if word == "random_split":
        return _lengths(m, called)
    if word == "Subset":
        base, index = called.data(), called.given("indices", 1) or OTHER
        return base.on(items.taken(m, m.rows(base), index))
    if word in ("split", "array_split", "vsplit"):
        return _cut_at(m, called)
    return None


def note(
    m: Machine, called: Called, number: int, name: str, rows: Rows, fits: frozenset[Fit], *, shuffles: bool = True
) -> None:
    """Remember a split that was seen."""
    if number not in m.trace.splits:
        m.trace.splits[number] = Split(number, called.spot, name, rows, fits, called.at.site, shuffles)


def _two_parts(m: Machine, called: Called, word: str) -> Value | None:
    """Each input gives a training and a test part; inputs of one call are split at the same positions."""
    if any(type(arg) is Star for arg in called.expr.args):
        return None
    inputs = [value for value in called.args if value.kind != "const"]
    if not inputs:
        return None
    rows = [m.rows(value) for value in inputs]
    number = m.sets.split(_key(m, called, rows[0], word))
    shuffles = called.constant("shuffle") is not False and word == "train_test_split"
    parts: list[Value] = []
    for value, whole in zip(inputs, rows, strict=True):
        how = "part" if shuffles else "cut"
        note(m, called, number, word, whole, inputs[0].all_fits(), shuffles=shuffles)
        parts += [_over(value, m.sets.part(whole, number, part, how)) for part in (TRAIN, TEST)]
        m.trace.held_out.append(m.sets.part(whole, number, TEST, how))
    return listed(parts)


def _key(m: Machine, called: Called, rows: Rows, word: str) -> object:
    """Two splits of the same rows with the same options and a fixed seed give the same parts."""
    options = tuple(called.constant(name) for name in _OPTIONS)
    fixed = isinstance(options[2], int) or options[3] is False
    written = all((given := called.given(name)) is None or given.kind == "const" for name in _OPTIONS)
    return (word, rows.root, len(rows.layers), tuple(rows.layers), options) if fixed and written else m.sets.number()


def _over(value: Value, rows: Rows) -> Value:
    if value.kind in ("list", "table"):
        return Value("frame", rows, value.all_fits())
    if value.kind == "index":
        return value.on(rows)
    kept = value.on(rows)
    return kept if value.kind in ("frame", "prediction", "mask") else Value("frame", rows, kept.fits, kept.columns)


def _lengths(m: Machine, called: Called) -> Value:
    """`random_split(data, lengths)`: a part for each length."""
    base = called.data()
    lengths = called.given("lengths", 1) or OTHER
    rows, number = m.rows(base), m.sets.number()
    note(m, called, number, "random_split", rows, base.all_fits())
    count = len(lengths.items) if lengths.kind == "list" and lengths.items else 2
    return listed(_over(base, m.sets.part(rows, number, part)) for part in range(count))


def _cut_at(m: Machine, called: Called) -> Value | None:
    """`np.split(data, positions)`: the pieces between them."""
    base, positions = called.data(), called.given("indices_or_sections", 1) or OTHER
    if base.rows is None:
        return None
    count = (
        len(positions.items) + 1
        if positions.kind == "list"
        else positions.const
        if isinstance(positions.const, int)
        else 2
    )
    number = m.sets.number()
    return listed(
        base.on(m.sets.part(m.rows(base), number, Span(part, part + 1), "cut")) for part in range(min(count, 8))
    )


# --- splitters ---


def splitting(m: Machine, called: Called, receiver: Value) -> Value | None:
    """A method of a splitter: `split` gives folds."""
    if called.name not in ("split", "__call__"):
        return None
    data = called.data()
    rows = m.rows(data)
    thing = m.heap[receiver.ref]
    shuffles = bool(thing.attrs.get("shuffle") or thing.attrs.get("shuffles"))
    note(m, called, m.sets.split(("folds", receiver.ref, rows)), thing.name, rows, data.all_fits(), shuffles=shuffles)
    return Value("folds", rows, NO_FITS, ref=receiver.ref, name=thing.name)


def folds_over(m: Machine, rows: Rows) -> tuple[Rows, Rows]:
    """The training and test part of some fold of a cross-validation inside a call."""
    number = m.sets.number()
    return m.sets.part(rows, number, TRAIN, "fold"), m.sets.part(rows, number, TEST, "fold")
