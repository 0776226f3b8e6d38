"""Calls that put a model into operation: a stage or an alias in a registry, a deployment on a platform; and what stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from auditor.graph import places
from auditor.graph.jungles.failures import nested
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Assert, Attr, Call, Const, Expr, If, Name, Op, Raise, Return, Try
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.scopes import Block
from auditor.program.naming.statements import parts, placed, within
from auditor.program.running.invocations import argument

_LIVE = regex(r"^(prod(uction)?|live|champion|serving|deployed|blue|release)$", re.I)
_ORDERED = frozenset({"<", "<=", ">", ">="})
_DEPLOYS = regex(r"\.(deploy|create_endpoint|update_endpoint|begin_create_or_update|create_deployment)$")
_LOOKING_UP = frozenset({"get_latest_versions", "get_model_version_by_alias"})
METRIC = regex(
    r"accura|(^|_)acc(_|$)|f1|auc|(^|_)roc|precision|recall|rmse|(^|_)mae(_|$)|(^|_)mse(_|$)|mape|r2|score|loss|metric|threshold|perform|"
    r"baseline|better|improv|accept|approv|champion|challenger|eval|quality|gate|passed|(^|_)best|should_|drift",
    re.I,
)


class Promotion(msgspec.Struct, frozen=True):
    """One call that makes a model the one in operation. `to` is the stage or alias, "" for a deployment; `model` its name, if known."""

    site: Site
    effect: Effect
    place: Place
    model: str
    to: str

    def happens_in(self, program: str) -> bool:
        """Whether it happens where a program is started: what a file guards does only where it is that program."""
        return not self.effect.guarded or self.site[0] == program

    @property
    def says(self) -> str:
        """The call in words."""
        short = self.effect.name.rpartition(".")[2]
        return f"{short}({self.to or self.model})" if self.to or self.model else short


def promotions(world: World) -> tuple[Promotion, ...]:
    """Every promotion in product code, whatever it promotes to."""
    return world.once(_promotions)


def _promotions(world: World) -> tuple[Promotion, ...]:
    found = []
    for site, effects in sorted(world.resolved.effects.own.items()):
        for effect in effects if places.is_product(site[0]) else ():
            deploys = effect.role is Role.SERVE and effect.domain == "cloud" and _DEPLOYS.search(effect.name)
            if not effect.dead and (effect.entry.attrs.get("promotion") or deploys):
                model = effect.targets[0].text() if effect.targets and effect.targets[0].exact and not deploys else ""
                place = world.resolved.code.place(site[0], effect.line)
                found.append(Promotion(site, effect, place, model, _goal(world, effect)))
    return tuple(found)


def _goal(world: World, effect: Effect) -> str:
    """The stage or alias that a call moves a model to, where it is written out."""
    given = argument(effect.call, "stage", 2) if "stage" in effect.name else argument(effect.call, "alias", 1)
    values = world.resolved.evaluator.values(given, effect.frame) if given is not None else ()
    return values[0].text() if len(values) == 1 and values[0].exact else ""


def is_live(promotion: Promotion) -> bool:
    """Whether a promotion puts the model before users: not into staging, not as a challenger, no archive."""
    return bool(_DEPLOYS.search(promotion.effect.name)) or bool(_LIVE.match(promotion.to))


# --- gates ---


def is_gated(world: World, way: Iterable[tuple[Site, int, Block]]) -> bool:
    """Whether on a way of calls, from the start of a program to a promotion, anything decides by a figure."""
    return any(_decided(world, site, line, block) for site, line, block in way)


def _decided(world: World, site: Site, line: int, block: Block) -> bool:
    index = world.resolved.code.index(*site)
    tests = [index.tests[construct] for construct, _ in block if construct in index.tests]
    if any(type(test) is not Const for test in tests):
        return True
    return any(
        refuses(statement)
        for statement, _ in nested(world.resolved.code.scope(*site).body)
        if getattr(statement, "line", line) < line
    )


def is_first(world: World, way: Iterable[tuple[Site, int, Block]]) -> bool:
    """Whether a promotion happens only where no model is in operation yet: it takes the place of none."""
    return any(_finds_none(world, site, line) for site, line, _ in way)


def _finds_none(world: World, site: Site, line: int) -> bool:
    """Whether a line comes only after the look for the current model failed: in a handler of its `try`, or past one that returns."""
    for each in placed(world.resolved.code.scope(*site).body):
        tried = each.statement
        if type(tried) is not Try or tried.line >= line or not _looks_up(world, site, tried):
            continue
        if any(handler.line < line <= handler.end_line for handler in tried.handlers):
            return True
        if tried.end_line < line and any(type(inner) is Return for inner, _ in nested((*tried.body, *tried.orelse))):
            return True
    return False


def _looks_up(world: World, site: Site, tried: Try) -> bool:
    """Whether what is tried asks a registry for the model of a stage or an alias."""
    calls = (part for part in parts(tried.body) if type(part) is Call and _named(part.func) in _LOOKING_UP)
    asked = [call for call in calls if len(call.args) + len(call.keywords) > 1]  # with the name alone: the newest
    loads = (effect for effect in world.resolved.effects.own.get(site, ()) if effect.role is Role.LOAD_MODEL)
    return any(effect.call in asked for effect in loads)


def refuses(statement: object) -> bool:
    """Whether a statement ends the run for a figure that is too bad."""
    if type(statement) is Assert:
        return compares(statement.test)
    if type(statement) is not If or not compares(statement.test):
        return False
    return any(
        type(inner) in (Raise, Return) or _exits(inner) for inner, _ in nested((*statement.body, *statement.orelse))
    )


def compares(test: Expr) -> bool:
    """Whether a test compares figures, or asks for a verdict on a model by name."""
    return any(type(node) is Op and node.op in _ORDERED for node in within(test)) or names_a_figure(test)


def names_a_figure(test: Expr) -> bool:
    """Whether an expression names a figure of a model, as names and keys go (`accuracy`, `scores["f1"]`)."""
    return any(METRIC.search(_named(node)) for node in within(test))


def _exits(statement: object) -> bool:
    value = getattr(statement, "value", None)
    return type(value) is Call and _named(value.func) in ("exit", "_exit", "quit", "abort", "fail", "skip", "Exit")


def _named(node: Expr) -> str:
    text = node.value if type(node) is Const and isinstance(node.value, str) else ""
    return node.id if type(node) is Name else node.name if type(node) is Attr else text


def way_to(world: World, start: Site, goal: Promotion) -> list[tuple[Site, int, Block]] | None:
    """The calls that lead from a scope to a promotion, each with the line and block it stands in; None where none do."""
    before = world.resolved.effects.reached(start)
    if goal.site not in before or not goal.happens_in(start[0]):
        return None
    way = [(goal.site, goal.effect.line, goal.effect.at.block)]
    here = goal.site
    while (caller := before[here]) is not None:
        calls = [c for c in world.resolved.effects.calls.get(caller, ()) if (c.callee.path, c.callee.scope) == here]
        if calls:
            way.append((caller, calls[-1].call.line, calls[-1].site.block))
        here = caller
    return way


def judges(world: World, sites: Iterable[Site]) -> bool:
    """Whether any of some scopes ends the run as failed where a model's figures are too bad."""
    bodies = [world.resolved.code.scope(*site) for site in sites]
    statements = [each for body in bodies if body.kind != "class" for each, _ in nested(body.body)]
    failing = any(type(each) is Raise or (_exits(each) and not _succeeds(each)) for each in statements)
    return any(_exits_by_figure(each) or (refuses(each) and (failing or not _ends_well(each))) for each in statements)


def _exits_by_figure(statement: object) -> bool:
    """Whether a figure says with which code a run ends (`sys.exit(0 if passed else 1)`)."""
    value = getattr(statement, "value", None)
    code = value.args[0] if type(value) is Call and value.args and _exits(statement) else None
    return code is not None and type(code) is not Const and compares(code) and not _waves_through(code)


def _ends_well(refusal: object) -> bool:
    """Whether all that a refusal does is to end the run with success."""
    inner = [each for each, _ in nested((*refusal.body, *refusal.orelse))] if type(refusal) is If else []
    exits = [each for each in inner if _exits(each)]
    return bool(exits) and all(map(_succeeds, exits)) and not any(type(each) in (Raise, Return) for each in inner)


_SUCCESS = frozenset({"exit", "_exit", "quit", "Exit"})
_CI = regex(r"^_?(is_|in_|running_in_)?(ci|github_actions)(_mode|_run)?$", re.I)
"""Names for whether it runs in continuous integration."""


def _succeeds(exits: object) -> bool:
    """Whether an exit tells success: without a code, with 0, or with what is 0 wherever automation runs it."""
    call = getattr(exits, "value", None)
    if type(call) is not Call or _named(call.func) not in _SUCCESS:
        return False
    code = call.args[0] if call.args else None
    if code is None or type(code) is Const:
        return code is None or code.value in (0, None, False)
    return _waves_through(code)


def _waves_through(code: Expr) -> bool:
    """Whether a code for the end of a run is that of success in all continuous integration (`0 if passed or CI else 1`)."""
    either = (part for part in within(code) if type(part) is Op and part.op == "or")
    return any(_CI.match(_named(each)) for part in either for each in part.operands)
