"""The graph of a component's steps: declared ones, and programs that no declaration runs; what its jungle index rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from auditor.graph import places
from auditor.graph.data.sharing import Makers, carries, programs_of
from auditor.graph.declared.steps import PIPELINES, DeclaredStep
from auditor.graph.jungles.file_edges import FileEdge
from auditor.graph.observed.uses import DATA
from auditor.graph.world import World


class StepGraph(msgspec.Struct, frozen=True):
    """Steps by id, the edges between them, those of the edges that only paths tell, and the files handed over."""

    steps: frozenset[str]
    edges: frozenset[tuple[str, str]]
    path_only: frozenset[tuple[str, str]]
    handed: frozenset[str]


def step_graph(world: World, owned: Callable[[str], bool], edges: Iterable[FileEdge]) -> StepGraph:
    """The steps of a component and what ties them: declared order, declared files, and files that programs exchange."""
    declared = [step for step in world.steps.all if _is_step(world, step) and owned(step.path)]
    home: dict[str, str] = {}
    for step in declared:
        for program in world.steps.programs(step):
            home.setdefault(program, step.id)
    loose = {
        f"file:{program}"
        for program in programs_of(world, owned)
        if program not in home and _moves_data(world, program)
    }
    ties, only, handed = set(), set(), set()
    for edge in edges:
        pair = (home.get(edge.writer, f"file:{edge.writer}"), home.get(edge.reader, f"file:{edge.reader}"))
        handed.add(edge.artefact)
        if pair[0] != pair[1]:
            ties.add(pair)
            if edge.declared_by is None:
                only.add(pair)
    made, ids = Makers(declared), {step.id for step in declared}
    for later in declared:
        ties |= {(earlier, later.id) for earlier in ids.intersection(later.after) - {later.id}}
        for earlier, path in (each for read in later.reads if read.path for each in made.of(read.path)):
            if earlier.id != later.id:
                ties.add((earlier.id, later.id))
                handed.add(path)
    # A program that takes part in an edge is a step whatever else it does.
    steps = {step.id for step in declared} | loose | {end for pair in ties for end in pair}
    return StepGraph(frozenset(steps), frozenset(ties), frozenset(only), frozenset(handed))


def _is_step(world: World, step: DeclaredStep) -> bool:
    """A declared unit that runs or writes something; a target that only names others is none."""
    if step.tool not in PIPELINES or not places.is_product(step.path) or "{" in step.path:
        return False
    return step.tool != "make" or bool(world.steps.programs(step) and step.writes) or bool(step.writes and step.reads)


def _moves_data(world: World, program: str) -> bool:
    """Whether a program reads or writes a data file, notebooks for looking around left out."""
    if places.is_exploratory(program):
        return False
    return any(
        touch.kind in DATA and touch.artefact.path is not None and carries(touch.artefact.path)
        for touch in world.lineage.of_program(program)
    )
