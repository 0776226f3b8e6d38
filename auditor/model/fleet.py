"""Many repositories under one set of rules: who is audited, what became of it, and how they compare."""

from __future__ import annotations

import msgspec

from auditor.model.audit import Versions

SCHEMA = "auditor/fleet/1"


class Member(msgspec.Struct, frozen=True, order=True):
    """One repository of a fleet: a target as `audit` takes it, and the revision to look at ("" for what is there)."""

    target: str
    rev: str = ""


class Standing(msgspec.Struct, frozen=True):
    """One repository among the others; rank 1 carries the most debt.

    `percentile` is the share (0 to 100) of the judged repositories with less debt, equals counted by half. `audit` is its
    file. `problem` says why it could not be audited; then nothing else is known of it.
    """

    member: Member
    name: str
    commit: str = ""
    rank: int | None = None
    percentile: float | None = None
    debt: float | None = None
    low: float = 0.0
    high: float = 100.0
    net: float | None = None
    grade: str = "-"
    provisional: bool = False
    coverage: float = 0.0
    hours_p50: float = 0.0
    hours_p90: float = 0.0
    lines: int = 0
    archetypes: str = ""
    counts: dict[str, int] = {}
    families: dict[str, float | None] = {}
    incomplete: bool = False
    audit: str = ""
    problem: str = ""


class Spread(msgspec.Struct, frozen=True):
    """How one measure is spread over the repositories in which it was determined: ends, quartiles and median.

    `name` is the id of a family, and `title` what it is called, or `debt` for the whole.
    """

    name: str
    repositories: int
    least: float
    q1: float
    median: float
    q3: float
    most: float
    title: str = ""


class Shared(msgspec.Struct, frozen=True):
    """One problem over the fleet: in how many of the repositories that the rule applies to it is found, and how often.

    `examples` are some of them, the ones with most of it first.
    """

    rule: str
    title: str
    family: str
    severity: str
    repositories: int
    applicable: int
    findings: int
    examples: tuple[str, ...] = ()


class Fleet(msgspec.Struct, frozen=True):
    """The comparison: ranking (most debt first, what could not be audited last), spreads, problems that repositories share.

    The same repositories under the same rules and day give the same comparison, whatever audited them.
    """

    schema: str
    versions: Versions | None
    as_of: str
    standings: tuple[Standing, ...]
    debt: Spread | None
    families: tuple[Spread, ...] = ()
    shared: tuple[Shared, ...] = ()
