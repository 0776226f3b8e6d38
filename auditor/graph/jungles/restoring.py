"""Files that a program changes for a trial and leaves as they were."""

from __future__ import annotations

from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.model.ir import Call, Name


def restores(world: World, program: str, path: str) -> bool:
    """Whether a program writes back what it read from a file: who reads the file takes nothing from it."""
    touches = [touch for touch in world.lineage.of_program(program) if touch.artefact.path == path]
    kept = [touch.effect.at.call for touch in touches if touch.way == "read"]
    return any(touch.way == "write" and _gives_back(world, touch, kept) for touch in touches)


def _gives_back(world: World, writing: Touch, kept: list[Call]) -> bool:
    """Whether what is written has the name of what was read, and no other meaning."""
    effect = writing.effect
    index = world.resolved.code.index(*(effect.origin[0] if effect.origin else effect.site))
    call: Call = effect.at.call
    for given in (*call.args, *(value for _, value in call.keywords)):
        if type(given) is Name:
            bindings = index.reaching(given.id, given.version, effect.at.block)
            if bindings and all(each.value in kept for each in bindings):
                return True
    return False
