"""What a call writes down of a run, by the words of what it hands over: settings, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Name, Table
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import children

PARAMETERS = regex(
    r"(^|_)(h?params?|parameters|hyper_?param\w*|config(uration)?|cfg|args|settings|options|opt)(_|$)|^(vars|asdict|to_container)$",
    re.I,
)
"""Names of what settings are kept in."""
METRICS = regex(
    r"metric|score|accura|(^|_)(acc|auc|f1|r2|loss|losses|rmse|mae|mse|dice|iou|bleu|report|results?|history|evaluation|eval)(_|$)",
    re.I,
)
"""Names of what figures are kept in."""
_WRITING = frozenset({Role.WRITE, Role.SAVE_MODEL})
_DEPTH = 2
"""How often a name is followed to what it is bound to."""


def written_down(world: World, effect: Effect) -> set[str]:
    """Whether what a call writes holds the parameters or the metrics of a run, told by its keys and the names that it is made of."""
    if effect.role not in _WRITING:
        return set()
    saved = world.flows.saved(effect)
    handed = [value for name, value in effect.call.keywords if not name] + ([saved] if saved is not None else [])
    # A model that was made by settings holds none of them; a table that holds a model may.
    made = effect.role is Role.WRITE
    words = {word for value in handed for word in _words(world, value, effect.frame, _DEPTH, made=made)}
    found = {"parameters"} if any(map(PARAMETERS.search, words)) else set()
    return found | ({"metrics"} if any(map(METRICS.search, words)) else set())


def _words(world: World, expr: Expr, frame: Frame, depth: int, *, made: bool) -> Iterator[str]:
    """The keys and names that an expression is made of; `made`: what calls are given counts, too."""
    if type(expr) is Call and not made:
        yield name_of(expr.func).rpartition(".")[2]
        return
    if type(expr) is Table:
        yield from (key.value for key in expr.keys if type(key) is Const and isinstance(key.value, str))
    if type(expr) is Attr:
        yield expr.name
    if type(expr) is Name:
        yield expr.id
        bound = world.resolved.evaluator.denoter.bindings(expr, frame) if depth else []
        for binding, at in bound:
            if binding.value is not None:
                yield from _words(world, binding.value, at, depth - 1, made=made)
    for child in children(expr):
        yield from _words(world, child, frame, depth, made=made)
