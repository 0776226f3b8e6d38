"""What a name can stand for while the code of a pipeline is run symbolically.

`trust` is the confidence of GRAPH §5: .95 for what is written out where it is used, .9 through a name, .8 out of an
unrolled loop or put together from parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from auditor.model.ir import Expr, Param
from auditor.program.naming.code import Library, Local, Module
from auditor.program.symbolic.values import Value, literal

Scalar: TypeAlias = str | int | float | bool | None
Thing: TypeAlias = object
"""One of the classes below, or an object of a dialect's own."""

LITERAL, NAMED, UNROLLED = 0.95, 0.9, 0.8
DEFAULTED = 0.75
"""The trust in a default of a function that may be called otherwise: good enough for a name, not to decide a branch."""


class Plain(msgspec.Struct, frozen=True):
    """A scalar that is known."""

    value: Scalar
    trust: float = LITERAL


class Text(msgspec.Struct, frozen=True):
    """A text of which parts are known."""

    value: Value


class Items:
    """A list, tuple or set; `open` when it may hold more than is known."""

    __slots__ = ("items", "kind", "open")

    def __init__(self, kind: str, items: Iterable[Thing] = (), *, open: bool = False) -> None:  # noqa: A002  # the word that fits
        self.kind = kind
        self.items = list(items)
        self.open = open


class Table:
    """A dict; `open` when it may hold more than is known. Entries under unknown keys are kept in `others`."""

    __slots__ = ("entries", "open", "others")

    def __init__(self, entries: Mapping[Any, Thing] | None = None, *, open: bool = False) -> None:  # noqa: A002  # as above
        self.entries: dict[Scalar, Thing] = dict(entries or {})
        self.others: list[Thing] = []
        self.open = open

    def values(self) -> list[Thing]:
        """All values, those under unknown keys last."""
        return [*self.entries.values(), *self.others]


class Env:
    """The names of one scope that is run; what it does not bind is looked up outside."""

    __slots__ = ("names", "outer", "path", "scope", "stars")

    def __init__(self, path: str, scope: int, outer: Env | None = None) -> None:
        self.path = path
        self.scope = scope
        self.outer = outer
        self.names: dict[str, Thing] = {}
        self.stars: list[str] = []  # modules of the repository whose names are all taken over


class Function(msgspec.Struct, frozen=True):
    """A function or class of the repository, with the scope around it (None: its module, not run yet)."""

    local: Local
    around: Env | None = None


class Closure(msgspec.Struct, frozen=True):
    """A lambda with the scope around it."""

    params: tuple[Param, ...]
    body: Expr
    around: Env


class Partial(msgspec.Struct, frozen=True):
    """`functools.partial`: a callable with some of its arguments."""

    func: Thing
    args: Arguments


class Bound(msgspec.Struct, frozen=True):
    """`receiver.name`, not called yet."""

    receiver: Thing
    name: str


class Object:
    """An object of a class of the repository, with the attributes that its methods set."""

    __slots__ = ("attributes", "of")

    def __init__(self, of: Function) -> None:
        self.of = of
        self.attributes: dict[str, Thing] = {}


class Made(msgspec.Struct, frozen=True):
    """What a call of a library gave that no dialect has a meaning for: its name and its arguments."""

    dotted: str
    args: Arguments
    expr: Expr | None = None
    env: Env | None = None


class Unknown(msgspec.Struct, frozen=True):
    """What cannot be told; the expression it comes from may still be a text that the evaluator knows."""

    expr: Expr | None = None
    env: Env | None = None


class Either(msgspec.Struct, frozen=True):
    """One of several, by a condition that is not known."""

    options: tuple[Thing, ...]


class Pending(msgspec.Struct, frozen=True):
    """A name of another module, looked up when it is used."""

    home: str
    name: str


NOTHING = Unknown()


class Arguments(msgspec.Struct, frozen=True):
    """The arguments of a call; `open` when it may give more than is known (`*args`, `**kwargs`)."""

    positional: tuple[Thing, ...] = ()
    keywords: Mapping[str, Thing] = MappingProxyType({})
    open: bool = False

    def get(self, name: str, position: int | None = None) -> Thing | None:
        """The argument of that name, or at that position; None when it is not given."""
        if name in self.keywords:
            return self.keywords[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None


class Where(msgspec.Struct, frozen=True):
    """Where a call stands, and how sure it is to be made: under a condition or in a loop that is not known.

    `callers` are the calls that led to it, as (path, line, end line) from the outermost inwards.
    """

    path: str
    line: int
    end_line: int
    conditional: bool = False
    repeated: bool = False
    callers: tuple[tuple[str, int, int], ...] = ()

    def seen_from(self, path: str) -> Where:
        """The innermost call in a file that led here; the place itself where none did."""
        for caller, line, end_line in reversed(self.callers) if self.path != path else ():
            if caller == path:
                return msgspec.structs.replace(self, path=path, line=line, end_line=end_line)
        return self


def options(thing: Thing) -> Iterator[Thing]:
    """Each thing that it can be."""
    if type(thing) is Either:
        for option in thing.options:
            yield from options(option)
    elif thing is not None:
        yield thing


def parts(thing: Thing) -> Iterator[Thing]:
    """The elements of a list and of the lists in it, or the thing itself."""
    for option in options(thing):
        if isinstance(option, Items):
            for item in option.items:
                yield from parts(item)
        else:
            yield option


def trust_of(thing: Thing) -> float:
    """How sure a scalar or text is."""
    if type(thing) is Plain:
        return thing.trust
    return thing.value.confidence if type(thing) is Text else 0.3


def value_of(thing: Thing) -> Value | None:
    """A scalar or text as a symbolic value."""
    if type(thing) is Plain and thing.value is not None:
        return replace(literal(str(thing.value)), confidence=min(thing.trust, NAMED))
    return thing.value if type(thing) is Text else None


def weakened(thing: Thing, trust: float) -> Thing:
    """The same scalar, no surer than that."""
    return msgspec.structs.replace(thing, trust=trust) if type(thing) is Plain and thing.trust > trust else thing


def either(one: Thing, other: Thing) -> Thing:
    """One of two, as few as they are."""
    if one is other or (type(one) is type(other) and type(one) in (Plain, Library, Module, Function) and one == other):
        return one
    found: list[Thing] = []
    for option in (*options(one), *options(other)):
        if not any(option is known for known in found):
            found.append(option)
    return Either(tuple(found[:MOST_OPTIONS]))


MOST_OPTIONS = 8
