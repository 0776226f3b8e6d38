"""Layered drawing: columns, order, heights."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from auditor.formats.view.layers import columns, drawn_close, heights, rows

TIES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")).filter(lambda t: t[0] != t[1]), max_size=20
)


def names(ties: list[tuple[str, str]]) -> set[str]:
    return {end for tie in ties for end in tie}


def test_what_follows_stands_to_the_right() -> None:
    ties = [("a", "b"), ("b", "c"), ("a", "c"), ("x", "c")]
    assert columns(names(ties), ties) == {"a": 0, "b": 1, "c": 2, "x": 0}
    assert drawn_close(columns(names(ties), ties), ties)["x"] == 1


@given(TIES)
def test_a_source_moved_closer_stays_left_of_all_that_follows(ties: list[tuple[str, str]]) -> None:
    placed = columns(names(ties), ties)
    close = drawn_close(placed, ties)
    assert all(close[a] < close[b] for a, b in ties if placed[a] < placed[b])
    assert all(close[a] != close[b] for a, b in ties)


@given(TIES, st.sets(st.sampled_from("abcdefgh")))
def test_nothing_overlaps_and_the_order_is_kept(ties: list[tuple[str, str]], slim: set[str]) -> None:
    placed = columns(names(ties), ties)
    ranked = rows(placed, ties)
    found = heights(placed, ranked, ties, frozenset(slim))
    fullest = 0
    for column in set(placed.values()):
        layer = sorted((name for name in placed if placed[name] == column), key=lambda name: ranked[name])
        fullest = max(fullest, sum(1 if name in slim else 2 for name in layer))
        for above, below in pairwise(layer):
            assert found[below] - found[above] >= (1 if above in slim else 2)
    assert all(0 <= at < max(fullest, 1) for at in found.values())


def test_a_lone_neighbour_stands_level() -> None:
    ties = [("a", "x"), ("b", "y"), ("c", "z")]
    placed = columns(names(ties), ties)
    found = heights(placed, rows(placed, ties), ties)
    assert all(found[a] == found[b] for a, b in ties)
