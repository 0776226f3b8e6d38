"""Records of Thrift's compact protocol, as far as Parquet writes them: fields by their number, nothing interpreted."""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 20
MAX_VALUES = 200_000

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = frozenset({4, 5, 6})


class BrokenError(Exception):
    """The bytes are no such record, or one without end."""


class Compact:
    """A reader over bytes; every value it meets counts against a bound."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.left = MAX_VALUES

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The fields of a record by their number. Raises BrokenError."""
        fields: dict[int, Any] = {}
        number = 0
        while (head := self.byte()) != 0:
            kind, step = head & 0x0F, head >> 4
            number = number + step if step else _signed(self.varint())
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self.value(kind, depth + 1)
        return fields

    def value(self, kind: int, depth: int) -> Any:
        """One value of a kind."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise BrokenError("too much")
        if kind in _INTEGERS:
            return _signed(self.varint())
        if kind == _BINARY:
            return self.take(self.varint())
        if kind == _STRUCT:
            return self.struct(depth)
        if kind in (_LIST, _SET):
            return self.listed(depth)
        if kind == _MAP:
            return self.mapped(depth)
        if kind in (_BYTE, _TRUE, _FALSE):  # in a list a truth value is a byte of its own
            return self.byte()
        if kind == _DOUBLE:
            return self.take(8)
        raise BrokenError(f"kind {kind}")

    def listed(self, depth: int) -> list[Any]:
        """The elements of a list."""
        head = self.byte()
        size = head >> 4
        count = self.varint() if size == 15 else size
        if count > self.left:
            raise BrokenError("a list that is too long")
        return [self.value(head & 0x0F, depth + 1) for _ in range(count)]

    def mapped(self, depth: int) -> list[Any]:
        """The pairs of a map."""
        count = self.varint()
        if count > self.left:
            raise BrokenError("a map that is too long")
        kinds = self.byte() if count else 0
        return [(self.value(kinds >> 4, depth + 1), self.value(kinds & 0x0F, depth + 1)) for _ in range(count)]

    def byte(self) -> int:
        """The next byte."""
        if self.at >= len(self.data):
            raise BrokenError("the end")
        self.at += 1
        return self.data[self.at - 1]

    def take(self, size: int) -> bytes:
        """The next bytes."""
        if size > len(self.data) - self.at:
            raise BrokenError("the end")
        self.at += size
        return self.data[self.at - size : self.at]

    def varint(self) -> int:
        """A number of any length, seven bits a byte."""
        value = 0
        for shift in range(0, 70, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise BrokenError("a number without end")


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)
