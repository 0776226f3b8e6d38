"""Whether a scorer that is made is what a search chooses by; one that is only reported chooses nothing."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Const, Expr, Name, Table
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Frame
from auditor.program.running.invocations import argument

_CHOOSING = frozenset({Role.TUNE, Role.FEATURE_SELECT})
DEEPEST = 3


def chooses(world: World, scorer: Effect) -> bool:
    """Whether a search of the same file is handed a scorer as what it chooses by."""
    path = scorer.site[0]
    for number in world.resolved.code.scopes(path):
        for effect in world.resolved.effects.own.get((path, number), ()):
            given = argument(effect.call, "scoring", None) if effect.role in _CHOOSING else None
            refit = argument(effect.call, "refit", None)
            if given is not None and any(expr == scorer.call for expr in _shown(world, given, refit, effect.frame)):
                return True
    return False


def _shown(world: World, expr: Expr, refit: Expr | None, frame: Frame, depth: int = 0) -> Iterator[Expr]:
    """What a `scoring` is: itself, what its name was bound to, of several the one that `refit` names."""
    if type(expr) is Name and depth < DEEPEST:
        for binding, where in world.resolved.evaluator.denoter.bindings(expr, frame):
            if binding.how == "value" and binding.value is not None:
                yield from _shown(world, binding.value, refit, where, depth + 1)
    elif type(expr) is Table and depth < DEEPEST:
        for key, value in zip(expr.keys, expr.values, strict=True):
            if type(key) is Const and type(refit) is Const and key.value == refit.value:
                yield from _shown(world, value, refit, frame, depth + 1)
    else:
        yield expr
