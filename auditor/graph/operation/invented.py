"""Answers that a service makes up: drawn by chance, where its model is missing or fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.observed.answers import PREDICTING
from auditor.graph.operation.handling import Handler, handlers
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Group, Return, Table
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.calls.origins import Origin
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import placed, within

_ANSWER = regex(r"(\w+_)?(predictions?|probabilit(y|ies)|proba|score|confidence|forecast|risk)|predicted_\w+", re.I)
"""Keys of an answer under which a model's word stands."""
_MEANT = regex(r"mock|demo|debug|fake|dummy|simulat|sandbox|dry_?run|testing|test_mode", re.I)
"""Names of switches and routes by which somebody asks for made-up answers."""


class Invented(msgspec.Struct, frozen=True):
    """A draw that is given back as an answer of an endpoint: `function` gives it back, `asked` is the endpoint's place."""

    place: Place
    function: str
    route: str
    draw: str
    asked: Place


def invented(world: World, owned: Callable[[str], bool]) -> tuple[Invented, ...]:
    """Where an endpoint that asks a model may answer by a number that is drawn by chance, each place once."""
    found: dict[Site, Invented] = {}
    for handler in handlers(world, owned):
        if _MEANT.search(handler.says):
            continue
        for site in sorted(handler.reached - found.keys()):
            drawn = _drawn(world, handler, site)
            if drawn:
                place = world.resolved.code.place(site[0], drawn[0])
                name = f"{site[0]}|{world.resolved.code.scope(*site).name}"
                found[site] = Invented(place, name, handler.says, drawn[1], handler.place)
    return tuple(found[site] for site in sorted(found))


def _drawn(world: World, handler: Handler, site: Site) -> tuple[int, str] | None:
    """The line and the name of a draw that a function gives back as an answer in which no model has a part."""
    code = world.resolved.code
    if not places.is_product(site[0]) or code.scope(*site).kind != "function":
        return None
    if site not in handler.way and not any(_leads(world, handler, site)):
        return None
    for each in placed(code.scope(*site).body):
        if type(each.statement) is Return and type(each.statement.value) is Table:
            frame = Frame(*site, block=each.block)
            for value in _answers(each.statement.value):
                drawn = _draw(world, world.flows.origins.of(value, frame, each.line).calls, site)
                if drawn is not None:
                    return drawn
    return None


def _draw(world: World, calls: Iterable[Origin], site: Site) -> tuple[int, str] | None:
    """The draw of a scope among the calls that a value comes from; None where a model is one of them."""
    found = None
    for origin in calls:
        if type(origin.call.func) is Attr and origin.call.func.name in PREDICTING:
            return None
        dotted = world.resolved.evaluator.denoter.dotted(origin.call.func, origin.frame) or ""
        entry = world.resolved.knowledge.lookup(dotted) if dotted else None
        here = (origin.frame.path, origin.frame.scope) == site
        if here and entry is not None and entry.role is Role.SAMPLE and _is_blind(origin.call):
            found = origin.call.line, dotted
    return found


def _answers(table: Table) -> Iterator[Expr]:
    """The values that a display of an answer holds under names of what models say."""
    for key, value in zip(table.keys, table.values, strict=True):
        if type(key) is Const and isinstance(key.value, str) and _ANSWER.fullmatch(key.value):
            yield value


def _is_blind(call: Call) -> bool:
    """Whether what is drawn hangs on nothing but numbers and texts in the code."""
    given = (*call.args, *(value for _, value in call.keywords))
    return all(type(part) in (Const, Group) for value in given for part in within(value))


def _leads(world: World, handler: Handler, site: Site) -> Iterator[bool]:
    """Whether a call of a scope that leads to the model leads here, too, and no switch asks for what is made up."""
    for edge in world.resolved.effects.callers.get(site, ()):
        if edge.caller in handler.way and edge.direct:
            tests = world.resolved.code.index(*edge.caller).tests
            around = (tests[construct] for construct, _ in edge.site.block if construct in tests)
            yield not any(_MEANT.search(last_name(part)) for test in around for part in within(test))
