"""Which figures are recorded: logged to a tracker, by a function of the repository that does so, or written to a file of metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.graph.world import World
from auditor.knowledge.metrics import better
from auditor.model.artefact import Role
from auditor.model.ir import Call, Const, Expr, Name, Table
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame
from auditor.program.running.invocations import argument

_METRIC_FILE = regex(r"(metric|score|result|report|eval|perform)", re.I)

_TEXTS = frozenset({"json.dumps", "orjson.dumps", "yaml.dump", "yaml.safe_dump"})
"""What makes the text of a file from a dict."""
_FIGURE = frozenset({"value", "score", "mean"})
"""What the figure of a metric is called in a dict of its own; a threshold or a deviation beside it is no figure."""


class Record(msgspec.Struct, frozen=True):
    """One figure under its name, and where it is handed over; `branch` where only under a condition."""

    name: str
    value: Expr
    frame: Frame
    site: Site
    line: int
    branch: bool


def recorded(world: World, site: Site) -> Iterator[Record]:
    """The figures that a scope records; of a function that is told name and value, those that its callers hand over."""
    for effect in world.resolved.effects.own.get(site, ()):
        if effect.dead or effect.certainty < 0.9:
            continue
        for name, value in _told(world, effect):
            if type(name) is Const and isinstance(name.value, str):
                yield Record(name.value, value, effect.frame, site, effect.line, bool(effect.at.block))
            elif type(name) is Name and type(value) is Name:
                yield from _handed(world, site, name.id, value.id)


def _told(world: World, effect: Effect) -> Iterator[tuple[Expr, Expr]]:
    """Name and value of each figure that a call records."""
    if effect.role is Role.LOG_METRIC:
        call = effect.call
        tables = (_table(world, given, effect.frame) for given in (*call.args[:1], *(v for _, v in call.keywords)))
        if table := next((made for made in tables if made), None):
            yield from table
            return
        name = argument(call, "key", 0) or argument(call, "name", 0)
        value = argument(call, "value", 1) or argument(call, "val", 1)
        if name is not None and value is not None:
            yield name, value
    elif effect.role is Role.WRITE and any(_METRIC_FILE.search(v.text().rpartition("/")[2]) for v in effect.targets):
        shown = world.flows.saved(effect)
        yield from (_table(world, shown, effect.frame) or []) if shown is not None else []


def _handed(world: World, site: Site, name: str, value: str) -> Iterator[Record]:
    """What the callers of a function hand over as the name and the value that it records."""
    params = [param.name for param in world.resolved.code.scope(*site).params]
    if name not in params or value not in params:
        return
    skipped = 1 if params[0] in ("self", "cls") else 0
    for edge in world.resolved.effects.callers.get(site, ()):
        said = argument(edge.call, name, params.index(name) - skipped)
        given = argument(edge.call, value, params.index(value) - skipped)
        if edge.direct and type(said) is Const and isinstance(said.value, str) and given is not None:
            block = edge.site.block
            yield Record(said.value, given, Frame(*edge.caller, block=block), edge.caller, edge.line, bool(block))


def _table(world: World, expr: Expr, frame: Frame) -> list[tuple[Expr, Expr]] | None:
    """The entries of a dict that is written out, here or where its only name was bound, also as the text that stands for it."""
    if type(expr) is Call and expr.args and world.flows.dotted(expr.func, frame) in _TEXTS:
        expr = expr.args[0]
    if type(expr) is Name:
        bindings = world.resolved.evaluator.denoter.bindings(expr, frame)
        held = bindings[0][0].value if len(bindings) == 1 and bindings[0][0].how == "value" else None
        if type(held) is not Table or expr.id in world.flows.origins.stored((frame.path, frame.scope)):
            return None
        expr = held
    return list(_entries(expr, None)) if type(expr) is Table else None


def _entries(table: Table, around: Const | None) -> Iterator[tuple[Expr, Expr]]:
    """The entries of a dict and of the dicts in it: `{"f1": {"value": 0.7}}` holds a figure by the name of f1."""
    for key, value in zip(table.keys, table.values, strict=True):
        if type(key) is Const and isinstance(key.value, str):
            name = key if around is None or better(key.value) else around
            if name is around and _is_metric(around) and key.value not in _FIGURE:
                continue
            yield from _entries(value, name) if type(value) is Table else [(name, value)]


def _is_metric(key: Const | None) -> bool:
    """Whether the key of a dict names a metric."""
    return key is not None and isinstance(key.value, str) and bool(better(key.value))
