"""Questions about features: whether one is computed from the target, or from what comes later."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.graph import places
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.observed.flows import features, labels
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Item, Name, Op
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.scopes import children

_MOVED = frozenset(
    {"shift", "rolling", "lag", "diff", "pct_change", "expanding", "ewm", "cumsum", "cumcount", "roll", "pop"}
)
"""What makes another column of a column: earlier values of the target are no leak."""
_AVERAGES = frozenset({"mean", "median", "sum", "std", "transform", "agg", "aggregate"})


def target_features(world: World, owned: Callable[[str], bool]) -> tuple[tuple[Doubt, ...], int]:
    """Fits whose features hold the target or are computed from it, and how many fits with written columns were looked at."""
    found: dict[str, Doubt] = {}
    total = 0
    for path in world.resolved.code.paths:
        if not owned(path) or not places.is_product(path):
            continue
        for number in world.resolved.code.scopes(path):
            for effect in world.resolved.effects.own.get((path, number), ()):
                if not world.trains(effect):
                    continue
                shown = _columns(world, effect)
                if shown is None:
                    continue
                total += 1
                for doubt in _doubts(world, effect, *shown):
                    found.setdefault(doubt.entity, doubt)
    return tuple(sorted(found.values())), total


def _columns(world: World, effect: Effect) -> tuple[frozenset[str], frozenset[str]] | None:
    """The columns that are fitted on and the target's, where both are written out."""
    given, target = features(effect), labels(effect)
    if given is None or target is None:
        return None
    ask = world.flows.origins
    taken, aimed = ask.picked(given, effect.frame, effect.line), ask.picked(target, effect.frame, effect.line)
    return (taken, aimed) if taken and len(aimed) == 1 else None


def _doubts(world: World, effect: Effect, taken: frozenset[str], aimed: frozenset[str]) -> Iterator[Doubt]:
    place = world.resolved.code.place(effect.site[0], effect.line, effect.end_line)
    (target,) = aimed
    if target in taken and not _moved(world, effect):
        name = f"{effect.site[0]}|{target}"
        yield Doubt(place, name, f"the target {target} is among the features that the model is fitted on", (), 0.9)
        return
    for column, value, line in _stores(world, effect.site):
        if column not in taken:
            continue
        spot = world.resolved.code.place(effect.site[0], line)
        trail = (spot.says(f"{column} is computed here"), place.says("the model is fitted on it here"))
        name = f"{effect.site[0]}|{column}"
        if _looks_ahead(value):
            yield Doubt(spot, name, f"the feature {column} holds values of later rows", trail, 0.9)
        elif _averages(value, target) and _before_split(world, effect.site, line):
            yield Doubt(
                spot, name, f"the feature {column} is an average of the target {target} over all rows", trail, 0.9
            )


def _moved(world: World, effect: Effect) -> bool:
    """Whether anything on the way to features or target takes values of other rows, or takes the target out."""
    values = [value for value in (features(effect), labels(effect)) if value is not None]
    calls = (origin.call for value in values for origin in world.flows.behind(value, effect).calls)
    return any(type(call.func) is Attr and call.func.name in (*_MOVED, "drop") for call in calls)


def _stores(world: World, site: Site) -> Iterator[tuple[str, Expr, int]]:
    """Columns that a scope writes by name, with what they are given."""
    for target, value, line in world.resolved.code.index(*site).items:
        if type(target) is Item and type(target.key) is Const and isinstance(target.key.value, str):
            yield target.key.value, value, line


def _looks_ahead(value: Expr) -> bool:
    """`shift(-n)` somewhere in a value."""
    if type(value) is Call and type(value.func) is Attr and value.func.name == "shift":
        steps = value.args[0] if value.args else dict(value.keywords).get("periods")
        if _negative(steps):
            return True
    return any(_looks_ahead(child) for child in children(value))


def _negative(steps: Expr | None) -> bool:
    if type(steps) is Const and isinstance(steps.value, int | float):
        return steps.value < 0
    return type(steps) is Op and steps.op == "neg" and type(steps.operands[0]) is Const


def _averages(value: Expr, target: str) -> bool:
    """A `groupby(…)[target].mean()` in a value."""
    if type(value) is Call and type(value.func) is Attr and value.func.name in _AVERAGES:
        picked = value.func.base
        if type(picked) is Item and type(picked.key) is Const and picked.key.value == target and _grouped(picked.base):
            return True
    return any(_averages(child, target) for child in children(value))


def _grouped(expr: Expr) -> bool:
    """`frame.groupby(…)` of a frame that is a plain name."""
    return (
        type(expr) is Call and type(expr.func) is Attr and expr.func.name == "groupby" and type(expr.func.base) is Name
    )


def _before_split(world: World, site: Site, line: int) -> bool:
    """Whether the scope divides its rows only after a line."""

    splits = [e.line for e in world.resolved.effects.own.get(site, ()) if e.role is Role.SPLIT]
    return bool(splits) and line < min(splits)
