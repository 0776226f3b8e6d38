"""What runs over programs saw as plain data, so that it can be stored: each set of rows by its number in a list of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeAlias

import msgspec

from auditor.program.rows.row_sets import Complement, Rows, Span
from auditor.program.rows.trace import Trace

_LARGEST = 1 << 63
_NONE = -1

_Part: TypeAlias = list[Any]
"""A part of a split: a plain value, a span, or all but another part."""


class _Set(msgspec.Struct, array_like=True, gc=False):
    """One set of rows; the sets that it is made of stand before it, and are told by where."""

    id: int
    parent: int
    how: str
    split: int
    part: _Part
    members: list[int]
    name: str
    known: bool


class _Seen(msgspec.Struct, array_like=True, gc=False):
    sets: list[_Set]
    trace: msgspec.Raw


class Packed:
    """What runs saw as plain data, which `kind` is the type of."""

    kind: Any = _Seen | None

    def packed(self, path: str, answer: Trace | None) -> _Seen | None:  # noqa: ARG002  # what was seen tells its files itself
        """What a run over a file saw. Raises LookupError where it told rows apart by what is no plain value."""
        if answer is None:
            return None
        sets = _Sets()
        told = msgspec.msgpack.encode(answer, enc_hook=sets.number)
        return _Seen(sets.written, msgspec.Raw(told))

    def unpacked(self, path: str, packed: _Seen | None) -> Trace | None:  # noqa: ARG002  # as above
        """What was packed. Raises LookupError, TypeError or ValueError where it is damaged."""
        if packed is None:
            return None
        rows: list[Rows] = []
        for each in packed.sets:
            rows.append(_made(each, rows))
        return msgspec.msgpack.decode(packed.trace, type=Trace, dec_hook=lambda _, number: rows[number])


def _made(written: _Set, before: list[Rows]) -> Rows:
    return Rows(
        written.id,
        before[written.parent] if written.parent != _NONE else None,
        how=written.how,
        split=written.split,
        part=_read(written.part),
        members=tuple(before[number] for number in written.members),
        name=written.name,
        known=written.known,
    )


class _Sets:
    """Numbers sets of rows in the order in which they can be made again."""

    def __init__(self) -> None:
        self.written: list[_Set] = []
        self._numbers: dict[Rows, int] = {}

    def number(self, rows: Rows) -> int:
        """The number of a set, which stands after all that it is made of."""
        todo = [rows]
        while todo:
            at = todo[-1]
            made_of = [] if at.parent is None else [at.parent]
            missing = [each for each in (*made_of, *at.members) if each not in self._numbers]
            todo += missing
            if not missing:
                todo.pop()
                self._write(at)
        return self._numbers[rows]

    def _write(self, rows: Rows) -> None:
        if rows in self._numbers:
            return
        numbers = self._numbers
        parent = _NONE if rows.parent is None else numbers[rows.parent]
        members = [numbers[member] for member in rows.members]
        part = _written(rows.part)
        self.written.append(_Set(rows.id, parent, rows.how, rows.split, part, members, rows.name, rows.known))
        numbers[rows] = len(numbers)


def _written(part: Hashable) -> _Part:
    if isinstance(part, Complement):
        return ["but", _written(part.of)]
    if isinstance(part, Span):
        return ["span", part.start, part.stop]
    if part is None or isinstance(part, str | float) or (isinstance(part, int) and abs(part) < _LARGEST):
        return ["value", part]
    raise LookupError(f"a part that is told by {type(part).__name__}")


def _read(part: _Part) -> Hashable:
    kind, *said = part
    if kind == "but":
        return Complement(_read(said[0]))
    return Span(*said) if kind == "span" else said[0]
