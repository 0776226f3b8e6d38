"""Which commits of a line are looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.history.choice import WEEK, choose
from auditor.tree import Station

LINE = [Station(f"c{n}", n * WEEK // 2, ("v1",) if n == 3 else ()) for n in range(9)]


def names(**wanted: object) -> list[str]:
    return [station.commit for station in choose(LINE, **wanted)]  # type: ignore[arg-type]  # keywords of the table below


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ({"every": "commit"}, [f"c{n}" for n in range(9)]),
        ({"every": "week"}, ["c1", "c3", "c5", "c7", "c8"]),
        ({"every": "tag"}, ["c3", "c8"]),
        ({"every": "commit", "points": 3}, ["c0", "c4", "c8"]),
        ({"every": "commit", "points": 1}, ["c8"]),
        ({"every": "commit", "since": 3 * WEEK}, ["c6", "c7", "c8"]),
        ({"every": "commit", "since": 99 * WEEK}, []),
    ],
)
def test_what_is_chosen(wanted: dict[str, object], chosen: list[str]) -> None:
    assert names(**wanted) == chosen


@given(st.integers(1, 40), st.integers(1, 12), st.sampled_from(["commit", "week", "month", "tag"]))
def test_the_newest_is_always_there_and_never_more_than_asked(count: int, points: int, every: str) -> None:
    stations = [Station(f"c{n}", n * 100_000, ()) for n in range(count)]
    chosen = choose(stations, every=every, points=points)
    assert chosen[-1] == stations[-1]
    assert len(chosen) <= points
    assert list(chosen) == sorted(chosen, key=stations.index)
