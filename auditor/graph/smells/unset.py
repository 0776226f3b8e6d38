"""Names that only a `try` binds, whose handlers tell of the failure and go on to where the name is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from auditor.graph import places
from auditor.graph.observed.written import name_of
from auditor.graph.sight import Look, Sight
from auditor.graph.smells.reading import in_order, is_idle, programs
from auditor.graph.world import World
from auditor.model.ir import (
    Assign,
    Call,
    Do,
    Expr,
    Handler,
    Item,
    Jump,
    Loop,
    Name,
    Outer,
    Raise,
    Return,
    Stmt,
    Try,
    With,
)
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.statements import bodies, heads, placed, within

_TELLERS = frozenset(
    {"log", "logger", "_logger", "logging", "LOGGER", "_log", "traceback", "warnings", "console", "rospy"}
)
_ENDS = regex(r"(^|_)(exit|fail|abort|quit)(_|$)")
"""Names of calls that end more than the handler."""


class Unset(msgspec.Struct, frozen=True):
    """A name that is read after a handler which left it unset. `place` is that of the read, `handled` of the handler; `stale`: in
    a loop, where it still has the value of the round before. `idle`: nothing runs that place."""

    name: str
    place: Place
    handled: Place
    stale: bool
    idle: bool


class _Read(msgspec.Struct, frozen=True):
    name: str
    line: int
    handled: int
    stale: bool


def unset(world: World, owned: Callable[[str], bool]) -> list[Unset]:
    """The names that handlers leave unset in the programs of a component."""
    at = world.resolved.code.place
    found = [
        Unset(each.name, at(path, each.line), at(path, each.handled), each.stale, is_idle(world, path, each.line))
        for path in programs(world, owned)
        for each in world.seen(UNSET, path)
    ]
    return sorted(found, key=lambda each: in_order(each.place))


def _unset(sight: Sight, path: str) -> tuple[_Read, ...]:
    return tuple(_reads(sight, path)) if places.is_product(path) and not places.is_exploratory(path) else ()


UNSET = Look("unset", _unset, tuple[_Read, ...])
"""The names of a program that only a `try` binds, and that are read behind handlers which go on."""


def _reads(sight: Sight, path: str) -> Iterator[_Read]:
    code = sight.resolved.code
    for number in code.scopes(path):
        scope = code.scope(path, number)
        if scope.kind != "function":
            continue
        outer = {name for at in placed(scope.body) if type(at.statement) is Outer for name in at.statement.names}
        given = outer | {param.name for param in scope.params}
        bindings = code.index(path, number).bindings
        for body, loops in _lists(scope.body, loops=False):
            for position, statement in enumerate(body):
                if type(statement) is not Try or statement.final or not all(map(_goes_on, statement.handlers)):
                    continue
                names = {
                    name
                    for name in _bound_late(statement.body)
                    if name not in given
                    and all(statement.line <= b.line < statement.handlers[0].line for b in bindings[name].values())
                }
                read = _first_read(body[position + 1 :], names)
                if read is not None:
                    yield _Read(*read, statement.handlers[0].line, loops)


def _lists(body: Sequence[Stmt], *, loops: bool) -> Iterator[tuple[Sequence[Stmt], bool]]:
    """All lists of statements however deep, and whether they stand in a loop."""
    yield body, loops
    for statement in body:
        for inner in bodies(statement):
            yield from _lists(inner, loops=loops or type(statement) is Loop)


def _goes_on(handler: Handler) -> bool:
    """Whether a handler does no more than tell of the failure."""
    return all(
        (type(each) is Jump and each.word == "pass") or (type(each) is Do and _tells(each.value))
        for each in handler.body
    )


def _tells(value: Expr) -> bool:
    if type(value) is not Call:
        return True  # a text
    first, _, rest = name_of(value.func).partition(".")
    name = rest.rpartition(".")[2]
    return not _ENDS.search(name) and (
        first in _TELLERS or (not rest and first == "print") or rest.partition(".")[0] in _TELLERS
    )


def _bound_late(body: Sequence[Stmt]) -> Iterator[str]:
    """The names that statements bind once something may have failed."""
    failing = False
    for at in placed(body):
        statement = at.statement
        if not (type(statement) is Do and _tells(statement.value)):
            failing = failing or any(type(node) in (Call, Item) for head in heads(statement) for node in within(head))
        if failing and type(statement) is Assign and not statement.op:
            yield from (target.id for target in statement.targets if type(target) is Name)


def _first_read(body: Sequence[Stmt], names: set[str]) -> tuple[str, int] | None:
    """The first of some names that statements surely read, and the line."""
    for statement in body:
        for head in heads(statement):
            if type(statement) is Assign and type(head) is Name and head in statement.targets:
                continue
            for node in within(head, opened=False):
                if type(node) is Name and node.id in names:
                    return node.id, statement.line
        if type(statement) is With and (inner := _first_read(statement.body, names)) is not None:
            return inner
        if type(statement) in (Return, Raise):
            return None
    return None
