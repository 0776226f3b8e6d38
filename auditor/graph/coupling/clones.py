"""Questions about copied code: runs of statements of the same shape in two places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeAlias

import msgspec

from auditor.graph import places
from auditor.graph.coupling.taken_over import taken_over
from auditor.graph.world import World
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Code
from auditor.program.naming.shapes import Shape, count, shapes

STATEMENTS = 6
TOKENS = 50
DISTINCT = 4
"""A window counts from six statements, fifty tokens and four different shapes: a table of alike lines is no copy of itself.

Nor does one count that mostly stacks layers, or that stands in a body which builds a network: variants of one are kept side by
side to be read.
"""
SAME_FILE = 10
"""Statements from which two files of the same content are told: shorter ones are glue that every package has."""
OFTEN = 3
"""Files from which a run is told however large the rest is (Fowler 1999: three strikes and you refactor)."""
MOST_STATEMENTS = 300_000
_README = regex(r"readme[^/]*\.ipynb$", re.I)
"""Notebooks that are documents: each tells all that its reader needs."""


class Clone(msgspec.Struct, frozen=True):
    """A run of statements that repeats an earlier one: both ends, and how long it is."""

    source: Place
    copy: Place
    source_name: str
    copy_name: str
    statements: int


class CopiedFile(msgspec.Struct, frozen=True):
    """Two files of which one repeats the other (or itself): the runs, the longest first, and their statements together. `taken`:
    both say that they were taken over from elsewhere."""

    source: str
    copy: str
    runs: tuple[Clone, ...]
    statements: int
    taken: bool = False


class Spread(msgspec.Struct, frozen=True):
    """Statements of one file that stand again in two and more others: one run of each, the longest first."""

    source: str
    runs: tuple[Clone, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """All files that hold them, the first one leading."""
        return (self.source, *(run.copy.path for run in self.runs))


class Clones(msgspec.Struct, frozen=True):
    """The copies of a component, and how many of its statements they are. `cut` where there was too much to look through.

    `same` are groups of files of one content; `drafts` tells that most of the code lies in notebooks to look around in; `taken`
    are the files that were taken over from elsewhere, each with the address that it names.
    """

    found: tuple[Clone, ...]
    redundant: int
    statements: int
    cut: bool = False
    same: tuple[tuple[str, ...], ...] = ()
    drafts: bool = False
    taken: tuple[tuple[str, str], ...] = ()

    @property
    def share(self) -> float:
        """Share of the statements that repeat others."""
        return self.redundant / self.statements if self.statements else 0.0

    def _in_files_that_differ(self, clone: Clone) -> bool:
        """Files of one content are told as that, not once more by their statements."""
        return clone.source.path == clone.copy.path or not any(
            clone.source.path in paths and clone.copy.path in paths for paths in self.same
        )

    def pairs(self) -> list[CopiedFile]:
        """The copies by pairs of files that are not one, the largest first."""
        by_files: dict[tuple[str, str], list[Clone]] = defaultdict(list)
        for clone in filter(self._in_files_that_differ, self.found):
            by_files[clone.source.path, clone.copy.path].append(clone)
        told = [
            CopiedFile(
                source,
                copy,
                tuple(sorted(runs, key=lambda run: (-run.statements, run.copy))),
                sum(run.statements for run in runs),
                _both_taken(dict(self.taken), source, copy),
            )
            for (source, copy), runs in by_files.items()
        ]
        return sorted(told, key=lambda pair: (-pair.statements, pair.source, pair.copy))

    def spread(self) -> list[Spread]:
        """Runs that stand in three and more files, by the file that has them first, those of the most files leading."""
        longest: dict[str, dict[str, Clone]] = defaultdict(dict)
        for clone in self.found:
            best = longest[clone.source.path].get(clone.copy.path)
            if clone.copy.path != clone.source.path and (best is None or clone.statements > best.statements):
                longest[clone.source.path][clone.copy.path] = clone
        told = [
            Spread(source, tuple(sorted(runs.values(), key=lambda run: (-run.statements, run.copy))))
            for source, runs in longest.items()
            if len(runs) + 1 >= OFTEN and any(map(self._in_files_that_differ, runs.values()))
        ]
        return sorted(told, key=lambda spread: (-len(spread.runs), spread.source))


def _both_taken(taken: dict[str, str], source: str, copy: str) -> bool:
    """Whether two files were taken over, and not the same thing twice."""
    if not {source, copy} <= taken.keys():
        return False
    return source == copy or not taken[source] or taken[source] != taken[copy]


class _Body(msgspec.Struct, frozen=True):
    """A scope by the shapes of its statements; of one with too few of them for a run only their number is told."""

    site: Site
    size: int
    shapes: tuple[Shape, ...]
    ids: list[int]


Match: TypeAlias = tuple[_Body, int, _Body, int, int]
"""Source, its start, copy, its start, length."""


def clones(world: World, owned: Callable[[str], bool]) -> Clones:
    """Copied runs among the product code of a component; notebooks to look around in count where most of it lies in them."""
    product = [
        path
        for path in world.resolved.code.paths
        if owned(path) and world.is_product(path) and not _README.search(path)
    ]
    run = _run_notebooks(world)
    paths = [path for path in product if not places.is_exploratory(path)]
    size = {path: world.resolved.code.programs[path].logical for path in product}
    drafts = 2 * sum(size[path] for path in paths) < sum(size.values())
    if drafts:
        paths = product
    paths.sort(key=lambda path: (path.endswith(".ipynb") and path not in run, path))
    bodies, cut = _bodies(world, [(path, n) for path in paths for n in world.resolved.code.scopes(path)])
    matches = [match for match in _matches(bodies) if not _prototype(match, run)]
    redundant = sum(len(lines) for lines in _redundant(matches).values())
    return Clones(
        tuple(_told(world, *match) for match in matches),
        redundant,
        sum(body.size for body in bodies),
        cut,
        _same_files(world, bodies),
        drafts,
        tuple(taken_over(world, paths).items()),
    )


def _same_files(world: World, bodies: list[_Body]) -> tuple[tuple[str, ...], ...]:
    """Groups of files of one content that hold more than a few statements."""
    statements: dict[str, int] = defaultdict(int)
    for body in bodies:
        statements[body.site[0]] += body.size
    held: dict[str, list[str]] = defaultdict(list)
    for entry in world.listing.entries:
        if entry.blob and statements.get(entry.path, 0) >= SAME_FILE:
            held[entry.blob].append(entry.path)
    return tuple(sorted(tuple(sorted(paths)) for paths in held.values() if len(paths) > 1))


def _run_notebooks(world: World) -> frozenset[str]:
    """The notebooks that a declared step runs: those are programs like others."""
    return frozenset(
        run.target for step in world.steps.all if step.tool != "readme" for run in step.runs if run.kind == "notebook"
    )


def _prototype(match: Match, run: frozenset[str]) -> bool:
    """Whether a notebook holds what is now in a program: it is where the code came from, and nobody runs it."""
    books = [body.site[0].endswith(".ipynb") and body.site[0] not in run for body in (match[0], match[2])]
    return books[0] != books[1]


def copies_between(world: World, one: Iterable[Site], other: Iterable[Site]) -> list[tuple[Clone, Site, Site]]:
    """Copied runs that stand in one set of scopes and again in the other, with both scopes."""
    left = set(one)
    bodies, _ = _bodies(world, [*sorted(left), *sorted(set(other) - left)])
    return [
        (_told(world, source, at, copy, start, length), source.site, copy.site)
        for source, at, copy, start, length in _matches(bodies)
        if (source.site in left) != (copy.site in left)
    ]


def _shapes(code: Code, path: str) -> tuple[tuple[int, tuple[Shape, ...]], ...]:
    """By scope of a file, how many statements it has, and their shapes where they are enough for a run."""
    bodies = [scope.body for scope in code.programs[path].scopes]
    sizes = [count(body) for body in bodies]
    return tuple(
        (size, tuple(shapes(body)) if size >= STATEMENTS else ()) for body, size in zip(bodies, sizes, strict=True)
    )


def _bodies(world: World, sites: Iterable[Site]) -> tuple[list[_Body], bool]:
    numbers: dict[str, int] = {}
    found: list[_Body] = []
    left = MOST_STATEMENTS
    code = world.resolved.code
    for site in sites:
        size, listed = code.of_program(site[0], _shapes, tuple[tuple[int, tuple[Shape, ...]], ...])[site[1]]
        left -= size
        if left < 0:
            return found, True
        found.append(_Body(site, size, listed, [numbers.setdefault(shape.text, len(numbers)) for shape in listed]))
    return found, False


def _builds_network(body: _Body) -> bool:
    """Whether a quarter of a body stacks layers: what stands between them is the network too."""
    return 4 * sum(shape.stacks for shape in body.shapes) >= len(body.shapes)


def _windows(body: _Body) -> Iterable[tuple[int, tuple[int, ...]]]:
    if body.size < STATEMENTS or _builds_network(body):
        return
    ids, tokens = body.ids, [shape.tokens for shape in body.shapes]
    stacks = [shape.stacks for shape in body.shapes]
    for start in range(len(ids) - STATEMENTS + 1):
        end = start + STATEMENTS
        if sum(tokens[start:end]) >= TOKENS:
            key = tuple(ids[start:end])
            if len(set(key)) >= DISTINCT and sum(stacks[start:end]) <= STATEMENTS // 2:
                yield start, key


def _matches(bodies: list[_Body]) -> list[Match]:
    """(source, its start, copy, its start, length) of every longest run that repeats the first of its kind."""
    first: dict[tuple[int, ...], tuple[int, int]] = {}
    found: list[Match] = []
    for number, body in enumerate(bodies):
        run: tuple[int, int, int, int] | None = None  # source, its start, own start, length
        for start, key in _windows(body):
            at = first.setdefault(key, (number, start))
            repeats = at != (number, start) and (at[0] != number or start - at[1] >= STATEMENTS)
            if run is not None and repeats and at == (run[0], run[1] + start - run[2]) and start <= run[2] + run[3]:
                run = (*run[:3], start - run[2] + STATEMENTS)
                continue
            if run is not None:
                found.append((bodies[run[0]], run[1], body, run[2], run[3]))
            run = (at[0], at[1], start, STATEMENTS) if repeats else None
        if run is not None:
            found.append((bodies[run[0]], run[1], body, run[2], run[3]))
    return found


def _redundant(matches: list[Match]) -> dict[Site, set[int]]:
    """The positions of statements that repeat earlier ones."""
    found: dict[Site, set[int]] = {}
    for _, _, copy, start, length in matches:
        found.setdefault(copy.site, set()).update(range(start, start + length))
    return found


def _told(world: World, source: _Body, at: int, copy: _Body, start: int, length: int) -> Clone:
    return Clone(
        _place(world, source, at, length),
        _place(world, copy, start, length),
        _name(world, source.site),
        _name(world, copy.site),
        length,
    )


def _place(world: World, body: _Body, start: int, length: int) -> Place:
    first, last = body.shapes[start], body.shapes[start + length - 1]
    return world.resolved.code.place(body.site[0], first.line, max(first.end_line, last.end_line))


def _name(world: World, site: Site) -> str:
    return world.resolved.code.scope(*site).name or "(module level)"
