"""Row sets as symbols: what is known of the rows of a value, and whether two sets share rows (RULES §7.3).

A read makes a root, a split makes parts, a mask a part that cannot be told, a concatenation a union. Whatever is not
understood is a root of its own, so that it shares rows with nothing; hence unknown origin makes no finding.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import count
from typing import Literal, TypeAlias

import msgspec

from auditor.model.ordered import Ordered

Relation = Literal["overlap", "apart", "unknown"]

TRAIN, TEST = 0, 1
MOST_MEMBERS = 16
MOST_ABOVE = 400
"""Sets around a set that are remembered; of longer chains the earliest, the rest is unknown."""
DEEPEST_UNION = 60
"""Unions within unions that are followed; what is joined beyond has rows of its own."""


class Spot(Ordered, frozen=True):
    """A line of a file."""

    path: str
    line: int


class Complement(msgspec.Struct, frozen=True):
    """The part of a split that holds everything but one part of it."""

    of: Hashable


class Span(msgspec.Struct, frozen=True):
    """The part of a split by position: rows `start` to `stop`, either of which may be open."""

    start: int | None
    stop: int | None


class Rows:
    """A set of rows, compared by identity.

    `above` are the sets that contain it, itself included; `layers` its part of each split on the way down; `members` what a
    union was made of. `how` is root, part (drawn at random), cut (by position or label), filtered (by what the rows hold), subset,
    repeated, union or fold; `known` says that the origin was seen;
    `depth` is that of the unions in it.
    """

    __slots__ = (
        "_repeated", "above", "depth", "how", "id", "known", "layers", "members", "name", "parent", "part", "split",
    )  # fmt: skip

    def __init__(
        self,
        number: int,
        parent: Rows | None = None,
        *,
        how: str = "root",
        split: int = 0,
        part: Hashable = None,
        members: tuple[Rows, ...] = (),
        name: str = "",
        known: bool = False,
    ) -> None:
        self.id = number
        self.parent = parent
        self.how = how
        self.split = split
        self.part = part
        self.members = members
        self.name = name
        if parent is None and not members:  # most: rows of their own
            self.known: bool = known
            self.above: frozenset[Rows] = frozenset((self,))
            self.layers: dict[int, Hashable] = {} if part is None else {split: part}
            self.depth: int = 0
            self._repeated: Rows | None = self if how == "repeated" else None
            return
        self.known = known or (parent is not None and parent.known) or any(m.known for m in members)
        above = parent.above if parent is not None else frozenset[Rows]()
        if len(above) > MOST_ABOVE:
            above = frozenset(sorted(above, key=lambda rows: rows.id)[: MOST_ABOVE // 2])
        layers = parent.layers if parent is not None else {}
        if members:
            above = frozenset.intersection(*(m.above for m in members)) - frozenset(members)
        if part is not None:
            layers = {**layers, split: part}
        self.above = above | {self}
        self.layers = layers
        self.depth = max((m.depth + 1 for m in members), default=parent.depth if parent is not None else 0)
        own = how == "repeated" or any(member.repeated() is not None for member in members)
        self._repeated = self if own else parent.repeated() if parent is not None else None

    def chain(self) -> Iterable[Rows]:
        """This set and those it was taken from, the nearest first."""
        rows: Rows | None = self
        while rows is not None:
            yield rows
            rows = rows.parent

    @property
    def root(self) -> Rows:
        """The set at the end of the chain."""
        return list(self.chain())[-1]

    def repeated(self) -> Rows | None:
        """The set on the way down in which rows occur several times, if one does."""
        return self._repeated


Asked: TypeAlias = dict[tuple[Rows, Rows], Relation]
"""What is known of pairs of sets."""


class RowSets:
    """Makes row sets; equal parts of equal splits are one object."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._parts: dict[tuple[int, Hashable, Rows], Rows] = {}
        self._splits: dict[Hashable, int] = {}
        self._roots: dict[str, Rows] = {}
        self._chosen: dict[tuple[Hashable, Rows], Rows] = {}

    def number(self) -> int:
        """A number nothing else has."""
        return next(self._numbers)

    def fresh(self, name: str = "", *, known: bool = False) -> Rows:
        """Rows of their own."""
        return Rows(self.number(), name=name, known=known)

    def root(self, name: str) -> Rows:
        """The rows of a file or table, the same each time it is read."""
        found = self._roots.get(name)
        if found is None:
            found = self._roots[name] = self.fresh(name, known=True)
        return found

    def split(self, key: Hashable) -> int:
        """The number of the split that is made by this key, the same each time."""
        found = self._splits.get(key)
        if found is None:
            found = self._splits[key] = self.number()
        return found

    def part(self, parent: Rows, split: int, part: Hashable, how: str = "part") -> Rows:
        """A part of a split of some rows."""
        if split in parent.layers and parent.layers[split] == part:
            return parent
        key = (split, part, parent)
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = Rows(self.number(), parent, how=how, split=split, part=part)
        return found

    def subset(self, parent: Rows, how: str = "subset") -> Rows:
        """Some of the rows, which ones cannot be told; `filtered` where the values in them decide."""
        return Rows(self.number(), parent, how=how)

    def chosen(self, parent: Rows, key: Hashable) -> Rows:
        """Some of the rows, the same ones for the same key."""
        found = self._chosen.get((key, parent))
        if found is None:
            found = self._chosen[key, parent] = self.subset(parent)
        return found

    def repeated(self, parent: Rows) -> Rows:
        """The rows, some of them several times."""
        return Rows(self.number(), parent, how="repeated")

    def union(self, members: Iterable[Rows]) -> Rows:
        """All rows of some sets. The parts of one split together are the whole; a set joined with itself repeats rows."""
        distinct: list[Rows] = []
        for rows in members:
            if all(rows is not other for other in distinct):
                distinct.append(rows)
            else:
                return self.repeated(rows)
        if len(distinct) == 1:
            return distinct[0]
        whole = _whole(distinct)
        if whole is None and any(rows.depth >= DEEPEST_UNION for rows in distinct):
            return self.fresh()
        return whole if whole is not None else Rows(self.number(), how="union", members=tuple(distinct[:MOST_MEMBERS]))

    def rebased(self, base: Rows, index: Rows) -> Rows:
        """The rows that an index, made over other rows of the same order, takes from a table."""
        if base in index.above:
            return index
        found = base
        for layer in reversed([rows for rows in index.chain() if rows.part is not None]):
            if layer.split not in found.layers:
                found = self.part(found, layer.split, layer.part, layer.how)
        return found if found is not base else self.subset(base)


def _whole(members: list[Rows]) -> Rows | None:
    """What was split into these members, if they are all its parts."""
    first = members[0]
    if first.part is None or first.parent is None or len(members) != 2:
        return None
    other = members[1]
    same = other.parent is first.parent and other.split == first.split
    return first.parent if same and {first.part, other.part} == {TRAIN, TEST} and first.how != "fold" else None


def relation(one: Rows, other: Rows, asked: Asked | None = None) -> Relation:
    """Whether two sets share rows; `asked` holds what was answered on the way, as sets may be members of many."""
    asked = {} if asked is None else asked
    found = asked.get((one, other))
    if found is None:
        found = asked[one, other] = _related(one, other, asked)
    return found


def _related(one: Rows, other: Rows, asked: Asked) -> Relation:
    if one in other.above or other in one.above:
        return "overlap"
    if _apart(one, other):
        return "apart"
    for rows, partner in ((one, other), (other, one)):
        union = next((r for r in rows.chain() if r.members), None)
        if union is not None and union not in partner.above:
            found = {relation(member, partner, asked) for member in union.members}
            if found == {"apart"}:
                return "apart"
            if rows is union and "overlap" in found:
                return "overlap"
    return "overlap" if _repeats(one, other) or _drawn_twice(one, other) else "unknown"


def shares(one: Rows, other: Rows) -> bool:
    """Whether rows that were filtered by what they hold must have some in common with rows that were drawn at random."""
    if relation(one, other) != "unknown":
        return relation(one, other) == "overlap"
    base: Rows | None = one
    while base is not None and base.how == "filtered":
        base = base.parent
    if base is None or base is one or relation(base, other) != "overlap":
        return False
    return any(rows.how in ("part", "fold") and rows not in base.above for rows in other.chain())


def _repeats(one: Rows, other: Rows) -> bool:
    """Whether one holds all rows of a set, some several times, that the other was taken from."""
    return any(
        rows.how == "repeated" and rows.parent is not None and rows.parent in partner.above
        for rows, partner in ((one, other), (other, one))
    )


def _apart(one: Rows, other: Rows) -> bool:
    few, many = sorted((one.layers, other.layers), key=len)
    return any(split in many and parts_apart(part, many[split]) for split, part in few.items())


def parts_apart(one: Hashable, other: Hashable) -> bool:
    """Whether two parts of one split share no rows."""
    if isinstance(one, Complement) or isinstance(other, Complement):
        inner = one.of if isinstance(one, Complement) else one
        outer = other.of if isinstance(other, Complement) else other
        return inner == outer and type(one) is not type(other)
    if isinstance(one, Span) and isinstance(other, Span):
        return _before(one, other) or _before(other, one)
    return one != other


def _before(one: Span, other: Span) -> bool:
    if one.stop is None or other.start is None or (one.stop < 0) != (other.start < 0):
        return False
    return one.stop <= other.start


def _drawn_twice(one: Rows, other: Rows) -> bool:
    """Whether both were drawn at random from the same rows by two splits that know nothing of each other."""
    mine = {rows.parent: rows.split for rows in one.above if rows.how == "part"}
    return any(rows.how == "part" and rows.parent in mine and mine[rows.parent] != rows.split for rows in other.above)


def origins(rows: Rows) -> dict[Rows, None]:
    """The tables that rows come from, those of what was joined included, each once; what joins before what is joined."""
    found = {rows.root: None}
    todo = [rows.root]
    for root in todo:
        new = [member.root for member in root.members if member.root not in found]
        found |= dict.fromkeys(new)
        todo += dict.fromkeys(new)
    return found
