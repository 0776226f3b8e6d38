"""What a call writes down of a run, by the words of what it hands over: settings, figures, what a model has learned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.graph.observed.written import name_of
from auditor.graph.reproduction.supplied import supplied
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Item, Name, Table
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import children

PARAMETERS = regex(
    r"(^|_)(hps?|h?params?|parameters|hyper_?param\w*|config(uration)?|cfg|args|settings|options|opt|flags)(_|$)|^(vars|asdict|to_container)$",
    re.I,
)
"""Names of what settings are kept in."""
METRICS = regex(
    r"metric|score|accura|(^|_)(acc|auc|f1|r2|loss|losses|rmse|mae|mse|dice|iou|bleu|report|results?|history|evaluation|eval)(_|$)",
    re.I,
)
"""Names of what figures are kept in."""
_SETTINGS = regex(
    r"^(learning_rate|lr|batch_size|(n_|num_)?epochs|(hidden|latent|embedding)_(size|dim|units)|n_estimators|max_depth|dropout(_rate)?|"
    r"weight_decay|(n|num)_layers|(random_)?seed|random_state|optimizer)$"
)
"""Names of settings themselves."""
_FEW = 2
"""How many of them at least a record names."""
_LEARNED = (
    frozenset({"coef_", "intercept_"}),
    frozenset({"X_thresholds_", "y_thresholds_"}),
    frozenset({"cluster_centers_"}),
)
"""All that some models have learned."""
_WRITING = frozenset({Role.WRITE, Role.SAVE_MODEL})
_DEPTH = 2
"""How often a name is followed to what it is bound to."""
_DICTS = frozenset({"dict", "OrderedDict", "defaultdict"})


def written_down(world: World, effect: Effect) -> set[str]:
    """Whether what a call writes holds the parameters or the metrics of a run, told by its keys and the names that it is made of."""
    if effect.role not in _WRITING:
        return set()
    saved = world.flows.saved(effect)
    handed = [value for name, value in effect.call.keywords if not name] + ([saved] if saved is not None else [])
    handed += _written_to(world, effect)
    # A model that was made by settings holds none of them; a table that holds a model may.
    made = effect.role is Role.WRITE
    words = {word for value in handed for word in _words(world, value, effect.frame, _DEPTH, made=made)}
    settings = sum(1 for word in words if _SETTINGS.search(word))
    found = {"parameters"} if settings >= _FEW or any(map(PARAMETERS.search, words)) else set()
    return found | ({"metrics"} if any(map(METRICS.search, words)) else set())


def gives_what_is_learned(world: World, fit: Effect) -> bool:
    """Whether the function of a fit returns the figures that the model is made of, in place of an object."""
    frame = fit.frame
    returns = world.resolved.code.index(frame.path, frame.scope).returns
    words = {word for value in returns if value for word in _words(world, value, frame, _DEPTH, made=True)}
    return any(all_of <= words for all_of in _LEARNED)


def _written_to(world: World, effect: Effect) -> list[Expr]:
    """What is written to a file that a call names or opens, in the scope where it opens it: `f.write(…)`."""
    if effect.name == "pathlib.Path.write_text":
        return list(effect.call.args[:1])
    if effect.name != "builtins.open":
        return []
    denoter = world.resolved.evaluator.denoter
    found: list[Expr] = []
    for site in world.resolved.code.index(effect.frame.path, effect.frame.scope).calls:
        func = site.call.func
        if type(func) is Attr and func.name == "write" and site.call.args:
            opened = [func.base]
            if type(func.base) is Name:
                at = effect.frame.at(site.block)
                opened = [bound.value for bound, _ in denoter.bindings(func.base, at) if bound.value is not None]
            found += site.call.args[:1] if effect.call in opened else []
    return found


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
                if _is_dict(binding.value):
                    yield from _put_in(world, expr.id, at, depth - 1, made=made)
            elif binding.how == "param":
                yield from _given(world, expr.id, at, depth - 1, made=made)
    for child in children(expr):
        yield from _words(world, child, frame, depth, made=made)


def _is_dict(value: Expr) -> bool:
    return type(value) is Table or (type(value) is Call and name_of(value.func).rpartition(".")[2] in _DICTS)


def _put_in(world: World, name: str, frame: Frame, depth: int, *, made: bool) -> Iterator[str]:
    """The same of what a dict is filled with after it was made: `d["args"] = …`, `d.update(…)`."""
    index = world.resolved.code.index(frame.path, frame.scope)
    for item, value, _ in index.items:
        if type(item) is Item and type(item.base) is Name and item.base.id == name and value is not None:
            yield from (item.key.value,) if type(item.key) is Const and isinstance(item.key.value, str) else ()
            yield from _words(world, value, frame, depth, made=made)
    for site in index.calls:
        func = site.call.func
        if type(func) is Attr and func.name == "update" and type(func.base) is Name and func.base.id == name:
            for given in (*site.call.args, *(value for _, value in site.call.keywords)):
                yield from _words(world, given, frame, max(depth, 1), made=made)


def _given(world: World, name: str, frame: Frame, depth: int, *, made: bool) -> Iterator[str]:
    """The words of what a parameter is given, as far as all that call its function give the same."""
    calls = world.resolved.effects.callers.get((frame.path, frame.scope), ())
    given = supplied(world.resolved, calls, name) or ()
    told = [set(_words(world, value, at, max(depth, 1), made=made)) for value, at in given]
    yield from sorted(set.intersection(*told)) if told else ()
