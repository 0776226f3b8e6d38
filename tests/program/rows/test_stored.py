"""What runs saw is the same once it was stored: which sets of rows share rows, and what was computed over them."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import msgspec
import pytest

from auditor.program.rows.row_sets import TEST, TRAIN, Complement, Rows, RowSets, Span, Spot, relation
from auditor.program.rows.stored import Packed
from auditor.program.rows.trace import Evaluation, Signal, Split, Trace
from auditor.program.rows.values import Fit, Trained

SPOT = Spot("train.py", 3)


def stored(trace: Trace | None) -> Trace | None:
    """A trace that was stored and read again."""
    packed = msgspec.msgpack.encode(Packed().packed("train.py", trace))
    return Packed().unpacked("train.py", msgspec.msgpack.decode(packed, type=Packed.kind))


def judged(trained: Rows, tested: Rows) -> Trace:
    """A trace of one model that is trained on some rows and judged on others, scaled over all."""
    fits = frozenset({Fit(trained.root, SPOT, "StandardScaler", within=frozenset({"shop", "day"}))})
    model = Trained(1, 2, "Ridge", trained, fits, SPOT)
    split = Split(7, SPOT, "train_test_split", trained.root, frozenset(), ("train.py", 0))
    signals = {trained.root: {"parsed": Signal("parsed", SPOT)}}
    evaluation = Evaluation(model, tested, fits, "metric", SPOT, ("train.py", 0), ((1, 0),))
    return Trace(
        [evaluation], trainings=[model], splits={7: split}, held_out=[tested], columns={7: "day"}, signals=signals
    )


PAIRS: dict[str, Callable[[RowSets, Rows], tuple[Rows, Rows]]] = {
    "two parts": lambda sets, rows: (sets.part(rows, 5, TRAIN), sets.part(rows, 5, TEST)),
    "a part and the whole": lambda sets, rows: (rows, sets.part(rows, 5, TEST)),
    "what a value leaves": lambda sets, rows: (sets.part(rows, 5, Complement("a")), sets.part(rows, 5, "a")),
    "by position": lambda sets, rows: (sets.part(rows, 5, Span(0, 9)), sets.part(rows, 5, Span(9, None))),
    "a union": lambda sets, rows: (
        sets.union([sets.part(rows, 5, TRAIN), sets.fresh("more")]),
        sets.subset(sets.part(rows, 5, TEST)),
    ),
    "repeated": lambda sets, rows: (sets.part(sets.repeated(rows), 5, TRAIN), sets.part(rows, 5, TEST)),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_rows_share_rows_as_before(pair: str) -> None:
    sets = RowSets()
    trained, tested = PAIRS[pair](sets, sets.root("data.csv"))
    found = stored(judged(trained, tested))
    assert found is not None
    evaluation = found.evaluations[0]
    assert evaluation.relation == relation(trained, tested)
    for was, now in ((trained, evaluation.trained.rows), (tested, evaluation.tested)):
        assert [(each.id, each.how, each.part, each.name, each.known) for each in now.chain()] == [
            (each.id, each.how, each.part, each.name, each.known) for each in was.chain()
        ]
        assert (now.layers, now.depth) == (was.layers, was.depth)
    assert found.trainings[0] == evaluation.trained
    assert found.held_out[0] is evaluation.tested
    assert next(iter(found.signals)) is evaluation.trained.rows.root is next(iter(evaluation.fits)).rows
    assert (found.splits[7].spot, evaluation.block) == (SPOT, ((1, 0),))
    assert (found.columns, next(iter(evaluation.fits)).within) == ({7: "day"}, frozenset({"shop", "day"}))


def test_that_nothing_was_seen_is_known_too() -> None:
    assert stored(None) is None
    assert stored(Trace(cut="nested too deeply")) == Trace(cut="nested too deeply")


@pytest.mark.parametrize("part", [("a", 1), b"a", 1 << 64, Complement(("a", 1))])
def test_parts_that_no_plain_value_tells_are_not_stored(part: Hashable) -> None:
    sets = RowSets()
    rows = sets.root("data.csv")
    with pytest.raises(LookupError):
        Packed().packed("train.py", judged(sets.part(rows, 5, part), rows))


def test_long_chains_are_stored() -> None:
    sets = RowSets()
    rows = sets.root("data.csv")
    for _ in range(3_000):
        rows = sets.subset(rows)
    found = stored(judged(rows, rows))
    assert found is not None
    assert found.evaluations[0].tested.id == rows.id
