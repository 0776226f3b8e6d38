"""Whether programs wait for each other in a circle when each start of theirs is told apart.

`select.py --only` of one stage makes what is retrained, `select.py --promote` of a later one reads what came of that: two nodes
of the declared order, not one.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.graph.coupling import metrics
from auditor.graph.declared.steps import PIPELINES
from auditor.graph.jungles.file_edges import FileEdge
from auditor.graph.world import World

_EVERY = ""
"""All starts of a program, where they are not each of a declared step."""


def remains(world: World, edges: Iterable[FileEdge]) -> bool:
    """Whether a circle of files is one of the starts of its programs, too."""
    ordered = {step.id for step in world.steps.all if step.tool in PIPELINES}
    pairs = {
        (f"{edge.writer} {writing}", f"{edge.reader} {reading}")
        for edge in edges
        for writing in _starts(world, edge.writer, ordered)
        if _touches(world, edge.writer, writing, "write", edge.writing.artefact.id)
        for reading in _starts(world, edge.reader, ordered)
        if _touches(world, edge.reader, reading, "read", edge.reading.artefact.id)
    }
    return bool(metrics.cycles(pairs))


def _starts(world: World, program: str, ordered: set[str]) -> list[str]:
    """The steps that start a program, if all that start it are of a declared order."""
    starts = [each.by for each in world.resolved.evaluator.invocations.direct(program) if not each.shown]
    return sorted(set(starts)) if starts and ordered.issuperset(starts) else [_EVERY]


def _touches(world: World, program: str, start: str, way: str, artefact: str) -> bool:
    by = frozenset({start}) if start != _EVERY else None
    return any(t.way == way and t.artefact.id == artefact for t in world.lineage.of_program(program, by))
