"""Row sets: which share rows, which do not, and what cannot be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.program.rows.row_sets import (
    DEEPEST_UNION,
    TEST,
    TRAIN,
    Complement,
    Rows,
    RowSets,
    Span,
    parts_apart,
    relation,
    shares,
)


def halves(sets: RowSets, whole: Rows, how: str = "part") -> tuple[Rows, Rows]:
    split = sets.number()
    return sets.part(whole, split, TRAIN, how), sets.part(whole, split, TEST, how)


def test_parts_of_one_split_are_apart_and_overlap_the_whole() -> None:
    sets = RowSets()
    whole = sets.fresh()
    train, test = halves(sets, whole)
    assert relation(train, test) == "apart"
    assert relation(whole, test) == relation(test, whole) == "overlap"
    assert relation(sets.subset(train), test) == "apart"


def test_what_is_not_related_is_not_known() -> None:
    sets = RowSets()
    assert relation(sets.fresh(), sets.fresh()) == "unknown"
    whole = sets.fresh()
    assert relation(sets.subset(whole), sets.subset(whole)) == "unknown"


def test_two_draws_from_the_same_rows_overlap() -> None:
    sets = RowSets()
    whole = sets.fresh()
    train, _ = halves(sets, whole)
    _, test = halves(sets, whole)
    assert relation(train, test) == "overlap"


def test_two_cuts_of_the_same_rows_are_not_known() -> None:
    sets = RowSets()
    whole = sets.fresh()
    train, _ = halves(sets, whole, "cut")
    _, test = halves(sets, whole, "cut")
    assert relation(train, test) == "unknown"


def test_a_union_overlaps_what_it_is_made_of() -> None:
    sets = RowSets()
    train, test, other = sets.fresh(), sets.fresh(), sets.fresh()
    union = sets.union([train, test])
    assert relation(union, test) == "overlap"
    assert relation(union, other) == "unknown"


def test_all_parts_of_a_split_together_are_the_whole() -> None:
    sets = RowSets()
    whole = sets.fresh()
    assert sets.union(halves(sets, whole)) is whole


def test_rows_joined_with_themselves_are_repeated() -> None:
    sets = RowSets()
    whole = sets.fresh()
    assert sets.union([whole, whole]).repeated() is not None


def test_unions_of_unions_are_compared_once_for_each_pair_and_not_followed_without_end() -> None:
    sets = RowSets()
    one, other, aside = sets.fresh(), sets.fresh(), sets.fresh()
    first = one
    for _ in range(40):
        one, other = sets.union([one, sets.subset(one)]), sets.union([other, sets.subset(other)])
    assert relation(one, other) == "unknown"
    assert relation(one, first) == "overlap"
    assert one.repeated() is None
    for _ in range(2_000):
        one = sets.union([one, aside])
    assert one.depth <= DEEPEST_UNION
    assert relation(one, other) == "unknown"


def test_an_index_over_other_rows_takes_the_same_parts() -> None:
    sets = RowSets()
    positions, table = sets.fresh(), sets.fresh()
    train, test = halves(sets, positions)
    assert relation(sets.rebased(table, train), sets.rebased(table, test)) == "apart"


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (Span(None, 80), Span(80, None), True),
        (Span(None, 80), Span(70, None), False),
        (Span(None, -20), Span(-20, None), True),
        (Span(None, 80), Span(-20, None), False),
        (Complement("a"), "a", True),
        (Complement("a"), "b", False),
        ("a", "b", True),
        ("a", "a", False),
    ],
)
def test_parts(one: object, other: object, apart: bool) -> None:
    assert parts_apart(one, other) is apart
    assert parts_apart(other, one) is apart


def test_what_was_filtered_by_its_values_shares_rows_with_a_draw_but_not_with_its_complement() -> None:
    sets = RowSets()
    whole = sets.fresh()
    filtered = sets.subset(whole, "filtered")
    train, test = halves(sets, whole)
    assert shares(filtered, test)
    assert not shares(sets.subset(whole), test)
    assert not shares(sets.subset(train, "filtered"), test)


@given(st.lists(st.sampled_from(["part", "cut", "subset", "filtered", "repeated"]), max_size=6), st.integers(0, 5))
def test_a_set_always_overlaps_what_it_was_taken_from(steps: list[str], at: int) -> None:
    sets = RowSets()
    chain = [sets.fresh()]
    for step in steps:
        last = chain[-1]
        if step in ("part", "cut"):
            chain.append(halves(sets, last, step)[0])
        elif step == "repeated":
            chain.append(sets.repeated(last))
        else:
            chain.append(sets.subset(last, step))
    assert relation(chain[-1], chain[min(at, len(chain) - 1)]) == "overlap"
