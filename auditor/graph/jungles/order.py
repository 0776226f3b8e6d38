"""Chains of programs whose order only names, prose or people know."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from auditor.graph.data.learning import Learning
from auditor.graph.jungles.file_edges import FileEdge
from auditor.graph.world import World
from auditor.model.place import Place
from auditor.model.regex import regex

LONGEST = 40
FEWEST = 3
"""Programs in a chain from which its order is worth a declaration."""

_NUMBERED = regex(r"^(?:step|part|stage|nb|notebook)?[-_ ]?\d{1,3}[a-z]?[-_. ]", re.I)


class Chain(msgspec.Struct, frozen=True):
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
    ties = _longest(world, undeclared)
    programs = (*(edge.writer for edge in ties), *(edge.reader for edge in ties[-1:]))
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
    return Chain(
        programs, known_by, place, tuple((f"{e.writer} writes {e.artefact} for {e.reader}", e.written) for e in ties)
    )


def _number(program: str) -> int:
    digits = re.search(r"\d+", program.rpartition("/")[2])
    return int(digits[0]) if digits else 0


def _longest(world: World, edges: Iterable[FileEdge]) -> tuple[FileEdge, ...]:
    """A longest way along file edges that meets no program twice, each program handing on what it was handed."""
    by_writer: dict[str, list[FileEdge]] = defaultdict(list)
    for edge in sorted(edges, key=lambda e: (e.writer, e.reader, e.artefact)):
        by_writer[edge.writer].append(edge)
    learning = world.once(Learning)
    best: dict[tuple[str, str, str], tuple[FileEdge, ...]] = {}

    def from_(edge: FileEdge, seen: frozenset[str]) -> tuple[FileEdge, ...]:
        key = (edge.writer, edge.reader, edge.artefact)
        if key in best:
            return best[key]
        found: tuple[FileEdge, ...] = (edge,)
        for onward in by_writer.get(edge.reader, ()):
            if onward.reader in seen or len(seen) >= LONGEST:
                continue
            handed = learning.behind(edge.reader, [onward.writing])
            if handed.holds(world, edge.reading.effect):
                way = from_(onward, seen | {onward.reader})
                meets = any(step.reader == edge.writer for step in way)
                found = max(found, (edge, *way), key=len) if not meets else found
        best[key] = found
        return found

    starts = (edge for writer in sorted(by_writer) for edge in by_writer[writer])
    return max((from_(edge, frozenset({edge.writer, edge.reader})) for edge in starts), key=len, default=())


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
