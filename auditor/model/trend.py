"""Debt over time: a point for each audited commit, and the life of each finding."""

from __future__ import annotations

import msgspec

from auditor.model.audit import Versions

SCHEMA = "auditor/trend/1"


class Point(msgspec.Struct, frozen=True):
    """One audited commit. `time` is in seconds since 1970; `counts` are open findings by severity; `families` debt by family.

    `unread` counts files whose contents the clone lacks, or that are too large. `reported` is the debt that was said when the commit was first audited, `reported_under` the rules, score model, calibration
    and profile of then; both only where those were others than today's. `problem` says why a commit could not be audited; then
    nothing else is known of it.
    """

    commit: str
    time: int
    tags: tuple[str, ...] = ()
    debt: float | None = None
    low: float = 0.0
    high: float = 100.0
    net: float | None = None
    grade: str = "-"
    coverage: float = 0.0
    hours_p50: float = 0.0
    hours_p90: float = 0.0
    lines: int = 0
    unread: int = 0
    counts: dict[str, int] = {}
    families: dict[str, float | None] = {}
    new: int = 0
    fixed: int = 0
    reported: float | None = None
    reported_under: tuple[str, ...] = ()
    problem: str = ""


class Life(msgspec.Struct, frozen=True):
    """One finding over time. `introduced` is the first audited commit with it, `absent_at` the last one before without it.

    `resolved` is the first audited commit where it was looked for and gone, "" while it is open. `end`: `open`, `fixed`,
    `removed` (with what it was about) or `stale` (not looked at any more).
    """

    fingerprint: str
    rule: str
    severity: str
    path: str
    entity: str
    introduced: str
    introduced_time: int
    absent_at: str
    resolved: str
    resolved_time: int | None
    present_at: str
    end: str


class HalfLife(msgspec.Struct, frozen=True):
    """After how many days half of the findings of a family are gone (Kaplan and Meier 1958); None where more than half stay."""

    family: str
    findings: int
    fixed: int
    days: float | None


class Trend(msgspec.Struct, frozen=True):
    """Debt over the chosen commits, oldest first, under one set of rules and weights."""

    schema: str
    name: str
    versions: Versions | None
    points: tuple[Point, ...]
    lives: tuple[Life, ...]
    half_lives: tuple[HalfLife, ...]
    history: str
    skipped: int = 0
