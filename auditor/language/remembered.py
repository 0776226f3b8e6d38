"""Commands that were read before, by all that they were read from: texts of a repository have much in common.

What is remembered is bounded by its size, since a short text may say long things: `for x in {1..200}; do run $x{1..200}; done`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias, TypeVar, TypeVarTuple

from msgspec.msgpack import encode

from auditor.model.facts import Command

MOST = 4_000_000
"""Bytes that one function remembers, those of the questions included; then it forgets all of it."""

Commands: TypeAlias = tuple[Command, ...] | None
K = TypeVarTuple("K")
C = TypeVar("C", bound=Commands)


def remembered(read: Callable[[*K], C]) -> Callable[[*K], C]:
    """The same function, which asks `read` once for what it is asked again. Its arguments are texts, tuples and truth values."""
    held: dict[tuple[object, ...], C] = {}
    size = 0

    @wraps(read)
    def ask(*key: *K) -> C:
        nonlocal size
        if key in held:
            return held[key]
        made = read(*key)
        added = _size((key, made))
        if size + added > MOST:
            held.clear()
            size = 0
        if added <= MOST:
            held[key] = made
            size += added
        return made

    return ask


def _size(held: object) -> int:
    """The bytes that texts take, however they are held."""
    try:
        return len(encode(held))
    except UnicodeEncodeError:  # half a character, as JSON can spell it: not remembered
        return MOST + 1
