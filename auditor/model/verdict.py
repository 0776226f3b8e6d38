"""What a rule is, and what it said about one component."""

from __future__ import annotations

from enum import Enum

import msgspec

from auditor.model.finding import Effort, Severity


class Check(str, Enum):
    """How a rule enters the score: a proportion, a curve over a measured value, or damped density."""

    PRACTICE = "practice"
    METRIC = "metric"
    DENSITY = "density"


class Outcome(str, Enum):
    """The four verdicts and the technical state `unknown`."""

    FINDING = "finding"
    CLEAN = "clean"
    NOT_EVIDENCED = "not-evidenced"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


REGULAR, PEDANTIC = "regular", "pedantic"
PERSONAS = (REGULAR, PEDANTIC)
"""Whom a rule is for. What only the pedantic are shown never counts in a score."""


class Precision(msgspec.Struct, frozen=True):
    """How often a rule was right where its findings in real repositories were read against the code.

    `right` counts the findings that stood, `wrong` those that fell, and the rest of `read` are doubtful. `repositories` had
    such findings.
    """

    read: int
    right: int
    wrong: int
    repositories: int


class RuleInfo(msgspec.Struct, frozen=True):
    """The constant part of a rule, as data. Thresholds are (warn, fail) in the rule's own unit.

    `effort` is per job (`base`) and per finding of it (`each`); `root_cause` groups findings into one job.
    `needs_paths` is true when the verdict rests on resolved file edges. `precision` tells of findings that were
    read twice, the second time arguing the opposite, by whoever mended the rules; `outside` of those that others judged, against
    the rule, in repositories which it had not been tuned by. Either is None where nobody has read yet.
    """

    id: str
    name: str
    family: str
    title: str
    severity: Severity
    reliability: str  # A, B, C
    check: Check
    archetypes: str
    scope: str  # component, repository
    effort: Effort
    effort_each: Effort
    root_cause: str
    persona: str
    revision: int
    since: str
    unit: str
    warn: float | None = None
    fail: float | None = None
    needs_paths: bool = False
    preview: bool = False
    checklist: tuple[str, ...] = ()
    ml_test_score: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    precision: Precision | None = None
    outside: Precision | None = None


class Verdict(msgspec.Struct, frozen=True):
    """The outcome of one rule for one component, with the counts that the score needs.

    For a practice, `n` counts the determined instances (clean + not evidenced + found) and `undetermined` the others.
    `certainties` holds the confidence of each finding that counts. For a metric, `value` is what was measured.
    `applicability` is 1, 0.5 or 0.
    """

    rule: str
    component: str
    outcome: Outcome
    reason: str = ""
    searched: tuple[str, ...] = ()
    applicability: float = 1.0
    n: int = 0
    undetermined: int = 0
    clean: int = 0
    not_evidenced: int = 0
    certainties: tuple[float, ...] = ()
    value: float | None = None
