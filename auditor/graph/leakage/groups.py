"""Questions about groups: rows of one entity that a random split can put on both sides."""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.graph import places
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.leakage.handovers import handovers
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import children

_ENTITY = regex(
    r"(^|_)(patient|user|customer|client|subject|person|member|driver|device|machine|store|shop|session|visitor|household|"
    r"speaker|author|player|engine|unit|sensor|vehicle|employee|student|account|cust|participant|bird|animal|case)_?(id|no|nr|number|key|uuid)?$",
    re.I,
)
_KEEPING_ROWS = frozenset(
    {"transform", "shift", "cumcount", "cumsum", "rolling", "rank", "diff", "ffill", "pct_change", "expanding", "ewm"}
)
"""What a group gives back row by row: an entity with one row needs none of it."""


def split_groups(world: World, owned: Callable[[str], bool]) -> tuple[tuple[Doubt, ...], int]:
    """Random splits of rows of which several belong to one entity, and how many random splits were looked at."""
    found: list[Doubt] = []
    total = 0
    for path in world.resolved.code.paths:
        if not owned(path) or not places.is_product(path):
            continue
        splits = [
            e
            for n in world.resolved.code.scopes(path)
            for e in world.resolved.effects.own.get((path, n), ())
            if _is_random(e)
        ]
        total += len(splits)
        if not splits or _knows_groups(world, path):
            continue
        made = (path, *world.once(handovers).before(path))
        entity = next((shown for program in made if (shown := _repeated(world, program)) is not None), None)
        if entity is not None:
            name, place = entity
            split = splits[0]
            at = world.resolved.code.place(path, split.line, split.end_line)
            says = (
                f"rows are divided at random, and several belong to one {name}: the same {name} may stand on both sides"
            )
            found.append(Doubt(at, f"{path}|{name}", says, (place.says(f"several rows of one {name} here"),)))
    return tuple(found), total


def _is_random(effect: Effect) -> bool:
    """A split that sends rows to either side by chance."""
    return (
        effect.role is Role.SPLIT
        and bool(effect.entry.attrs.get("shuffles"))
        and not effect.dead
        and "Group" not in effect.name
    )


def _knows_groups(world: World, path: str) -> bool:
    """Whether a file divides by group somewhere, or hands groups to a split."""
    return any(
        "Group" in e.name or any(name == "groups" for name, _ in e.call.keywords)
        for n in world.resolved.code.scopes(path)
        for e in world.resolved.effects.own.get((path, n), ())
        if e.role is Role.SPLIT
    )


def _repeated(world: World, path: str) -> tuple[str, Place] | None:
    """An entity of which a file computes something row by row over its several rows."""
    for number, call in world.resolved.code.calls(path):
        if type(call.func) is Attr and call.func.name in _KEEPING_ROWS:
            for key in _group_keys(world, call.func.base, (path, number)):
                if _ENTITY.search(key):
                    return key, world.resolved.code.place(path, call.line)
    return None


def _group_keys(world: World, expr: Expr, site: Site) -> list[str]:
    """The columns of the `groupby` that a chain of calls and columns starts with."""
    while type(expr) in (Attr, Item, Call):
        if type(expr) is Call:
            if type(expr.func) is Attr and expr.func.name == "groupby" and expr.args:
                return _texts(world, expr.args[0], site)
            expr = expr.func
        else:
            expr = expr.base  # type: ignore[union-attr]  # the loop's condition leaves Attr and Item
    return []


def _texts(world: World, expr: Expr, site: Site) -> list[str]:
    if type(expr) is Group:
        return [text for item in expr.items for text in _texts(world, item, site)][:1]  # the outer key is the entity
    if type(expr) in (Const, Name, Attr):
        return [v.text() for v in world.resolved.evaluator.values(expr, Frame(*site)) if v.exact]
    return [text for child in children(expr) for text in _texts(world, child, site)]
