"""Which programs hand rows and models to others through files, and in which order they run."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from auditor.graph.data.sharing import LEAST, carries, programs_of
from auditor.graph.observed.uses import DATA
from auditor.graph.world import World

MOST_PROGRAMS = 40
"""Programs that are run as one: of larger knots each is run for itself."""


class Handovers(msgspec.Struct, frozen=True):
    """Groups of programs in the order of what they hand over, and the files, by the identity of the effects that touch them."""

    groups: tuple[tuple[str, ...], ...]
    names: dict[int, str]
    makers: dict[str, set[str]]
    """The programs that a program takes files from."""

    def before(self, program: str) -> list[str]:
        """The programs whose files lead to a program, the nearest first."""
        found: list[str] = []
        todo = [program]
        while todo:
            fresh = sorted(self.makers.get(todo.pop(0), set()) - {program, *found})
            found += fresh
            todo += fresh
        return found


def handovers(world: World) -> Handovers:
    """Files with one writer that another program reads; a file that several write may be either's."""
    writers: dict[str, set[str]] = defaultdict(set)
    readers: dict[str, set[str]] = defaultdict(set)
    effects: dict[int, set[str]] = defaultdict(set)
    for program in programs_of(world, lambda _: True):
        for touch in world.lineage.of_program(program):
            path = touch.artefact.path
            if path is not None and touch.confidence >= LEAST and touch.kind in DATA and carries(path):
                (writers if touch.way == "write" else readers)[path].add(program)
                effects[id(touch.effect)].add(path)
    after: dict[str, set[str]] = defaultdict(set)
    shared = set()
    for path, made in writers.items():
        taken = readers.get(path, set()) - made
        if len(made) == 1 and taken:
            shared.add(path)
            for reader in taken:
                after[reader] |= made
    names = {effect: next(iter(paths)) for effect, paths in effects.items() if len(paths) == 1 and paths <= shared}
    return Handovers(tuple(_ordered(group, after) for group in _groups(after)), names, dict(after))


def _groups(after: dict[str, set[str]]) -> list[list[str]]:
    """Programs that are tied together, however far."""
    beside: dict[str, set[str]] = defaultdict(set)
    for reader, makers in after.items():
        for maker in makers:
            beside[reader].add(maker)
            beside[maker].add(reader)
    found: list[list[str]] = []
    seen: set[str] = set()
    for start in sorted(beside):
        if start in seen:
            continue
        group, todo = [], [start]
        seen.add(start)
        while todo:
            program = todo.pop()
            group.append(program)
            fresh = beside[program] - seen
            seen |= fresh
            todo += fresh
        if len(group) <= MOST_PROGRAMS:
            found.append(sorted(group))
    return found


def _ordered(group: list[str], after: dict[str, set[str]]) -> tuple[str, ...]:
    """Those that write before those that read; in a circle by name."""
    left, done = list(group), []
    while left:
        ready = next((p for p in left if not (after.get(p, set()) & set(left)) - {p}), left[0])
        left.remove(ready)
        done.append(ready)
    return tuple(done)
