"""Loads that no run comes to: only code that nothing calls leads to them, or every caller switches them off."""

from __future__ import annotations

from auditor.graph.reproduction.supplied import supplied
from auditor.graph.world import World
from auditor.model.ir import Const, Expr, If, Name
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.statements import placed

_DEEPEST = 4
"""Calls that are followed back."""


def is_idle_load(world: World, site: Site, effect: Effect) -> bool:
    """Whether nothing runs a call: its function is called by nobody but what is called by nobody, or each caller leaves it out."""
    return _is_idle(world, site, _DEEPEST) or _is_off(world, effect)


def _is_idle(world: World, site: Site, depth: int) -> bool:
    if world.uncalled.of(site):
        return True
    callers = {edge.caller for edge in world.resolved.effects.callers.get(site, ())} - {site}
    return bool(callers) and depth > 0 and all(_is_idle(world, caller, depth - 1) for caller in callers)


def _is_off(world: World, effect: Effect) -> bool:
    """Whether a call stands under a parameter that is off by default and that no caller switches on."""
    code, (path, number) = world.resolved.code, effect.site
    scope = code.scope(path, number)
    off = {
        param.name for param in scope.params if type(param.default) is Const and param.default.value in (False, None)
    }
    tests = (
        each.statement.test.id
        for each in placed(scope.body)
        if type(each.statement) is If and type(each.statement.test) is Name
        if each.statement.line <= effect.line < _else(each.statement)
    )
    return any(name in off and _never_on(world, effect.site, name) for name in tests)


def _else(branch: If) -> int:
    """The line at which the other branch begins, or the first behind it."""
    return branch.orelse[0].line if branch.orelse else branch.end_line + 1


def _never_on(world: World, site: Site, name: str) -> bool:
    """Whether functions of the repository call one, and none gives a parameter anything but what is off."""
    # A class that calls the `__init__` of its base may look like calling its own.
    edges = [edge for edge in world.resolved.effects.callers.get(site, ()) if edge.caller != site]
    given = supplied(world.resolved, edges, name)
    return bool(edges) and given is not None and all(_is_false(value) for value, _ in given)


def _is_false(value: Expr) -> bool:
    return type(value) is Const and value.value in (False, None)
