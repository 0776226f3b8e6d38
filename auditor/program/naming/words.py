"""The words of a program: its texts, the members it names and the names it reads, taken out in one walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from auditor.model.ir import Attr, Call, Const, Name, Program, Record


class Words(NamedTuple):
    """What a program writes out.

    `texts` are all its texts, `said` those in the bodies of its scopes; `members` the attributes and keywords named in
    bodies; `free` the names that are read somewhere before anything in their scope binds them.
    """

    texts: frozenset[str]
    said: frozenset[str]
    members: frozenset[str]
    free: frozenset[str]


def words_of(program: Program) -> Words:
    """All words of a program."""
    said: set[str] = set()
    members: set[str] = set()
    free: set[str] = set()
    _collect([scope.body for scope in program.scopes], said, members, free)
    beside: set[str] = set()
    around = [(s.decorators, s.bases, s.keywords, s.returns, s.params) for s in program.scopes]
    _collect(around, beside, set(), free)
    return Words(frozenset(said | beside), frozenset(said), frozenset(members), frozenset(free))


def _collect(stack: list[Any], texts: set[str], members: set[str], free: set[str]) -> None:
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is Name:
            if not item.version:
                free.add(item.id)
        elif kind is tuple:
            stack += item
        elif kind is Const:
            if type(item.value) is str:
                texts.add(item.value)
        elif kind is Attr:
            members.add(item.name)
            stack.append(item.base)
        elif kind not in _PLAIN:
            if kind is Call:
                members.update([name for name, _ in item.keywords])
            stack += (_PARTS.get(kind) or _parts(kind))(item)


def records(node: object) -> Iterator[Record]:
    """The records in a record of the IR or in a tuple of them, however deep, itself included."""
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is tuple:
            stack += item
        elif kind not in _PLAIN:
            yield item
            stack += (_PARTS.get(kind) or _parts(kind))(item)


_PLAIN: frozenset[type] = frozenset({str, int, bool, float, type(None)})
_PARTS: dict[type, Callable[[Any], Iterable[object]]] = {}


def _parts(kind: type[Record]) -> Callable[[Any], Iterable[object]]:
    """Takes out of a record what may hold an expression."""
    names = [field.name for field in msgspec.structs.fields(kind) if field.type not in (str, int, bool)]
    found = _PARTS[kind] = attrgetter(*names) if len(names) > 1 else lambda item: [getattr(item, n) for n in names]
    return found
