"""The code that findings rest on, with a few lines around each place, so that a report can show it without the target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from auditor.language.credentials import mask
from auditor.language.secrets import without_secrets
from auditor.model.audit import Excerpt
from auditor.model.finding import Finding
from auditor.model.place import Place, Related
from auditor.source import cell_texts, normalised

AROUND = 3
"""Lines before and after a place."""
COLUMNS = 160
MOST_FINDINGS, MOST_PLACES = 400, 8
"""Findings in their order whose code is kept, and places of one."""
MOST_FILES, MOST_LINES = 200, 6_000

Read: TypeAlias = Callable[[Iterable[str]], Iterator[tuple[str, bytes | None]]]
_Spot: TypeAlias = tuple[int | None, int]


def excerpts(findings: Sequence[Finding], read: Read, plain: Collection[str] = ()) -> tuple[Excerpt, ...]:
    """Excerpts for the first findings, places that lie close in one; `read` yields the bytes of paths.

    `plain` are files that were searched for credentials and have none.
    """
    wanted = _wanted(findings[:MOST_FINDINGS])
    paths = sorted(wanted)[:MOST_FILES]
    cleared = ((path, data if path in plain else without_secrets(data)[0]) for path, data in read(paths) if data)
    found = [excerpt for path, clean in cleared for excerpt in _of_file(path, clean, wanted[path])]
    kept, lines = [], 0
    for excerpt in sorted(found):
        lines += len(excerpt.lines)
        if lines <= MOST_LINES:
            kept.append(excerpt)
    return tuple(kept)


def _wanted(findings: Iterable[Finding]) -> Mapping[str, set[_Spot]]:
    spots: dict[str, set[_Spot]] = defaultdict(set)
    for finding in findings:
        places: tuple[Place | Related, ...] = (finding.place, *finding.related[:MOST_PLACES])
        for spot in places:
            if spot.line is not None:
                spots[spot.path].add((spot.cell, spot.line))
    return spots


def _of_file(path: str, clean: bytes, spots: Collection[_Spot]) -> Iterator[Excerpt]:
    texts = _texts(path, clean, {cell for cell, _ in spots if cell is not None})
    for cell in sorted({cell for cell, _ in spots}, key=lambda c: -1 if c is None else c):
        lines = texts.get(cell)
        if lines is not None:
            at = sorted(line for where, line in spots if where == cell and line <= len(lines))
            yield from (Excerpt(path, cell, first, _safe(lines[first - 1 : last])) for first, last in _spans(at))


def _texts(path: str, clean: bytes, cells: set[int]) -> dict[int | None, list[str]]:
    """The lines of a file, or of those cells of a notebook. A file that is no text has none."""
    if cells and path.endswith(".ipynb"):
        return {cell: text.split("\n") for cell, text in cell_texts(clean, cells).items()}
    if b"\0" in clean or path.endswith(".ipynb"):
        return {}
    return {None: normalised(clean.decode("utf-8", "replace").removeprefix("\ufeff")).split("\n")}


def _spans(lines: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last line of each excerpt: places whose surroundings touch share one."""
    start = end = 0
    for line in lines:
        if end and line - AROUND <= end + 1:
            end = line + AROUND
            continue
        if end:
            yield start, end
        start, end = max(1, line - AROUND), line + AROUND
    if end:
        yield start, end


def _safe(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(mask(line.rstrip())[:COLUMNS] for line in lines)
