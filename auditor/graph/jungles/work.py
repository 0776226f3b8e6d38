"""What must not fail unseen: the work that commands, programs and functions do."""

from __future__ import annotations

import msgspec

from auditor.graph import places
from auditor.graph.data.saved import holds_model
from auditor.graph.data.sharing import carries
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.place import Place, Related
from auditor.program.calls.effects import Effect, Site

WORK = {
    Role.FIT: "trains",
    Role.EVALUATE: "evaluates",
    Role.VALIDATE: "validates",
    Role.SAVE_MODEL: "saves a model",
    Role.REGISTER: "registers or publishes what was made",
    Role.WRITE: "writes data",
    Role.TRAIN_SERVICE: "starts a training job",
}
"""What must not fail unseen, the gravest first."""


class Hidden(msgspec.Struct, frozen=True):
    """One failure that nobody would see. `kind`: `handler`, `exit`, `command`, `part` (of the work of a step), `chain`, `pipe`, `launch`; `work` is what may fail.

    `missed`: what starts the program looks for the files that it should have left, and so sees that some failure happened;
    `idle`: it stands in a program or a shell script that nothing in the repository starts or names; `last`: nothing follows, and
    the failure is told as critical or is that of a figure which nobody takes; `endless`: the block runs until somebody ends it.
    `others` are the commands of the same job that may fail, too.
    """

    kind: str
    step: str
    work: str
    place: Place
    worked: Place | None = None
    missed: bool = False
    idle: bool = False
    last: bool = False
    endless: bool = False
    others: tuple[Related, ...] = ()


def work_in(
    world: World, site: Site, first: int = 0, last: int = 10**9, but: frozenset[Site] = frozenset()
) -> tuple[str, Place] | None:
    """The gravest work that lines of a scope do or lead to, in words, with the line of the scope; calls of `but` left out."""
    effects = world.resolved.effects
    ranks = {role: rank for rank, role in enumerate(WORK)}
    done = [
        (ranks[_role(world, effect)], effect.line)
        for effect in effects.of(site)
        if effect.role in ranks and first <= effect.line <= last and _is_work(world, effect)
    ]
    for call in effects.calls.get(site, ()):
        if call.direct and first <= call.line <= last and (call.callee.path, call.callee.scope) not in but:
            led_to = effects.reached((call.callee.path, call.callee.scope))
            own = (effect for reached in led_to for effect in effects.own.get(reached, ()))
            done += [(ranks[_role(world, e)], call.line) for e in own if e.role in ranks and _is_work(world, e)]
    if not done:
        return None
    rank, line = min(done)
    return list(WORK.values())[rank], world.resolved.code.place(site[0], line)


def served_work(world: World, site: Site, first: int, last: int) -> tuple[str, Place] | None:
    """What lines of a scope write that a service reads, in words, with the line of the scope."""
    read = world.once(_read_by_services)
    effects = world.resolved.effects
    for call in effects.calls.get(site, ()):
        if not call.direct or not first <= call.line <= last:
            continue
        for reached in sorted(effects.reached((call.callee.path, call.callee.scope))):
            for touch in world.lineage.touches.get(reached, ()):
                service = read.get(touch.artefact.id) if touch.way == "write" and not touch.effect.dead else None
                if service is not None and service != site[0]:
                    name = touch.artefact.id.rpartition("/")[2]
                    return f"writes {name}, which {service} reads", world.resolved.code.place(site[0], call.line)
    return None


def _read_by_services(world: World) -> dict[str, str]:
    """By artefact that a program which answers requests reads, that program."""
    return {
        touch.artefact.id: program
        for program in sorted(serving_programs(world.lineage.entries, world.resolved, world.lineage))
        for touch in world.lineage.of_program(program)
        if touch.way == "read" and touch.kind in (NodeKind.DATASET, NodeKind.MODEL, NodeKind.CONFIG)
    }


def _role(world: World, effect: Effect) -> Role:
    """What an effect does; what keeps any object writes data, unless the object may be a model."""
    keeps = effect.role is Role.SAVE_MODEL and not holds_model(world, effect)
    return Role.WRITE if keeps else effect.role


def _is_work(world: World, effect: Effect) -> bool:
    """Whether an effect is work of a pipeline: of what is written, data and models alone; of gradients, those that move weights."""
    if effect.role is Role.FIT and effect.entry.attrs.get("loop") and not world.trains(effect):
        return False
    if effect.dead or effect.role is not Role.WRITE:
        return not effect.dead
    touches = world.lineage.touches.get(effect.site, ())
    named = [t for t in touches if t.effect == effect and t.artefact.path is not None]
    return any(carries(t.artefact.path or "") and places.is_data(t.artefact.path or "") for t in named)
