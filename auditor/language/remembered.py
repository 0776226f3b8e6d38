"""Commands that were read before, by all that they were read from: texts of a repository have much in common.

What is remembered is bounded by its size, since a short text may say long things: `for x in {1..200}; do run $x{1..200}; done`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias, TypeVar, TypeVarTuple

from auditor.model.facts import Command

MOST = 4_000_000
"""Characters that one function remembers, those of the questions included; then it forgets all of it."""

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
        added = _size(key) + _size_of_commands(made)
        if size + added > MOST:
            held.clear()
            size = 0
        if added <= MOST:
            held[key] = made
            size += added
        return made

    return ask


def _size(value: object) -> int:
    """The characters of a text, or of all texts in a tuple."""
    if isinstance(value, str):
        return len(value)
    return sum(map(_size, value)) + 1 if isinstance(value, tuple) else 1


def _size_of_commands(commands: Commands) -> int:
    made = commands or ()
    words = [len(word.text) + 1 for each in made for word in (*each.words, *each.reads, *each.writes)]
    held = [(each.body, each.assignments, each.environment) for each in made]
    rest = [_size(texts) for texts in held if any(texts)]
    return sum(words) + sum(rest) + len(made)
