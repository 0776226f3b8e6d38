"""Answers that a service makes up: drawn by chance where its model is missing or fails, beside what it says, or in what it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.observed.answers import PREDICTING
from auditor.graph.operation.handling import Handler, handlers
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Group, Name, Return, Table
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
    """A draw that is given back as an answer of an endpoint: `function` gives it back, `asked` is the endpoint's place.

    `name` is what it stands under beside what the model says; `given`: it stands in for a feature that a request lacks.
    """

    place: Place
    function: str
    route: str
    draw: str
    asked: Place
    name: str = ""
    given: bool = False


def invented(world: World, owned: Callable[[str], bool]) -> tuple[Invented, ...]:
    """Where an endpoint that asks a model may answer by a number that is drawn by chance, each place once."""
    found: dict[Site, Invented] = {}
    for handler in handlers(world, owned):
        if _MEANT.search(handler.says):
            continue
        for site in sorted(handler.reached - found.keys()):
            drawn = _drawn(world, handler, site) or _guessed(world, handler, site)
            if drawn is not None and drawn.site not in found:
                code = world.resolved.code
                function = f"{drawn.site[0]}|{code.scope(*drawn.site).name}"
                place = code.place(drawn.site[0], drawn.line)
                found[drawn.site] = Invented(
                    place, function, handler.says, drawn.draw, handler.place, drawn.name, drawn.given
                )
    return tuple(found[site] for site in sorted(found))


class _Drawn(msgspec.Struct, frozen=True):
    site: Site
    line: int
    draw: str
    name: str = ""
    given: bool = False


def _has_a_part(world: World, handler: Handler, site: Site) -> bool:
    """Whether a function of the product asks the model, or is called by one that does."""
    if not places.is_product(site[0]) or world.resolved.code.scope(*site).kind != "function":
        return False
    return site in handler.way or any(_leads(world, handler, site))


def _drawn(world: World, handler: Handler, site: Site) -> _Drawn | None:
    """A draw that a function gives back as an answer in which no model has a part."""
    if not _has_a_part(world, handler, site):
        return None
    for each in placed(world.resolved.code.scope(*site).body):
        if type(each.statement) is Return and each.statement.value is not None:
            frame = Frame(*site, block=each.block)
            for name, value in _answers(world, each.statement.value, frame):
                calls = world.flows.origins.of(value, frame, each.line).calls
                within_reach = handler.reached if site in handler.way else frozenset((site,))
                drawn = _draw(world, calls, within_reach)
                if drawn is not None:
                    return msgspec.structs.replace(drawn, name=name if site in handler.way else "")
    return None


def _guessed(world: World, handler: Handler, site: Site) -> _Drawn | None:
    """A draw that stands in for what a request does not hold: `row.get("v1", random())`."""
    if not _has_a_part(world, handler, site):
        return None
    for each in world.resolved.code.index(*site).calls:
        call = each.call
        chance = call.args[1] if len(call.args) == 2 and last_name(call.func) == "get" else None
        if type(chance) is Call and (draw := _named_draw(world, chance, Frame(*site, block=each.block))):
            return _Drawn(site, chance.line, draw, given=True)
    return None


def _named_draw(world: World, call: Call, frame: Frame) -> str:
    """The name of a call that draws and hangs on nothing but what stands in the code; "" of any other."""
    dotted = world.resolved.evaluator.denoter.dotted(call.func, frame) or ""
    entry = world.resolved.knowledge.lookup(dotted) if dotted else None
    return dotted if entry is not None and entry.role is Role.SAMPLE and _is_blind(call) else ""


def _draw(world: World, calls: Iterable[Origin], sites: Collection[Site]) -> _Drawn | None:
    """The draw of some scopes among the calls that a value comes from; None where a model is one of them."""
    found = None
    for origin in calls:
        if type(origin.call.func) is Attr and origin.call.func.name in PREDICTING:
            return None
        here = (origin.frame.path, origin.frame.scope)
        if here in sites and (draw := _named_draw(world, origin.call, origin.frame)):
            found = _Drawn(here, origin.call.line, draw)
    return found


def _answers(world: World, given: Expr, frame: Frame) -> Iterator[tuple[str, Expr]]:
    """The values that an answer holds under names of what models say: a display, a name of one, or what an object is made with."""
    if type(given) is Name:
        bound = world.resolved.evaluator.denoter.bindings(given, frame)
        given = next((each.value for each, _ in bound if type(each.value) in (Table, Call)), given) or given
    named: Iterable[tuple[object, Expr]] = ()
    if type(given) is Table:
        keys = (key.value if type(key) is Const else None for key in given.keys)
        named = zip(keys, given.values, strict=True)
    elif type(given) is Call and last_name(given.func)[:1].isupper():
        named = given.keywords
    for key, value in named:
        if isinstance(key, str) and _ANSWER.fullmatch(key):
            yield key, value


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
