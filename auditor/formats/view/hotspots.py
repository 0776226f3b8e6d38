"""Hotspots: debt where the code changes, what it costs a month, what changes together, and who alone knows a file."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from auditor.formats.order import open_findings
from auditor.formats.text import clip_path, decimal, hours, plain, plural
from auditor.formats.view.pieces import Column, Inline, Table, code, table, text
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.finding import Finding
from auditor.score import interest, load_policy

MOST_SPOTS, MOST_NAMED = 20, 5
TOUCHED = 3
"""Changes in a year from which a file that one person alone changes is an island of knowledge."""


class Dot(msgspec.Struct, frozen=True):
    """A file in the picture, in percent of its width and height; the size says what it costs a month."""

    x: str
    y: str
    r: str
    label: str
    rise: str  # of the label above the middle, in pixels
    anchor: str
    title: str
    grave: bool


class Hotspots(msgspec.Struct, frozen=True):
    """The page."""

    says: str
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[str, str], ...]  # place and number of changes
    description: str
    files: Table
    pairs: Table | None
    islands: str


class _Spot(msgspec.Struct):
    path: str
    found: list[Finding]
    year: int
    quarter: int
    minutes: float = 0.0
    hours: float = 0.0

    @property
    def heat(self) -> float:
        """Hours of debt by how often the file changes."""
        return self.hours * self.year


def hotspots(audit: Audit) -> Hotspots | None:
    """The page, None where history is unknown or no file with findings has changed in the last year."""
    spots = [spot for spot in _spots(audit) if spot.year]
    if not spots:
        return None
    shown = sorted(spots, key=lambda spot: (-spot.minutes, -spot.heat, spot.path))[:MOST_SPOTS]
    files = table("Files with debt that change", _COLUMNS, [_row(spot, audit.authors) for spot in shown])
    if files is None:
        return None
    widest, highest = max(spot.year for spot in shown), max(spot.hours for spot in shown)
    named = _named(shown[:MOST_NAMED], widest, highest)
    return Hotspots(
        says=_said(spots),
        dots=tuple(_dot(spot, widest, highest, spot.path in named) for spot in shown),
        ticks=_ticks(widest),
        description=f"{plural(len(shown), 'file')} by changes in 12 months (to the right) and hours to mend their debt (upwards). The table below says the same.",
        files=files,
        pairs=_pairs(audit),
        islands=_islands(spots, audit.authors),
    )  # fmt: skip


def _spots(audit: Audit) -> list[_Spot]:
    try:
        policy = load_policy(audit.versions.profile)
    except UsageError:
        return []
    year: dict[str, int] = {}
    quarter: dict[str, int] = {}
    for exposure in audit.exposures.values():
        year |= exposure.touches_year or {}
        quarter |= exposure.touches_quarter or {}
    spots: dict[str, _Spot] = {}
    for finding in open_findings(audit):
        if finding.severity.value == "info":
            continue
        path = finding.place.path
        spot = spots.setdefault(path, _Spot(path, [], year.get(path, 0), quarter.get(path, 0)))
        spot.found.append(finding)
        spot.hours += finding.effort.p50
        spot.minutes += interest(finding, policy, touches=spot.quarter) or 0.0
    return list(spots.values())


_COLUMNS = (
    Column("File", "head"), Column("Findings", "number"), Column("Gravest"), Column("Changes, 12 months", "number"),
    Column("Changes, 90 days", "number"), Column("People", "number"), Column("Hours to mend", "number"),
    Column("Minutes a month", "number"), Column("Pays back in"),
)  # fmt: skip


def _row(spot: _Spot, authors: Mapping[str, int]) -> tuple[Inline, ...]:
    gravest = max((finding.severity for finding in spot.found), key=lambda severity: severity.rank)
    months = spot.hours * 60 / spot.minutes if spot.minutes else None
    return (
        code(spot.path), text(f"{len(spot.found):,}"), text(gravest.value), text(f"{spot.year:,}"), text(f"{spot.quarter:,}"),
        text(f"{authors[spot.path]:,}" if spot.path in authors else "–"), text(hours(spot.hours)),
        text(decimal(spot.minutes, 0) if spot.minutes else "–"), text(f"{decimal(months)} months" if months is not None else "–"),
    )  # fmt: skip


def _said(spots: list[_Spot]) -> str:
    minutes = sum(spot.minutes for spot in spots)
    heat = sorted((spot.heat for spot in spots), reverse=True)
    few = max(1, round(len(heat) / 5))
    share = sum(heat[:few]) / sum(heat) if sum(heat) else 0.0
    cost = f" While it stays, it costs an estimated {decimal(minutes / 60)} hours a month." if minutes else ""
    return (
        f"{plural(len(spots), 'file')} with debt changed in the last 12 months; the hottest {plural(few, 'file')} of them "
        f"{'holds' if few == 1 else 'hold'} {100 * share:.0f} % of debt times change.{cost}"
    )


def _dot(spot: _Spot, widest: int, highest: float, named: bool) -> Dot:
    x, y = _at(spot, widest, highest)
    radius = 4 + min(10.0, math.sqrt(spot.minutes) / 2)
    said = f"{plain(spot.path, 120)}: {plural(spot.year, 'change')}, {hours(spot.hours)} to mend, {decimal(spot.minutes, 0)} minutes a month"
    return Dot(
        f"{x:.1f}%", f"{y:.1f}%", f"{radius:.1f}", clip_path(plain(spot.path), 28) if named else "", f"{-radius - 5:.1f}",
        "end" if x > 70 else "start" if x < 30 else "middle", said, any(finding.severity.rank >= 3 for finding in spot.found),
    )  # fmt: skip


def _at(spot: _Spot, widest: int, highest: float) -> tuple[float, float]:
    return _along(spot.year, widest), 85 - 76 * (spot.hours / highest if highest else 0.0)


def _named(spots: list[_Spot], widest: int, highest: float) -> set[str]:
    """The files whose names find room: none stands on another."""
    taken: list[tuple[float, float]] = []
    found = set()
    for spot in spots:
        x, y = _at(spot, widest, highest)
        if all(abs(x - other) > 25 or abs(y - height) > 6 for other, height in taken):
            taken.append((x, y))
            found.add(spot.path)
    return found


def _along(changes: int, widest: int) -> float:
    """The place of a number of changes on a logarithmic axis, in percent."""
    return 6 + 88 * math.log2(1 + changes) / math.log2(1 + widest)


def _ticks(widest: int) -> tuple[tuple[str, str], ...]:
    marks = [mark for mark in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if mark <= widest]
    return tuple((f"{_along(mark, widest):.1f}%", f"{mark}") for mark in marks)


def _pairs(audit: Audit) -> Table | None:
    columns = (
        Column("One file", "head"), Column("The other"), Column("Together", "number"), Column("Changes of each", "number"), Column("What ties them"),
    )  # fmt: skip
    rows = [
        (code(pair.one), code(pair.other), text(f"{pair.together:,}"), text(f"{pair.changes[0]:,} and {pair.changes[1]:,}"),
         text("code or data ties them" if pair.tied else "nothing that was found"))
        for pair in audit.co_changes
    ]  # fmt: skip
    return table("Files that change together, those first that nothing ties", columns, rows, most=20)


def _islands(spots: list[_Spot], authors: Mapping[str, int]) -> str:
    alone = sorted(spot.path for spot in spots if spot.year >= TOUCHED and authors.get(spot.path) == 1)
    if not alone:
        return ""
    names = ", ".join(plain(path, 80) for path in alone[:8])
    return f"One person alone changed {plural(len(alone), 'file')} with debt: {names}{' and more' if len(alone) > 8 else ''}."
