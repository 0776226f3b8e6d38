"""Chains of programs whose order only names, prose or people know."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from auditor.graph.jungles.file_edges import FileEdge
from auditor.graph.world import World
from auditor.model.place import Place

LONGEST = 40
FEWEST = 3
"""Programs in a chain from which its order is worth a declaration."""

_NUMBERED = re.compile(r"^(?:step|part|stage|nb|notebook)?[-_ ]?\d{1,3}[a-z]?[-_. ]", re.I)


class Chain(NamedTuple):
    """Programs that must run in this order. `known_by`: `names` (numbered files), `misnumbered` (numbers that say another order), `prose` (a document), `notebooks`."""

    programs: tuple[str, ...]
    known_by: str
    place: Place
    ties: tuple[tuple[str, Place], ...]


def manual_order(world: World, edges: Iterable[FileEdge]) -> Chain | None:
    """The longest chain of files that no declaration, job, script or program runs through, if something tells its order to people."""
    started = _started_together(world)
    undeclared = [
        edge
        for edge in edges
        if edge.declared_by is None and not any({edge.writer, edge.reader} <= together for together in started)
    ]
    programs = _longest(undeclared)
    if len(programs) < FEWEST:
        return None
    numbered = [p for p in programs if _NUMBERED.match(p.rpartition("/")[2])]
    told = _told(world, programs)
    if len(numbered) >= FEWEST - 1:
        known_by, place = "names" if numbered == sorted(numbered, key=_number) else "misnumbered", Place(numbered[0], 1)
    elif told is not None:
        known_by, place = "prose", told
    elif all(program.endswith(".ipynb") for program in programs):
        known_by, place = "notebooks", Place(programs[0])
    else:
        return None
    by_pair = {(edge.writer, edge.reader): edge for edge in undeclared}
    ties = [by_pair[pair] for pair in pairwise(programs)]
    return Chain(
        programs, known_by, place, tuple((f"{e.writer} writes {e.artefact} for {e.reader}", e.written) for e in ties)
    )


def _number(program: str) -> int:
    digits = re.search(r"\d+", program.rpartition("/")[2])
    return int(digits[0]) if digits else 0


def _longest(edges: Iterable[FileEdge]) -> tuple[str, ...]:
    """A longest way along file edges that meets no program twice."""
    onward: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        onward[edge.writer].add(edge.reader)
    best: dict[str, tuple[str, ...]] = {}

    def from_(program: str, seen: frozenset[str]) -> tuple[str, ...]:
        if program in best:
            return best[program]
        found: tuple[str, ...] = (program,)
        for reader in sorted(onward.get(program, ())):
            if reader not in seen and len(seen) < LONGEST:
                way = from_(reader, seen | {reader})
                found = max(found, (program, *way), key=len) if program not in way else found
        best[program] = found
        return found

    return max((from_(program, frozenset({program})) for program in sorted(onward)), key=len, default=())


def _started_together(world: World) -> list[set[str]]:
    """The programs that one step, script, job or program starts."""
    by_steps = [set(world.steps.programs(step)) for step in world.steps.all if step.tool != "readme"]
    by_programs = [{launch.run.target for launch in launched} for launched in world.launched.values()]
    return [together for together in (*by_steps, *by_programs) if len(together) > 1]


def _told(world: World, programs: tuple[str, ...]) -> Place | None:
    """Where a document has readers start two and more of the programs."""
    for step in world.steps.all:
        if step.tool == "readme":
            runs = [run for run in step.runs if run.target in programs]
            if len({run.target for run in runs}) >= FEWEST - 1:
                return Place(step.path, runs[0].line)
    return None
