"""What declarations wait for or set off by a bare name that nothing in the tree declares: DAGs, prerequisites of make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import dirname

from auditor.graph import places
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.jungles.broken import BrokenReference
from auditor.graph.jungles.holdings import Holdings
from auditor.graph.world import World
from auditor.model.place import Place
from auditor.program.symbolic.values import normal

_FACTORIES = frozenset({"dagfactory", "gusty", "boundary_layer", "cosmos", "ditto"})
"""Libraries that make DAGs of settings or of other projects."""


def unmet_dags(world: World, owned: Callable[[str], bool]) -> Iterator[BrokenReference]:
    """DAGs that tasks set off and no file defines, where the names of all DAGs are known.

    They may be those of another repository, where none that a task sets off is one of this.
    """
    tasks = [step for step in world.steps.all if step.tool == "airflow" and step.in_code]
    if any(roots & _FACTORIES for roots in world.imported_roots.values()):
        return
    apart = not any(step.starts for step in tasks)
    for step in tasks:
        for name, value in step.step.attrs if owned(step.path) and places.is_product(step.path) else ():
            if name == "unmet-dag":
                yield BrokenReference("dag", step.step.name, value, Place(step.path, step.step.line), idle=apart)


def unmet_prerequisites(step: DeclaredStep, known: Holdings) -> Iterator[BrokenReference]:
    """What a target of make needs first, and for which there is neither a rule nor a file."""
    folder = dirname(step.path)
    for name in dict(step.step.attrs).get("unmet", "").split():
        path = normal(f"{folder}/{name}".lstrip("/"))
        made = name in known.targets or name in known.brought(step.path) or name in known.written
        ignored = known.is_ignored(path) or known.is_ignored(f"{path}/x")
        if not (made or ignored or known.has_named(path) or known.is_open_ended(step.path)):
            yield BrokenReference("prerequisite", step.step.name, name, Place(step.path, step.step.line))
