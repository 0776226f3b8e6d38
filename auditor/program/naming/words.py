"""The words of a program: its texts, the members it names and the names it reads, taken out in one walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

import msgspec

from auditor.model.ir import (
    Assign,
    Attr,
    Call,
    Const,
    Each,
    Expr,
    If,
    Imported,
    Item,
    Lambda,
    Name,
    Program,
    Record,
    Scope,
)


class Words(msgspec.Struct, frozen=True):
    """What a program writes out.

    `texts` are all its texts, `said` those in the bodies of its scopes; `members` the attributes and keywords named in
    bodies; `free` the names that are read and that no statement or expression of the program binds; `brought` those that
    are imported out of a module. `told` are the names by which it can look up or fill something: attributes, parameters, what
    classes declare and imports bind, and keywords, those with a literal left out: they say the name to set it aside.
    `keyed` are the names of which a body reads a written key (`x["key"]`, `x.get`), and `never` tells of a branch that no
    run enters (`if 0:`): who looks for either walks the programs that have one.
    """

    texts: frozenset[str]
    said: frozenset[str]
    members: frozenset[str]
    free: frozenset[str]
    brought: frozenset[str]
    told: frozenset[str]
    keyed: frozenset[str]
    never: bool

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
    declared = _declared(program.scopes)
    return Words(
        texts | around.texts,
        texts,
        frozenset(bodies.attributes | bodies.keywords),
        frozenset(free),
        frozenset(bodies.brought),
        frozenset(bodies.told | bodies.attributes | around.told | around.attributes | declared),
        frozenset(bodies.keyed),
        bodies.never,
    )


def _declared(scopes: tuple[Scope, ...]) -> set[str]:
    """The parameters of functions and the fields of classes: settings are mapped onto both by name."""
    found = {param.name for scope in scopes for param in scope.params}
    for scope in scopes:
        for statement in scope.body if scope.kind == "class" else ():
            if type(statement) is Assign:
                found.update([target.id for target in statement.targets if type(target) is Name])
    return found


class _Walk:
    """What one walk has met."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.attributes: set[str] = set()
        self.keywords: set[str] = set()
        self.told: set[str] = set()
        self.keyed: set[str] = set()
        self.read: set[str] = set()
        self.bound: set[str] = set()
        self.brought: set[str] = set()
        self.never = False

    def through(self, level: list[Any]) -> None:
        """Take the words out of some records, all that are as deep at a time."""
        read, bound, texts, attributes = self.read, self.bound, self.texts, self.attributes
        while level:
            below: list[Any] = []
            for item in level:
                kind = type(item)
                while kind is Attr:
                    attributes.add(item.name)
                    item = item.base
                    kind = type(item)
                if kind is Name:
                    (bound if item.version else read).add(item.id)
                elif kind is Const:
                    if type(item.value) is str:
                        texts.add(item.value)
                elif kind is Call:
                    func = item.func
                    below.append(func)
                    below += item.args
                    if item.keywords:
                        self._given(item.keywords)
                        below += [value for _, value in item.keywords]
                    if type(func) is Attr and func.name == "get" and type(func.base) is Name:
                        self.keyed.add(func.base.id)
                elif kind is tuple:
                    below += item
                elif kind not in _PLAIN:
                    if kind in _NAMING:
                        self._names(item)
                    below += (_PARTS.get(kind) or _parts(kind))(item)
            level = below

    def _given(self, keywords: tuple[tuple[str, Expr], ...]) -> None:
        """What a call names by keyword."""
        self.keywords.update([name for name, _ in keywords])
        self.told.update([name for name, value in keywords if type(value) is not Const])

    def _names(self, item: Each | If | Imported | Item | Lambda) -> None:
        """What an import names, what a comprehension or a lambda binds for itself, and so on."""
        if type(item) is Item:
            if type(item.base) is Name and type(item.key) is Const:
                self.keyed.add(item.base.id)
        elif type(item) is If:
            self.never = self.never or (type(item.test) is Const and not item.test.value)
        elif type(item) is Imported:
            self.brought.add(item.name)
            self.told.add(item.bound.id)
        elif type(item) is Lambda:
            names = [param.name for param in item.params]
            self.bound.update(names)
            self.told.update(names)
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


def parts(record: Record) -> Iterable[object]:
    """What of a record may hold an expression, in order."""
    kind = type(record)
    return (_PARTS.get(kind) or _parts(kind))(record)


_PLAIN: frozenset[type] = frozenset({str, int, bool, float, type(None)})
_NAMING = frozenset({Each, If, Imported, Item, Lambda})
_PARTS: dict[type, Callable[[Any], Iterable[object]]] = {}


def _parts(kind: type[Record]) -> Callable[[Any], Iterable[object]]:
    """Takes out of a record what may hold an expression."""
    names = [field.name for field in msgspec.structs.fields(kind) if field.type not in (str, int, bool)]
    get = attrgetter(*names) if names else _nothing
    found = _PARTS[kind] = get if len(names) != 1 else lambda item: (get(item),)
    return found


def _nothing(_item: object) -> tuple[object, ...]:
    return ()
