"""In which order findings are shown, and which of them stand for the rest."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.audit import Audit
from auditor.model.finding import Finding, Severity

SURE = 0.9  # confidence from which on a critical precedes everything (SCORING §6)


def by_priority(findings: Iterable[Finding]) -> list[Finding]:
    """Open findings first, sure criticals before all, then by priority; a total order, so that output is stable."""
    return sorted(findings, key=_key)


def is_open(finding: Finding) -> bool:
    """Whether the finding still counts."""
    return finding.state == "open"


def open_findings(audit: Audit) -> list[Finding]:
    """What is open, most urgent first."""
    return by_priority(finding for finding in audit.findings if is_open(finding))


def leading_risks(audit: Audit, count: int) -> list[Finding]:
    """The gravest open findings, one for each rule: severity first, then priority. Info is context, not risk."""
    chosen: dict[str, Finding] = {}
    for finding in sorted(open_findings(audit), key=lambda f: -f.severity.rank):
        if finding.severity is not Severity.INFO:
            chosen.setdefault(finding.rule, finding)
    return list(chosen.values())[:count]


def severities(findings: Iterable[Finding]) -> list[tuple[Severity, int]]:
    """How many findings each severity has, gravest first, absent ones left out."""
    found = [finding.severity for finding in findings]
    return [(severity, found.count(severity)) for severity in Severity if severity in found]


def _key(finding: Finding) -> tuple[bool, bool, float, int, str, str, int, int, str, str]:
    place = finding.place
    first = finding.severity is Severity.CRITICAL and finding.confidence >= SURE
    return (
        not is_open(finding),
        not first,
        -finding.priority,
        -finding.severity.rank,
        finding.rule,
        place.path,
        place.cell if place.cell is not None else -1,
        place.line or 0,
        finding.entity,
        finding.fingerprint + finding.message,
    )
