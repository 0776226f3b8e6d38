"""Programs of which nothing is left but a picture."""

from __future__ import annotations

from auditor.graph.world import World
from auditor.model.artefact import Role

_LEAVES = frozenset({
    Role.WRITE, Role.SAVE_MODEL, Role.REGISTER, Role.LOG_ARTIFACT, Role.LOG_METRIC, Role.LOG_PARAM, Role.EVALUATE, Role.SERVE,
    Role.CALL_SERVICE, Role.TUNE, Role.TRAIN_SERVICE,
})  # fmt: skip
"""What calls do whose result outlives a run, or is a figure to be believed."""
_TAKES = frozenset({Role.READ, Role.DOWNLOAD, Role.DATASET, Role.LOAD_MODEL, Role.CONNECT, Role.CALL_SERVICE})


def only_draws(world: World, path: str) -> bool:
    """Whether a program draws, and neither writes, keeps, logs nor judges anything else."""
    if path not in world.lineage.entries or path.endswith(".ipynb"):  # a notebook shows what it prints
        return False
    effects = [effect for effect in world.lineage.effects_of_program(path) if not effect.dead]
    left = (effect for effect in effects if effect.role in _LEAVES and not effect.entry.attrs.get("plot"))
    return any(effect.entry.attrs.get("plot") for effect in effects) and next(left, None) is None


def simulates(world: World, path: str) -> bool:
    """Whether a program that only draws takes in nothing: chance made its rows, and what it shows is how chance behaves."""
    taken = (e for e in world.lineage.effects_of_program(path) if e.role in _TAKES and not e.dead)
    return only_draws(world, path) and next(taken, None) is None
