"""Models that learn without labels, by what they are for: nobody waits for what they guess."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.program.calls.effects import Effect

_GROUPING = ("sklearn.cluster.", "sklearn.mixture.", "sklearn.decomposition.", "sklearn.manifold.")
GROUPING = (*_GROUPING, "sklearn.neighbors.NearestNeighbors", "faiss.", "annoy.")
"""Models that group, describe or look up rows."""
DESCRIBING = (*_GROUPING, "sklearn.ensemble.IsolationForest")
"""Models whose output describes the rows rather than guess what is to be learned: using it as a feature corrects nothing."""
UNLABELLED = (*GROUPING, "sklearn.ensemble.IsolationForest", "sklearn.svm.OneClassSVM", "implicit.", "surprise.")
"""Models of which nothing comes true that their answers could be held against."""


def only(fits: Iterable[Effect], models: tuple[str, ...]) -> bool:
    """Whether there are fits, all of them of such models."""
    names = [effect.name for effect in fits]
    return bool(names) and all(name.startswith(models) for name in names)


def fits_only(world: World, program: str, models: tuple[str, ...]) -> bool:
    """Whether all that a program fits are such models."""
    return only((e for e in world.lineage.effects_of_program(program, Role.FIT) if world.trains(e)), models)
