"""Questions about figures: metrics that compare a value with itself, and metrics that nothing measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from auditor.graph import places
from auditor.graph.leakage import records
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.leakage.records import Record
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.knowledge.metrics import better
from auditor.model.artefact import Role
from auditor.model.ir import Assert, Call, Const, Expr, If, Loop, Name, Op, Stmt, Try, With
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import children

_PRETENDED = regex(r"(^|[/_-])(demo|populate|simulat\w*|mock|fake|dummy|synthetic)([/_.-]|$)", re.I)
"""Programs that say in their name that what they record is made up, to fill a dashboard or to try a tool."""
_YARDSTICK = regex(
    r"(^|[/_.-])(baseline|reference|benchmark|target|goal|threshold|prev|previous|published|reported|paper|expected"
    r"|(exp|experiment|run)_?\d+)([/_.-]|$)",
    re.I,
)
"""Names of figures that others are held against: of an earlier run, of a paper, of what is aimed at."""
_ORDER = frozenset({"<", "<=", ">", ">="})


def _sites(world: World, owned: Callable[[str], bool]) -> Iterator[Site]:
    for path in world.resolved.code.paths:
        if owned(path) and places.is_product(path):
            yield from ((path, number) for number in world.resolved.code.scopes(path))


# --- a value against itself ---


def self_comparisons(world: World, owned: Callable[[str], bool]) -> tuple[tuple[Doubt, ...], int]:
    """Metrics of a value against itself, and tests whose two sides are one value; with how many were looked at."""
    seen = [world.seen(COMPARED, path) for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    return tuple(sorted(doubt for each in seen for doubt in each.found)), sum(each.total for each in seen)


class Compared(msgspec.Struct, frozen=True):
    """The comparisons of a program with itself, and how many comparisons there are."""

    found: tuple[Doubt, ...] = ()
    total: int = 0


def _compared(world: Sight, path: str) -> Compared:
    found: list[Doubt] = []
    total = 0
    for site in ((path, number) for number in world.resolved.code.scopes(path)) if places.is_product(path) else ():
        for effect in world.resolved.effects.own.get(site, ()):
            if effect.role is Role.EVALUATE and effect.entry.attrs.get("labels") and len(effect.call.args) >= 2:
                total += 1
                if _same(world, effect.call.args[0], effect.call.args[1], effect.frame):
                    found.append(_at(world, site, effect.line, effect.name, "the labels are compared with themselves"))
        for test, line in _tests(world.resolved.code.scope(*site).body):
            for link in _links(test):
                total += 1
                if link.operands[0] == link.operands[1] and type(link.operands[0]) is not Const:
                    found.append(_at(world, site, line, "test", "both sides of the test are the same value"))
    told = tuple(_by_scope(found))
    return Compared(told, total - len(found) + len(told))


def _by_scope(found: Iterable[Doubt]) -> Iterator[Doubt]:
    """One mistake may go through all tests of a function, copied from line to line: it is one thing to mend."""
    groups: dict[str, list[Doubt]] = {}
    for number, each in enumerate(sorted(found)):
        groups.setdefault(each.entity if each.entity.split("|")[-2] else str(number), []).append(each)
    for first, *others in groups.values():
        more = f"; so {'is' if len(others) == 1 else 'are'} {len(others)} more in this function" if others else ""
        trail = tuple(other.place.says("and here") for other in others[:_MOST_SHOWN])
        yield msgspec.structs.replace(first, says=f"{first.says}{more}", trail=trail)


_MOST_SHOWN = 12

COMPARED = Look("compared", _compared, Compared)
"""The values that a program compares with themselves."""


def _same(world: Sight, one: Expr, other: Expr, frame: Frame) -> bool:
    """Whether two arguments are one value: the same expression without a call in it, or a name that was given the other."""
    if type(one) is Const or _calls(one) or _calls(other):
        return False
    return one == other or _alias(world, one, frame) == other or _alias(world, other, frame) == one


def _alias(world: Sight, expr: Expr, frame: Frame) -> Expr | None:
    """What a name was plainly set to, if it is another name and nothing is stored into either afterwards."""
    if type(expr) is not Name:
        return None
    bindings = world.resolved.evaluator.denoter.bindings(expr, frame)
    value = bindings[0][0].value if len(bindings) == 1 and bindings[0][0].how == "value" else None
    stored = world.flows.origins.stored((frame.path, frame.scope))
    return value if type(value) is Name and expr.id not in stored and value.id not in stored else None


def _calls(expr: Expr) -> bool:
    return type(expr) is Call or any(_calls(child) for child in children(expr))


def _tests(body: Iterable[Stmt]) -> Iterator[tuple[Expr, int]]:
    """The tests of branches and assertions, however deep."""
    todo = list(body)[::-1]
    while todo:
        statement = todo.pop()
        if type(statement) is If or type(statement) is Assert:
            yield statement.test, statement.line
        inner = _INNER.get(type(statement))
        if inner is not None:
            todo += inner(statement)[::-1]


_INNER: dict[type, Callable[[Any], list[Stmt]]] = {
    If: lambda s: [*s.body, *s.orelse],
    Loop: lambda s: [*s.body, *s.orelse],
    With: lambda s: list(s.body),
    Try: lambda s: [*s.body, *s.orelse, *s.final, *(each for handler in s.handlers for each in handler.body)],
}


def _links(test: Expr) -> Iterator[Op]:
    """The comparisons by order in a test; equality of a value with itself is how missing numbers are found."""
    if type(test) is Op and test.op in _ORDER and len(test.operands) == 2 and not _calls(test):
        yield test
    elif type(test) is Op and test.op in ("and", "or", "not"):
        for operand in test.operands:
            yield from _links(operand)


# --- figures that nothing measured ---


def fabricated(world: World, owned: Callable[[str], bool]) -> tuple[tuple[Doubt, ...], int]:
    """Metrics that are recorded as a number that is written out or drawn by chance; with how many records were looked at."""
    found: list[Doubt] = []
    total = 0
    for site in _sites(world, owned):
        if _PRETENDED.search(site[0]) or _is_trial(world, site):
            continue
        for record in records.recorded(world, site):
            if better(record.name) and not _YARDSTICK.search(record.name):
                total += 1
                why = _made_up(world, record, record.value, record.frame)
                if why:
                    says = f"{record.name} is recorded as {why}"
                    found.append(_at(world, record.site, record.line, record.name, says))
    told = tuple(_by_record(sorted(set(found))))
    return told, total - len(set(found)) + len(told)


def _by_record(found: Iterable[Doubt]) -> Iterator[Doubt]:
    """The figures that one call hands over are one record."""
    groups: dict[Place, list[Doubt]] = {}
    for each in found:
        groups.setdefault(each.place, []).append(each)
    for first, *others in groups.values():
        names = ", ".join(other.entity.rpartition("|")[2] for other in others[:_MOST_SHOWN])
        more = f"; so {'is' if len(others) == 1 else 'are'} {names}" if others else ""
        yield msgspec.structs.replace(first, says=f"{first.says}{more}")


def _is_trial(world: World, site: Site) -> bool:
    """Whether a function is a test of a script of tests that no framework collects: `test_upload` in `test-storage.py`."""
    name = world.resolved.code.scope(*site).name.rpartition(".")[2]
    return name.startswith("test_") and site[0].rpartition("/")[2].lower().startswith(("test-", "test."))


def _made_up(world: World, record: Record, value: Expr, frame: Frame) -> str:
    """Why a recorded value was not measured; "" where it may have been."""
    if type(value) is Const and isinstance(value.value, int | float) and not isinstance(value.value, bool):
        # A zero or a one in a branch is what is recorded when there was nothing to measure.
        return "" if value.value in (0, -1, 1) and record.branch else f"the number {value.value}"
    if type(value) is Name:
        bindings = world.resolved.evaluator.denoter.bindings(value, frame)
        values = [b.value for b, _ in bindings if b.how == "value" and b.value is not None]
        if len(values) == 1 == len(bindings):
            return _made_up(world, record, values[0], frame) if type(values[0]) is not Name else ""
        return ""
    if type(value) is Call:
        dotted = world.resolved.evaluator.denoter.dotted(value.func, frame) or ""
        entry = world.resolved.knowledge.lookup(dotted) if dotted else None
        if dotted in ("builtins.round", "builtins.float") and value.args:
            return _made_up(world, record, value.args[0], frame)
        return f"a random number ({dotted})" if entry is not None and entry.role is Role.SAMPLE else ""
    if type(value) is Op and value.op in ("+", "-", "*"):
        parts = [_made_up(world, record, operand, frame) for operand in value.operands]
        return next((p for p in parts if p.startswith("a random")), "") if all(parts) else ""
    return ""


def _at(world: Sight, site: Site, line: int, name: str, says: str) -> Doubt:
    code = world.resolved.code
    return Doubt(code.place(site[0], line), f"{site[0]}|{code.scope(*site).name}|{name}", says, ())
