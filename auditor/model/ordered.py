"""Records that are put in order by their fields."""

from __future__ import annotations

import msgspec
from msgspec.structs import astuple


class Ordered(msgspec.Struct, frozen=True):
    """Sorted field by field, as a tuple is.

    The order that msgspec gives asks of two equal records which of their last fields is the smaller, and raises where those
    have no order: None, a mapping, a record that ends so.
    """

    def __lt__(self, other: object) -> bool:
        return astuple(self) < astuple(other) if type(other) is type(self) else NotImplemented

    def __le__(self, other: object) -> bool:
        return astuple(self) <= astuple(other) if type(other) is type(self) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return astuple(self) > astuple(other) if type(other) is type(self) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return astuple(self) >= astuple(other) if type(other) is type(self) else NotImplemented
