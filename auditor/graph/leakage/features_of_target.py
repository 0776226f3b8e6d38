"""Questions about features: whether one is computed from the target, or from what comes later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.observed.flows import features, labels
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Op
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import Binding, children

DEEPEST = 8
_SAME = frozenset({"copy", "to_numpy", "astype", "ravel", "reset_index", "head"})
"""What leaves the rows and columns of a frame as they are."""
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


class _Columns(NamedTuple):
    """The columns that a value was picked by, all of them written out, and the name of the frame they are of."""

    frame: str
    names: frozenset[str]


def _columns(world: World, effect: Effect) -> tuple[_Columns, _Columns] | None:
    """The columns that are fitted on and the target's, where both are written out, of one frame."""
    given, target = features(effect), labels(effect)
    if given is None or target is None:
        return None
    taken, aimed = _picked(world, given, effect.frame), _picked(world, target, effect.frame)
    if taken is None or aimed is None or taken.frame != aimed.frame or len(aimed.names) != 1:
        return None
    return taken, aimed


def _picked(world: World, expr: Expr, frame: Frame, depth: int = 0) -> _Columns | None:
    """The last pick of columns behind a value, with nothing on the way that is not surely the same rows of them."""
    if depth > DEEPEST:
        return None
    match expr:
        case Name():
            bindings = world.resolved.evaluator.denoter.bindings(expr, frame)
            if len(bindings) != 1:
                return None
            binding, where = bindings[0]
            if binding.how == "value" and binding.value is not None:
                return _picked(world, binding.value, where, depth + 1)
            part = _part(world, binding, where)
            return _picked(world, part, where, depth + 1) if part is not None else None
        case Attr(base=base, name="values"):
            return _picked(world, base, frame, depth + 1)
        case Call(func=Attr(base=base, name=name)) if name in _SAME:
            return _picked(world, base, frame, depth + 1)
        case Item(base=Name(id=held), key=key) if (names := _written(world, key, frame)) is not None:
            return _Columns(held, names)
        case _:
            return None


def _part(world: World, binding: Binding, frame: Frame) -> Expr | None:
    """What a part of a split is a part of."""
    call = binding.value
    if binding.how != "unpack" or type(call) is not Call or len(binding.way) > 1:
        return None
    dotted = world.resolved.evaluator.denoter.dotted(call.func, frame) or ""
    position = binding.at // 2
    known = dotted.endswith(".train_test_split") and 0 <= position < len(call.args)
    return call.args[position] if known else None


def _written(world: World, key: Expr, frame: Frame) -> frozenset[str] | None:
    """The column names that a key writes out, here or where its only name was bound."""
    if type(key) is Name:
        bindings = world.resolved.evaluator.denoter.bindings(key, frame)
        value = bindings[0][0].value if len(bindings) == 1 and bindings[0][0].how == "value" else None
        return _written(world, value, frame) if type(value) in (Const, Group) and value is not None else None
    if type(key) is Const:
        return frozenset({key.value}) if isinstance(key.value, str) else None
    if type(key) is Group:
        items = [item.value for item in key.items if type(item) is Const and isinstance(item.value, str)]
        return frozenset(items) if len(items) == len(key.items) else None
    return None


def _doubts(world: World, effect: Effect, features_of: _Columns, target_of: _Columns) -> Iterator[Doubt]:
    place = world.resolved.code.place(effect.site[0], effect.line, effect.end_line)
    taken, (target,) = features_of.names, target_of.names
    if target in taken:
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
