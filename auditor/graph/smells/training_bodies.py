"""Bodies that train, read for what they call: the methods, those below, and the models whose parameters an optimiser is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from auditor.graph.sight import Sight
from auditor.graph.smells.reading import dotted, frame_at, spelled
from auditor.model.ir import Attr, Call, Expr
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import Placed, heads, within

OPTIMISER = regex(r"^torch\.optim\.(?!lr_scheduler|swa_utils)\w+$")
TURNING = frozenset({"train", "set_train", "train_mode", "set_mode", "training_mode"})
DEEPEST = 3
"""Levels of calls that are followed for what clears or turns."""


class Defect(msgspec.Struct, frozen=True):
    """One defect. `kind`: `gradients`, `stays` (in evaluation mode), `validates` (in training mode), `kept` (the best weights, by
    reference) or `clips` (gradients that are not there); `name` is what it is about."""

    kind: str
    name: str
    place: Place
    other: Place


class Called(msgspec.Struct, frozen=True):
    """A method call as a statement's part: receiver and method, where."""

    call: Call
    method: str
    at: Placed


def method_calls(body: Iterable[Placed]) -> Iterator[Called]:
    """The method calls of a body, those in lambdas and comprehensions left out."""
    for at in body:
        for head in heads(at.statement):
            for node in within(head, opened=False):
                if type(node) is Call and type(node.func) is Attr:
                    yield Called(node, node.func.name, at)


def place_in(world: Sight, site: Site, line: int) -> Place:
    """The place of a line of the file that a body stands in."""
    return world.resolved.code.place(site[0], line)


def reached(world: Sight, site: Site) -> list[Site]:
    """A body and the functions it calls, a few levels deep."""
    found, level = [site], [site]
    for _ in range(DEEPEST):
        calls = [edge.callee for one in level for edge in world.resolved.effects.calls.get(one, ())]
        level = [(c.path, c.scope) for c in calls if (c.path, c.scope) not in found]
        found += dict.fromkeys(level)
    return found


def methods_below(world: Sight, site: Site) -> set[str]:
    """Names of the methods that a function calls, a few levels deep."""
    code = world.resolved.code
    calls = (each.call.func for one in reached(world, site) for each in code.index(*one).calls)
    return {func.name for func in calls if type(func) is Attr}


def moved_by(world: Sight, bodies: dict[Site, list[Placed]]) -> dict[str, Frame]:
    """The models of a file whose parameters an optimiser is given, as they are written, with where."""
    found: dict[str, Frame] = {}
    for site, body in bodies.items():
        for at in body:
            for head in heads(at.statement):
                for node in within(head, opened=False):
                    if type(node) is Call and OPTIMISER.match(dotted(world, node.func, frame_at(site, at))):
                        found.update((name, frame_at(site, at)) for name in _parameters_of(node))
    return found


def _parameters_of(call: Call) -> Iterator[str]:
    for value in (*call.args[:1], *[v for k, v in call.keywords if k == "params"]):
        yield from parameters_in(value)


def parameters_in(value: Expr) -> Iterator[str]:
    """The models whose parameters an expression names, as they are written."""
    for node in within(value):
        if type(node) is Call and type(node.func) is Attr and node.func.name == "parameters":
            name = spelled(node.func.base)
            if name:
                yield name
