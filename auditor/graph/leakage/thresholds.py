"""Decision thresholds that are chosen by the test rows on which the figure that they give is then reported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from auditor.graph.leakage.chosen import Chosen
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Expr, Item, Name, Op
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import Binding, last_name
from auditor.program.naming.statements import within
from auditor.program.rows.row_sets import relation
from auditor.program.rows.trace import Evaluation, Trace

DEEPEST = 4
_TESTING = regex(r"(^|_)(test|tst|hold_?out)(_|\d|$)", re.I)
"""Names of rows that are kept for the last word; those for validation may well choose."""
_ORDERED = frozenset({"<", "<=", ">", ">="})
_CURVES = frozenset({"precision_recall_curve", "roc_curve"})


class Cut(NamedTuple):
    """Where a figure is taken under a threshold that the judged rows have chosen, and one of the evaluations by these rows there."""

    site: Site
    line: int
    evaluation: Evaluation


def chosen_thresholds(world: World, trace: Trace, chosen: Chosen) -> list[Cut]:
    """Thresholds chosen by the very test rows that give the figure, where no others are judged; each once."""
    found: dict[Site, Cut] = {}
    for evaluation in trace.evaluations:
        site = evaluation.site
        if evaluation.how not in ("metric", "score") or evaluation.relation != "apart" or site in found:
            continue
        if any(other.relation == "apart" and _is_apart(other, evaluation) for other in trace.evaluations):
            continue
        for line, limit in _limits(world, site):
            if _is_from_a_curve(world, site, limit) or (_is_tried(world, site, limit) and chosen.by(site, line)):
                found[site] = Cut(site, line, evaluation)
                break
    return list(found.values())


def _is_apart(other: Evaluation, evaluation: Evaluation) -> bool:
    return other.how not in ("folds", "tuning") and relation(other.tested, evaluation.tested) == "apart"


def _limits(world: World, site: Site) -> Iterator[tuple[int, Name]]:
    """The names that predictions are compared with where a scope takes a metric over test rows, as these are called, and the line."""
    for effect in world.resolved.effects.own.get(site, ()):
        args = effect.call.args
        if effect.role is Role.EVALUATE and not effect.dead and len(args) > 1 and _TESTING.search(_named(args[0])):
            yield from ((effect.line, limit) for limit in _compared(world, site, args[1], 0))


def _named(expr: Expr) -> str:
    """What a value is called: by its name, or that of the table or object it is taken from."""
    while type(expr) is Item or (type(expr) is Attr and expr.name in ("values", "array")):
        expr = expr.base
    return last_name(expr)


def _compared(world: World, site: Site, expr: Expr, depth: int) -> Iterator[Name]:
    for part in within(expr):
        if type(part) is Op and part.op in _ORDERED:
            yield from (each for each in part.operands[1:] if type(each) is Name)
        elif type(part) is Name and depth < DEEPEST:
            for binding in _bindings(world, site, part):
                if binding.how == "value" and binding.value is not None:
                    yield from _compared(world, site, binding.value, depth + 1)


def _bindings(world: World, site: Site, name: Name) -> list[Binding]:
    """What binds a name in its own scope, as it is read."""
    versions = world.resolved.code.index(*site).bindings.get(name.id, {})
    return [versions[name.version]] if name.version in versions else []


def _is_tried(world: World, site: Site, name: Name) -> bool:
    """Whether a name takes one value after the other: in a loop, or in a comprehension around it."""
    scope = world.resolved.code.scope(*site)
    if name.id not in world.resolved.code.index(*site).bindings:
        return all(param.name != name.id for param in scope.params) and not name.version
    return any(binding.how == "element" for binding in _bindings(world, site, name))


def _is_from_a_curve(world: World, site: Site, name: Name) -> bool:
    """Whether a name is one of the thresholds of a curve over test rows (`thresholds[best]`)."""
    for binding in _bindings(world, site, name):
        taken = binding.value if binding.how == "value" else None
        if type(taken) is Call and len(taken.args) == 1 and last_name(taken.func) == "float":
            taken = taken.args[0]
        if type(taken) is Item and type(taken.base) is Name:
            for source in _bindings(world, site, taken.base):
                made = source.value if source.how == "unpack" and source.at == 2 else None
                if type(made) is Call and made.args and last_name(made.func) in _CURVES:
                    return _TESTING.search(_named(made.args[0])) is not None
    return False
