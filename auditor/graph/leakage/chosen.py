"""What a scope chooses by: which of the figures that it takes decide, and which are only shown."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph.world import World
from auditor.model.ir import Assign, Attr, Call, Const, Expr, If, Item, Name, Op, Table
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import parts, placed, within
from auditor.program.rows.trace import Evaluation

_BY_KEY = frozenset({"min", "max", "sorted", "sort"})
_BY_COLUMN = frozenset({"sort_values", "nlargest", "nsmallest"})
_OF_VALUES = frozenset({"idxmin", "idxmax", "argmin", "argmax"})
_ORDERED = frozenset({"<", "<=", ">", ">="})


class Chosen:
    """The names by which scopes choose, each scope looked at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._names: dict[Site, frozenset[str]] = {}

    def deciding(self, evaluation: Evaluation) -> frozenset[str]:
        """The names of the figure of an evaluation by which its scope chooses; none where it is only shown, or handed on."""
        return self.by(evaluation.site, evaluation.spot.line)

    def by(self, site: Site, line: int) -> frozenset[str]:
        """The same of the figure that a scope takes in a line."""
        if site not in self._names:
            self._names[site] = frozenset(_choosing(self._world, site))
        return self._names[site] & _figures(self._world, site, line) if self._names[site] else frozenset()


def _choosing(world: World, site: Site) -> Iterator[str]:
    """The names and keys that are read where something is compared, sorted or picked."""
    body = world.resolved.code.scope(*site).body
    for test in (each.statement.test for each in placed(body) if type(each.statement) is If):
        for part in (part for part in within(test) if type(part) is Op and part.op in _ORDERED):
            if not any(type(operand) is Const for operand in part.operands):  # a limit picks none of several
                yield from _words(part)
    for call in (part for part in parts(body) if type(part) is Call):
        name = last_name(call.func)
        given = dict(call.keywords)
        if name in _BY_KEY and "key" in given:
            yield from _words(given["key"])
        elif name in _BY_COLUMN:
            for expr in (*call.args, *given.values()):
                yield from _words(expr)
        elif name in _OF_VALUES:
            for expr in (*call.args, *([call.func.base] if type(call.func) is Attr else [])):
                yield from _words(expr)


def _figures(world: World, site: Site, line: int) -> frozenset[str]:
    """The names and keys under which a scope keeps what it takes in a line."""
    found: set[str] = set()
    for each in placed(world.resolved.code.scope(*site).body):
        statement = each.statement
        if type(statement) is not Assign or statement.value is None:
            continue
        taken = statement.line <= line <= statement.end_line
        if type(statement.value) is not Table:
            if taken or _reads(statement.value, found):
                found.update(word for target in statement.targets for word in _bound(target))
            continue
        for key, value in zip(statement.value.keys, statement.value.values, strict=True):
            inside = any(type(part) is Call and part.line == line for part in within(value))
            if key is not None and (inside or _reads(value, found)):
                found.update(_words(key))
    return frozenset(found)


def _reads(value: Expr, names: set[str]) -> bool:
    return any(type(part) is Name and part.id in names for part in within(value))


def _bound(target: Expr) -> Iterator[str]:
    """The name, attribute or key that a target binds."""
    match target:
        case Name(id=name) | Attr(name=name):
            yield name
        case Item(key=key):
            yield from _words(key) if type(key) is Const else ()


def _words(expr: Expr) -> Iterator[str]:
    for part in within(expr):
        match part:
            case Name(id=word) | Attr(name=word):
                yield word
            case Const(value=str() as word):
                yield word
