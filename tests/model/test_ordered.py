"""Ordered records are put in order as the tuples of their fields are."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest

from auditor.model.ordered import Ordered
from auditor.model.place import Place


class Found(Ordered, frozen=True):
    """A record whose last field has no order of its own."""

    name: str
    place: Place
    more: Mapping[str, int] | None = None


RECORDS = [Found(name, Place(path, line)) for name, path, line in product("ab", "xy", (1, 2))]


def test_records_are_sorted_by_their_fields() -> None:
    mixed = [*RECORDS[3:], *RECORDS[:3]]
    assert sorted(mixed) == RECORDS
    assert max(RECORDS) == RECORDS[-1]
    for (m, one), (n, other) in product(enumerate(RECORDS), repeat=2):
        assert [one < other, one <= other, one > other, one >= other] == [m < n, m <= n, m > n, m >= n]


@pytest.mark.parametrize("more", [None, {"a": 1}])
def test_equal_records_have_an_order_whatever_they_end_with(more: dict[str, int] | None) -> None:
    one, other = (Found("a", Place("x", None), more) for _ in range(2))
    assert sorted([one, other]) == [one, other]
    assert not one < other
    assert one <= other


def test_records_of_two_kinds_have_none() -> None:
    class Other(Ordered, frozen=True):
        name: str

    with pytest.raises(TypeError):
        assert Other("a") < RECORDS[0]
