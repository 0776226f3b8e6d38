"""The evidence of a finding, step by step: each place with what it shows, in the code around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from auditor.formats.text import code_lines
from auditor.formats.view.links import Linker, Spot, spot_text
from auditor.formats.view.pieces import Inline, code
from auditor.formats.view.prose import message
from auditor.model.audit import Excerpt
from auditor.model.finding import Finding

MOST_STEPS = 12
AROUND = 3
COLUMNS = 140
MOST_LINES = 48
"""Lines of code that one finding shows."""


class Mark(msgspec.Struct, frozen=True):
    """What one step shows on a line; `number` is "" where the finding has no second step."""

    number: str
    says: Inline


class CodeLine(msgspec.Struct, frozen=True):
    """A line of code with its number and the steps that stand on it. Without a number it stands for lines left out."""

    number: str
    text: str
    marks: tuple[Mark, ...] = ()
    hit: bool = False


class Listing(msgspec.Struct, frozen=True):
    """Some lines of one file."""

    place: Inline
    lines: tuple[CodeLine, ...]


class Step(msgspec.Struct, frozen=True):
    """A step whose code is not at hand: its place, and what it shows."""

    place: Inline
    says: Inline


class Evidence(msgspec.Struct, frozen=True):
    """Listings in the order of the first step in each; steps without code; how many were left out."""

    listings: tuple[Listing, ...]
    steps: tuple[Step, ...]
    more: str = ""


class Sources:
    """The excerpts of an audit, found by place."""

    def __init__(self, excerpts: Iterable[Excerpt]) -> None:
        self._by_file: dict[tuple[str, int | None], list[Excerpt]] = {}
        for excerpt in excerpts:
            self._by_file.setdefault((excerpt.path, excerpt.cell), []).append(excerpt)

    def at(self, spot: Spot) -> Excerpt | None:
        """The excerpt that holds a place."""
        line = spot.line
        if line is None:
            return None
        kept = self._by_file.get((spot.path, spot.cell), ())
        return next((e for e in kept if e.first <= line < e.first + len(e.lines)), None)


class _Marked(msgspec.Struct):
    number: str
    spot: Spot
    says: str


def evidence(finding: Finding, sources: Sources, link: Linker) -> Evidence:
    """The steps of a finding. Where its own place is among them it stands once."""
    steps = _steps(finding)
    shown = steps[:MOST_STEPS]
    pairs = [(step, sources.at(step.spot)) for step in shown]
    listings, room = [], MOST_LINES
    for excerpt in dict.fromkeys(excerpt for _, excerpt in pairs if excerpt is not None):
        listing = _listing(excerpt, [step for step, held in pairs if held is excerpt], link, room)
        room -= len(listing.lines)
        listings.append(listing)
        if room <= 0:
            break
    bare = tuple(
        Step(code(spot_text(step.spot), link(step.spot)), message(step.says, 300))
        for step, held in pairs
        if held is None and step.says
    )
    left = len(steps) - len(shown)
    if not listings and (snippet := _snippet(finding)):
        listings.append(snippet)
    return Evidence(tuple(listings), bare, f"and {left} more places, in the JSON of this audit" if left else "")


def _steps(finding: Finding) -> list[_Marked]:
    spots: list[tuple[Spot, str]] = [(spot, spot.says) for spot in finding.related]
    own = finding.place
    if own.line is not None and not any((s.path, s.line, s.cell) == (own.path, own.line, own.cell) for s, _ in spots):
        spots.insert(0, (own, ""))
    counted = len(spots) > 1
    return [_Marked(f"{n}" if counted else "", spot, says) for n, (spot, says) in enumerate(spots, 1)]


def _listing(excerpt: Excerpt, steps: Sequence[_Marked], link: Linker, room: int) -> Listing:
    """The lines around the steps alone: others share the excerpt."""
    by_line: dict[int, list[_Marked]] = {}
    for step in steps:
        by_line.setdefault(step.spot.line or 0, []).append(step)
    wanted = sorted(
        n
        for n in range(excerpt.first, excerpt.first + len(excerpt.lines))
        if any(abs(n - line) <= AROUND for line in by_line)
    )
    rows: list[CodeLine] = []
    for before, number in zip([None, *wanted], wanted, strict=False):
        if before is not None and number > before + 1:
            rows.append(CodeLine("", "⋯"))
        marks = tuple(Mark(step.number, message(step.says, 300)) for step in by_line.get(number, ()))
        line = next(iter(code_lines(excerpt.lines[number - excerpt.first], 1, COLUMNS)), "")
        rows.append(CodeLine(f"{number}", line, tuple(mark for mark in marks if mark.says), number in by_line))
    place = code(spot_text(steps[0].spot), link(steps[0].spot))
    return Listing(place, tuple(rows[: max(room, 2 * AROUND + 1)]))


def _snippet(finding: Finding) -> Listing | None:
    """What stands for the code where no excerpt is at hand."""
    lines = code_lines(finding.snippet)
    return Listing((), tuple(CodeLine("", line) for line in lines)) if lines else None
