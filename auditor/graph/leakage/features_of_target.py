"""Questions about features: whether one is computed from the target, or from what comes later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from auditor.graph import places
from auditor.graph.data.fitted_columns import Columns, fitted_columns, frame_of, stores
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.leakage.prepared_features import prepared
from auditor.graph.observed.written import written
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Item, Lambda, Name, Op
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import children

_AVERAGES = frozenset({"mean", "median", "sum", "std", "transform", "agg", "aggregate"})
_OTHER_ROWS = frozenset({"shift", "rolling", "expanding", "ewm", "diff", "pct_change", "groupby", "cumsum"})
"""What takes values from other rows than one's own."""
_KEEPS_ROWS = frozenset({"astype", "map", "apply", "clip", "round", "abs", "fillna"})
"""Methods of a column that answer row by row."""
_ROW_BY_ROW = frozenset(f"numpy.{name}" for name in ("log", "log1p", "exp", "sqrt", "abs", "round", "where"))
_DATES = frozenset({"to_datetime", "parse_dates", "DatetimeIndex", "date_range"})
_NOT_BY_ROW = frozenset({"@", "in", "not-in", "is", "is-not", "and", "or", "not"})
"""Operators that answer once for a whole column, or add rows up."""


def target_features(world: World, owned: Callable[[str], bool]) -> tuple[tuple[Doubt, ...], int]:
    """Fits whose features hold the target or are computed from it, and how many fits with written columns were looked at."""
    found: dict[str, Doubt] = {}
    total = 0
    for path in world.resolved.code.paths:
        if not owned(path) or not places.is_product(path):
            continue
        for doubt in _prepared(world, path):
            found.setdefault(doubt.entity, doubt)
        for number in world.resolved.code.scopes(path):
            for effect in world.resolved.effects.own.get((path, number), ()):
                shown = fitted_columns(world, effect) if world.trains(effect) else None
                if shown is None:
                    continue
                total += 1
                for doubt in _doubts(world, effect, *shown):
                    found.setdefault(doubt.entity, doubt)
    return tuple(sorted(found.values())), total


def _prepared(world: World, path: str) -> Iterator[Doubt]:
    """Features that a function computes from the target of their own row before its caller takes the target away."""
    for each in prepared(world, path):
        if _of_own_row(world, Frame(*each.made), each.value, each.target):
            spot = world.resolved.code.place(each.made[0], each.line)
            says = f"the feature {each.column} is computed from the target {each.target} of its own row"
            trail = (
                spot.says(f"{each.column} is computed here"),
                each.taken.says(f"{each.target} is taken away here, and it stays"),
            )
            yield Doubt(spot, f"{each.made[0]}|{each.column}", says, trail, 0.9)


def _doubts(world: World, effect: Effect, taken: Columns, target: str) -> Iterator[Doubt]:
    place = world.resolved.code.place(effect.site[0], effect.line, effect.end_line)
    if taken.holds(target):
        name = f"{effect.site[0]}|{target}"
        yield Doubt(place, name, f"the target {target} is among the features that the model is fitted on", (), 0.9)
        return
    for column, value, line in stores(world, effect.site, taken.frame.id if taken.left_out else ""):
        if (
            line >= taken.line
            or not taken.holds(column)
            or (taken.left_out and not _stays(world, effect.site, taken.frame.id, column))
        ):
            continue
        says = _says(world, effect.site, value, target, line)
        if says:
            spot = world.resolved.code.place(effect.site[0], line)
            trail = (spot.says(f"{column} is computed here"), place.says("the model is fitted on it here"))
            yield Doubt(spot, f"{effect.site[0]}|{column}", f"the feature {column} {says}", trail, 0.9)


def _says(world: World, site: Site, value: Expr, target: str, line: int) -> str:
    """What a column knows that it should not; "" where it knows nothing of the kind."""
    if _looks_ahead(value) or (_is_centred(value) and _of_times(world, site[0])):
        return "holds values of later rows"
    if _averages(value, target) and _before_split(world, site, line):
        return f"is an average of the target {target} over all rows"
    # A target that is written anew after it was read is another one: yesterday's value may well stand among the features.
    anew = any(name == target and at >= line for name, _, at in stores(world, site))
    return (
        f"is computed from the target {target} of its own row"
        if not anew and _of_own_row(world, Frame(*site), value, target)
        else ""
    )


def _stays(world: World, site: Site, frame: str, column: str) -> bool:
    """Whether a column that is written into a frame surely stays in it: nothing else speaks of it but what is computed from it.

    A drop of columns by names that are not written out may take any of them.
    """
    index = world.resolved.code.index(*site)
    for call_site in index.calls:
        func = call_site.call.func
        if type(func) is Attr and func.name in ("drop", "filter", "select_dtypes", "reindex"):
            given = (
                *call_site.call.args[:1],
                *(v for name, v in call_site.call.keywords if name in ("columns", "labels")),
            )
            if any(type(expr) is Name or type(expr) is Call for expr in given):
                return False
    if any(type(b.value) is Item and frame_of(b.value) is None for b in index.bindings.get(frame, {}).values()):
        return False
    spoken = Counter(each.text for each in written(world.resolved.code.programs[site[0]], column.__eq__))[column]
    used = sum((_reads(value, column)) + (name == column) for name, value, _ in stores(world, site, frame))
    return spoken == used


def _reads(value: Expr, column: str) -> int:
    """How often a column is read by name in a value."""
    own = type(value) is Item and type(value.key) is Const and value.key.value == column
    return own + sum(_reads(child, column) for child in children(value))


def _looks_ahead(value: Expr) -> bool:
    """`shift(-n)` somewhere in a value."""
    if type(value) is Call and type(value.func) is Attr and value.func.name == "shift":
        steps = value.args[0] if value.args else dict(value.keywords).get("periods")
        if _negative(steps):
            return True
    return any(_looks_ahead(child) for child in children(value))


def _is_centred(value: Expr) -> bool:
    """A window around each row somewhere in a value: `rolling(3, center=True)`."""
    if type(value) is Call and type(value.func) is Attr and value.func.name == "rolling":
        centred = dict(value.keywords).get("center")
        if type(centred) is Const and centred.value is True:
            return True
    return any(_is_centred(child) for child in children(value))


def _of_times(world: World, path: str) -> bool:
    """Whether a program works with dates: then the rows that a window goes over follow each other in time, and are no points of a curve."""
    return world.resolved.code.words(path).mentions(_DATES)


def _negative(steps: Expr | None) -> bool:
    if type(steps) is Const and isinstance(steps.value, int | float):
        return steps.value < 0
    return type(steps) is Op and steps.op == "neg" and type(steps.operands[0]) is Const


def _of_own_row(world: World, frame: Frame, value: Expr, target: str) -> bool:
    """Whether the target of the same row is surely in a value: what else is called may look at other rows, or at no value."""
    if type(value) is Item:
        return type(value.base) is Name and type(value.key) is Const and value.key.value == target
    return any(_of_own_row(world, frame, part, target) for part in _by_row(world, frame, value))


def _by_row(world: World, frame: Frame, value: Expr) -> tuple[Expr, ...]:
    """What a value is computed from row by row; nothing where that is not sure."""
    match value:
        case Op(op=op, operands=operands) if op not in _NOT_BY_ROW:
            return operands
        case Call(func=Attr(name="apply"), args=(Lambda(body=body), *_), keywords=named) if _across(named):
            return (body,)
        case Call(func=Attr(base=base, name=name)) if name in _KEEPS_ROWS:
            return (base,)
        case Call(func=func, args=args) if world.flows.dotted(func, frame) in _ROW_BY_ROW:
            return args
        case Attr(base=base, name="values"):
            return (base,)
        case _:
            return ()


def _across(named: tuple[tuple[str, Expr], ...]) -> bool:
    """Whether a function is applied to rows: `axis=1`."""
    axis = dict(named).get("axis")
    return type(axis) is Const and axis.value in (1, "columns")


def _averages(value: Expr, target: str) -> bool:
    """A `groupby(…)[target].mean()` in a value."""
    if type(value) is Call and type(value.func) is Attr and value.func.name in _AVERAGES:
        picked = value.func.base
        if type(picked) is Item and type(picked.key) is Const and picked.key.value == target and _grouped(picked.base):
            return not any(_earlier(arg) for arg in value.args)
    return any(_averages(child, target) for child in children(value))


def _earlier(expr: Expr) -> bool:
    """Whether a function that is handed to `transform` looks at earlier rows: `lambda s: s.shift(7)`."""
    if type(expr) is Attr and expr.name in _OTHER_ROWS:
        return True
    return any(_earlier(child) for child in children(getattr(expr, "body", expr)))


def _grouped(expr: Expr) -> bool:
    """`frame.groupby(…)` of a frame that is a plain name."""
    return (
        type(expr) is Call and type(expr.func) is Attr and expr.func.name == "groupby" and type(expr.func.base) is Name
    )


def _before_split(world: World, site: Site, line: int) -> bool:
    """Whether the scope divides its rows only after a line."""

    splits = [e.line for e in world.resolved.effects.own.get(site, ()) if e.role is Role.SPLIT]
    return bool(splits) and line < min(splits)
