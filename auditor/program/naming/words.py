"""The words of a program: its texts, the members it names and the names it reads, taken out in one walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

import msgspec

from auditor.model.ir import Attr, Call, Const, Each, Imported, Lambda, Name, Program, Record


class Words(msgspec.Struct, frozen=True):
    """What a program writes out.

    `texts` are all its texts, `said` those in the bodies of its scopes; `members` the attributes and keywords named in
    bodies; `free` the names that are read and that no statement or expression of the program binds; `brought` those that
    are imported out of a module.
    """

    texts: frozenset[str]
    said: frozenset[str]
    members: frozenset[str]
    free: frozenset[str]
    brought: frozenset[str]

    def mentions(self, names: frozenset[str]) -> bool:
        """Whether a body may mean something that is called by one of some names."""
        return not (names.isdisjoint(self.members) and names.isdisjoint(self.free) and names.isdisjoint(self.brought))


def words_of(program: Program) -> Words:
    """All words of a program."""
    bodies, around = _Walk(), _Walk()
    bodies.through([scope.body for scope in program.scopes])
    around.through([(s.decorators, s.bases, s.keywords, s.returns, s.params) for s in program.scopes])
    free = (bodies.read | around.read) - bodies.bound - around.bound
    texts = frozenset(bodies.texts)
    return Words(texts | around.texts, texts, frozenset(bodies.members), frozenset(free), frozenset(bodies.brought))


class _Walk:
    """What one walk has met."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.members: set[str] = set()
        self.read: set[str] = set()
        self.bound: set[str] = set()
        self.brought: set[str] = set()

    def through(self, stack: list[Any]) -> None:
        """Take the words out of some records."""
        read, bound, texts, members = self.read, self.bound, self.texts, self.members
        while stack:
            item = stack.pop()
            kind = type(item)
            if kind is Name:
                (bound if item.version else read).add(item.id)
            elif kind is tuple:
                stack += item
            elif kind is Const:
                if type(item.value) is str:
                    texts.add(item.value)
            elif kind is Attr:
                members.add(item.name)
                stack.append(item.base)
            elif kind not in _PLAIN:
                if kind in _NAMING:
                    self._names(item)
                stack += (_PARTS.get(kind) or _parts(kind))(item)

    def _names(self, item: Call | Each | Imported | Lambda) -> None:
        """What a call names by keyword, an import by its name, and what a comprehension or a lambda binds for itself."""
        if type(item) is Call:
            self.members.update([name for name, _ in item.keywords])
        elif type(item) is Imported:
            self.brought.add(item.name)
        elif type(item) is Lambda:
            self.bound.update([param.name for param in item.params])
        elif type(item) is Each:
            targets = [each for target, _, _ in item.loops for each in records(target)]
            self.bound.update([each.id for each in targets if type(each) is Name])


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
_NAMING = frozenset({Call, Each, Imported, Lambda})
_PARTS: dict[type, Callable[[Any], Iterable[object]]] = {}


def _parts(kind: type[Record]) -> Callable[[Any], Iterable[object]]:
    """Takes out of a record what may hold an expression."""
    names = [field.name for field in msgspec.structs.fields(kind) if field.type not in (str, int, bool)]
    get = attrgetter(*names) if names else _nothing
    found = _PARTS[kind] = get if len(names) != 1 else lambda item: (get(item),)
    return found


def _nothing(_item: object) -> tuple[object, ...]:
    return ()
