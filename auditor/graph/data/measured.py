"""Programs that train to see what it takes: how much memory, how much time on the device."""

from __future__ import annotations

from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Code

_MEASURING = frozenset({
    "max_memory_allocated", "max_memory_reserved", "reset_peak_memory_stats", "get_traced_memory", "elapsed_time", "key_averages",
})  # fmt: skip
"""Methods that tell what a run took; what tells the time of day is in every training."""
_USING = frozenset({"eval", "no_grad", "inference_mode", "state_dict", "predict", "evaluate"})
"""Methods by which a model that was trained is asked or kept."""
_RESULTS = frozenset({
    Role.SAVE_MODEL, Role.REGISTER, Role.LOG_ARTIFACT, Role.LOG_METRIC, Role.LOG, Role.WRITE, Role.EVALUATE, Role.SERVE,
})  # fmt: skip


def only_measures(world: World, program: str, fits: list[Effect]) -> bool:
    """Whether a program with its own training loop measures what that takes, and neither keeps, judges nor asks the model."""
    if not world.once(_measuring) or program in world.lineage.flows or any(e.entry.library != "torch" for e in fits):
        return False
    reached = world.lineage.reached(program)
    if world.once(_measuring).isdisjoint(path for path, _ in reached):
        return False
    asked = world.resolved.effects.asked((program, 0))
    if asked.isdisjoint(_MEASURING) or not asked.isdisjoint(_USING):
        return False
    return not any(effect.role in _RESULTS for site in reached for effect in world.resolved.effects.own.get(site, ()))


def _measuring(world: World) -> frozenset[str]:
    """The files that measure something."""
    code = world.resolved.code
    return frozenset(path for path in code.paths if code.of_program(path, _measures, bool))


def _measures(code: Code, path: str) -> bool:
    calls = (each.call.func for number in code.scopes(path) for each in code.index(path, number).calls)
    return any(type(func) is Attr and func.name in _MEASURING for func in calls)
