"""What programs are that read files of others: steps, services, or views on what is there."""

from __future__ import annotations

from collections.abc import Callable

from auditor.graph import places
from auditor.graph.data.sharing import carries
from auditor.graph.observed.answers import asks_a_model, keeps_answers
from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.model.artefact import Role

_LEAVING = frozenset({
    Role.REGISTER, Role.FIT, Role.TUNE, Role.TRAIN_SERVICE, Role.EXEC, Role.LOG_ARTIFACT, Role.LOG_METRIC, Role.LOG_PARAM,
    Role.DYNAMIC,
})  # fmt: skip
_WRITING = frozenset({Role.WRITE, Role.SAVE_MODEL, Role.COPY})
"""What leaves something behind, whatever it is, and what does if it is no by-product."""

_SHOWING = frozenset({
    Role.READ, Role.CONFIG_READ, Role.PATH, Role.CLI_PARAM, Role.LOG, Role.ANALYSE, Role.WRITE, Role.COPY, Role.CACHE,
})  # fmt: skip
"""All that a program does which shows people what is there: what it writes besides are by-products."""
_JUDGING = frozenset({Role.VALIDATE, Role.EVALUATE})
"""What a notebook does besides to show it: whether data are as expected, or how good what was made is, nobody else is told."""


def looks(world: World, program: str) -> bool:
    """Whether a program only looks at data: notebooks and what lies among them, and what leaves nothing behind."""
    return program.endswith(".ipynb") or places.is_among_notebooks(program) or _leaves_nothing(world, program)


def idles(world: World, program: str) -> bool:
    """Whether a program waits for nobody: a service, and a program that shows people what is there and does nothing else."""
    if serves(world, program):
        return True
    if not _leaves_nothing(world, program):
        return False
    effects = [effect for effect in world.lineage.effects_of_program(program) if not effect.dead]
    shows = _SHOWING | _JUDGING if program.endswith(".ipynb") else _SHOWING
    # What is made ready may go where nobody sees it go; in a program that draws it is what is drawn.
    drawn = program.endswith(".ipynb") or any(effect.domain == "viz" for effect in effects)
    return all(effect.role in shows or (drawn and effect.role is Role.TRANSFORM) for effect in effects)


def _leaves_nothing(world: World, program: str) -> bool:
    if any(e.role in _LEAVING and not e.dead for e in world.lineage.effects_of_program(program)):
        return False
    if any(e.role in _WRITING and not e.dead for e in world.lineage.unresolved_of_program(program)):
        return False
    writes = (touch for touch in world.lineage.of_program(program) if touch.way == "write")
    return not any(touch.artefact.path is None or carries(touch.artefact.path) for touch in writes)


def asks(world: World, program: str, read: Touch) -> bool:
    """Whether a program that no step runs loads a model and answers with it, on demand: it takes what is there, as a service does.

    What writes anything but answers is a step.
    """
    if read.effect.role is not Role.LOAD_MODEL or world.once(_run_by_steps)(program):
        return False
    effects = world.lineage.effects_of_program(program)
    if any(effect.role is Role.EVALUATE or world.trains(effect) for effect in effects):
        return False
    written = [touch for touch in world.lineage.of_program(program) if touch.way == "write"]
    unknown = any(effect.role in _WRITING for effect in world.lineage.unresolved_of_program(program))
    if unknown or not all(map(keeps_answers, written)):
        return False
    sites = world.lineage.reached(program)
    return any(asks_a_model(each.call) for site in sites for each in world.resolved.code.index(*site).calls)


def _run_by_steps(world: World) -> Callable[[str], bool]:
    """Whether some declared step runs a program."""
    run = {program for step in world.steps.all if step.tool != "readme" for program in world.steps.programs(step)}
    return run.__contains__


def serves(world: World, program: str) -> bool:
    """Whether a program is a service: it takes what was released to it, a declared output or a committed pointer."""
    return any(
        effect.role is Role.SERVE
        for number in world.resolved.code.scopes(program)
        for effect in world.resolved.effects.own.get((program, number), ())
    )
