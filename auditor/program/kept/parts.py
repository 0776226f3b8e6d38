"""Parts of programs: which of them another content of the file leaves as they were, but for the lines in which they stand."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import msgspec

from auditor.model.ir import Program, Scope
from auditor.program.naming.code import Walked
from auditor.program.naming.scopes import ScopeIndex

Part: TypeAlias = int | tuple[int, str]
"""A scope by its number, or with a name what that is bound to there, or with one of `FIELDS`, `LISTS`, `stored` or `bound` what that
says of it, or one of these `placed`; `OUTLINE` or `PRESENCE`."""

OUTLINE = -1
"""In the place of a scope's number: how the scopes of a file lie in each other, and what they are called."""

PRESENCE = -2
"""In the place of a scope's number: that there is a file, and whether it is a program."""

STARS = "*"
"""In the place of a name: the imports of all names of a module."""

FIELDS = {
    name: f".{name}" for name in ("kind", "name", "parent", "params", "decorators", "bases", "keywords", "returns")
}
"""In the place of a name: what a scope says beside its body."""

LISTS = {
    name: f":{name}"
    for name in ("attributes", "calls", "changed", "imports", "items", "returned_in", "returns", "yields")
}
"""In the place of a name: what stands in a body, of one kind."""

STORES = "="
"""In the place of a name: the attributes of their object that the methods of a class assign."""

_BOUND = "?"
_PLACED = "!"
"""Before a name, or in its place for the whole scope: with the lines."""

_WITH_LINE = ("attributes", "items")
"""Lists whose elements end with the line in which they stand."""

_GONE = object()
_UNSEEN = frozenset({"line", "end_line", "doc", "complexity", "logical", "statements"})
"""What no evaluator looks at: where something stands, and what is counted or said about a scope. Its statements are its body."""


def stored(attribute: str) -> str:
    """In the place of a name: what the methods of a class assign to an attribute of their object."""
    return f"{STORES}{attribute}"


def bound(name: str) -> str:
    """In the place of a name: whether it is bound there, to whatever."""
    return f"{_BOUND}{name}"


def placed(part: Part) -> Part:
    """A scope or something of it, with the lines in which it stands and all else that is told of scopes."""
    number, name = (part, "") if isinstance(part, int) else part
    return number, f"{_PLACED}{name}"


def is_alike(one: Walked | None, other: Walked | None, part: Part) -> bool:
    """Whether a part of one program says what it says in another."""
    if part == PRESENCE or one is None or other is None:
        return (one is None) == (other is None)
    if part == OUTLINE:
        return _outline(one.program) == _outline(other.program)
    number, name = (part, "") if isinstance(part, int) else part
    lines, name = name[:1] == _PLACED, name.removeprefix(_PLACED)
    return _alike(_read(one, number, name, lines=lines), _read(other, number, name, lines=lines), lines=lines)


def _read(walked: Walked, number: int, name: str, *, lines: bool) -> object:
    """What an evaluator sees of a scope, or of a name in it; `_GONE` where there is no such scope."""
    if number >= len(walked.program.scopes):
        return _GONE
    scope, sign = walked.program.scopes[number], name[:1]
    if not name:
        return scope
    if sign == ".":
        return getattr(scope, name[1:])
    if sign == ":":
        listed = getattr(walked.index(number), name[1:])
        return tuple(each[:-1] for each in listed) if name[1:] in _WITH_LINE and not lines else listed
    if sign == STORES:
        return tuple(walked.stored(number).get(name[1:], ()) if name[1:] else walked.stored(number))
    if sign == _BOUND:
        return walked.index(number).binds(name[1:])
    return walked.index(number).stars if name == STARS else _bound(walked.index(number), name)


def _bound(index: ScopeIndex, name: str) -> tuple[object, ...]:
    """All that a name is bound to in a scope, each with what stands around it: by that some bindings exclude others."""
    bindings = sorted(index.bindings.get(name, {}).items())
    return tuple(
        (number, each, tuple(index.kinds.get(construct) for construct, _ in each.block)) for number, each in bindings
    )


def _outline(program: Program) -> list[tuple[str, str, int]]:
    return [(scope.name, scope.kind, scope.parent) for scope in program.scopes]


def _alike(one: object, other: object, *, lines: bool) -> bool:
    """Whether two records say the same, wherever they stand or in the same `lines`. That 1 equals True does not make them the same."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_alike(a, b, lines=lines) for a, b in zip(one, other, strict=True))
    if isinstance(one, msgspec.Struct):
        names = one.__struct_fields__ if lines else _seen(type(one))
        return all(_alike(getattr(one, name), getattr(other, name), lines=lines) for name in names)
    return one == other


@cache
def _seen(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    names = tuple(name for name in kind.__struct_fields__ if name not in _UNSEEN)
    return (*names, "body") if kind is Scope else names
