"""Severities and findings."""

from __future__ import annotations

from enum import Enum

import msgspec

from auditor.model.place import Place, Related


class Severity(str, Enum):
    """How bad one instance is. Critical: published numbers or decisions may be wrong, or a secret leaked."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def weight(self) -> float:
        """Weight of one finding in a density check (SCORING §2)."""
        return WEIGHTS[self]

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for info."""
        return 4 - list(Severity).index(self)

    def lowered(self, steps: int = 1) -> Severity:
        """This severity some steps milder, at the least info."""
        order = list(Severity)
        return order[min(order.index(self) + steps, len(order) - 1)]

    def at_most(self, most: Severity) -> Severity:
        """The milder of this severity and another."""
        return min(self, most, key=lambda severity: severity.rank)


WEIGHTS = {
    Severity.CRITICAL: 10.0,
    Severity.HIGH: 5.0,
    Severity.MEDIUM: 2.0,
    Severity.LOW: 0.5,
    Severity.INFO: 0.0,
}


class Effort(msgspec.Struct, frozen=True):
    """Hours of work: the median estimate and the one that holds in nine cases of ten."""

    p50: float
    p90: float


class Finding(msgspec.Struct, frozen=True):
    """One instance of debt, with its evidence.

    `confidence` is the reliability of the rule times the certainty of this finding. `entity` names what is indebted
    (qualified name, key path, or graph edge `source|tie|target`). `snippet` is the canonical text that identity rests on.
    `fingerprint` is its identity, `context` the same without its place, for findings that moved. `state` is `open`,
    `suppressed` (beside the code), `waived` (an accepted risk), `dismissed` (a false positive) or `not-applicable` (no duty here); `confirmed` says that
    a person looked and agreed. `instances` is how many of what a practice asks about it tells of (packages of one file, choices of one program).
    """

    rule: str
    component: str
    severity: Severity
    confidence: float
    message: str
    remedy: str
    entity: str
    place: Place
    related: tuple[Related, ...] = ()
    fingerprint: str = ""
    context: str = ""
    state: str = "open"
    confirmed: bool = False
    effort: Effort = Effort(0.0, 0.0)
    downstream: int = 0
    priority: float = 0.0
    snippet: str = ""
    instances: int = 1
