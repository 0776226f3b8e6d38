"""Training loops that forget: gradients that are never cleared, models that stay in evaluation mode, validation in training mode.

Only where the optimiser is known to be PyTorch's own, and the model to be what it moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph.sight import Look, Sight, concerns
from auditor.graph.smells import weights
from auditor.graph.smells.reading import dotted, frame_at, in_order, programs, spelled, statements
from auditor.graph.smells.training_bodies import (
    OPTIMISER,
    Called,
    Defect,
    method_calls,
    methods_below,
    moved_by,
    place_in,
    reached,
)
from auditor.graph.smells.training_modes import evaluates_around, stays, validates
from auditor.graph.world import World
from auditor.model.ir import Attr, Call, Loop, Name
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Instance
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import Placed

_TORCH = frozenset({"torch"})
_CLEARING = frozenset({"zero_grad", "zero_", "clear_grad", "clear_gradients", "zero_gradients", "reset_grad"})
_TELLING = frozenset({"backward", "parameters"})
"""Attributes one of which is named where gradients are made, or where an optimiser is given what it moves."""


class Loops(msgspec.Struct, frozen=True):
    """The defects of a program's training loops, those by validation only as long as nothing around it evaluates; and how many
    bodies have a loop."""

    defects: tuple[Defect, ...] = ()
    looked: int = 0


def defects(world: World, owned: Callable[[str], bool]) -> tuple[list[Defect], int]:
    """Defects of training loops in product code, and how many bodies with a training loop were looked at."""
    seen = [(path, world.seen(LOOPS, path)) for path in programs(world, owned)]
    found = {
        defect
        for path, loops in seen
        for defect in loops.defects
        if defect.kind != "validates" or not evaluates_around(world, path)
    }
    return sorted(found, key=lambda each: in_order(each.place)), sum(loops.looked for _, loops in seen)


def _loops(world: Sight, path: str) -> Loops:
    if not _TELLING & world.resolved.code.words(path).members or not concerns(world, path, _TORCH):
        return Loops()
    found: list[Defect] = []
    looked = 0
    bodies: dict[Site, list[Placed]] = {}
    for site, at in statements(world, path):
        bodies.setdefault(site, []).append(at)
    moved = moved_by(world, bodies)
    for site, body in bodies.items():
        calls = list(method_calls(body))
        trains = any(each.method == "backward" and each.at.loops for each in calls)
        looked += trains
        if trains:
            found += _gradients(world, site, calls)
            found += validates(world, site, body, moved)
        found += stays(world, site, body, calls, moved)
        found += _in_vain(world, site, body, calls, moved)
    return Loops(tuple(found), looked)


LOOPS = Look("loops", _loops, Loops)
"""The training loops of a program that forget something."""


def _gradients(world: Sight, site: Site, calls: list[Called]) -> Iterator[Defect]:
    """A loop in which gradients are made and a step is taken, while nothing that runs in the body clears them."""
    backwards = [each for each in calls if each.method == "backward" and each.at.loops]
    for step in calls:
        if step.method != "step" or not step.at.loops:
            continue
        inner = step.at.loops[-1]
        made = next((b for b in backwards if b.at.loops[-1] is inner), None)
        name = _optimiser(world, step, site)
        if made is None or not name or _clears(world, site):
            continue
        yield Defect("gradients", name, place_in(world, site, step.call.line), place_in(world, site, made.call.line))
        return


def _optimiser(world: Sight, step: Called, site: Site) -> str:
    """The optimiser that a step moves, as it is written: known to be one of PyTorch's, by all who supply it."""
    func = step.call.func
    given = step.call.args
    receiver = func.base if type(func) is Attr else func
    frame = frame_at(site, step.at)
    if given or step.call.keywords:
        # `scaler.step(optimizer)` moves what it is given; `optimizer.step(closure)` clears in its closure.
        if len(given) != 1 or not dotted(world, func, frame).endswith("GradScaler.step"):
            return ""
        receiver = given[0]
    made = _made(world, receiver, frame, step.call.line)
    return spelled(receiver) if made and all(OPTIMISER.match(name) for name in made) else ""


def _made(world: Sight, expr: object, frame: Frame, line: int) -> list[str]:
    """The library classes that an object may be of."""
    if type(expr) not in (Name, Attr):
        return []
    known = world.resolved.evaluator.denoter.denote(expr, frame)  # type: ignore[arg-type]  # narrowed by type()
    if type(known) is Instance:
        return [world.resolved.knowledge.canonical(known.of)] if isinstance(known.of, str) else [""]
    traced = world.flows.origins.of(expr, frame, line, held=True)  # type: ignore[arg-type]
    names = [dotted(world, origin.call.func, origin.frame) for origin in traced.calls]
    return [name for name in names if name.startswith("torch.optim.")] if traced.whole else []


def _clears(world: Sight, site: Site) -> bool:
    """Whether a body, or what it calls, clears gradients in any way."""
    code = world.resolved.code
    for path, number in reached(world, site):
        index = code.index(path, number)
        if any(attribute == "grad" for _, attribute, _, _, _ in index.attributes):
            return True
        for each in index.calls:
            func = each.call.func
            name = last_name(func)
            if name in _CLEARING or (type(func) is Name and "zero" in name.lower()):
                return True
    # Stores such as `self.weight.grad = None` have no plain receiver.
    return any(
        type(target) is Attr and target.name in ("grad", "data")
        for path, number in reached(world, site)
        for statement in code.scope(path, number).body
        for target in getattr(statement, "targets", ())
    )


def _in_vain(
    world: Sight, site: Site, body: list[Placed], calls: list[Called], moved: dict[str, Frame]
) -> Iterator[Defect]:
    """The best weights kept by reference, and gradients that are clipped where there are none."""

    def trains(loop: Loop) -> bool:
        if any(each.method == "backward" and loop in each.at.loops for each in calls):
            return True
        edges = world.resolved.effects.calls.get(site, ())
        below = (each.callee for each in edges if each.direct and loop.line <= each.line <= loop.end_line)
        return any("backward" in methods_below(world, (callee.path, callee.scope)) for callee in below)

    def is_torch(call: Call, at: Placed) -> bool:
        return dotted(world, call.func, frame_at(site, at)).startswith("torch.nn.utils.")

    for each in (*weights.kept(body, moved, trains), *weights.clipped(body, is_torch)):
        yield Defect(each.kind, each.name, place_in(world, site, each.line), place_in(world, site, each.other))
