"""The roadmap: jobs in the order to do them, and what debt, grade and hours are left after each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from auditor.formats.summary import effort_range, rule_title, sentence
from auditor.formats.text import decimal, hours, plain, plural
from auditor.formats.view.pieces import Column, Inline, Table, listed, table, text
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.finding import Finding
from auditor.model.page import RulePages
from auditor.score import Part, load_policy, mended, parts_of
from auditor.score.scoring import score_repository

QUICK, QUARTER = 8.0, 40.0
"""Median hours of a job that is a quick win (a day), and of one that fits into a quarter beside other work (a week)."""

MOST = 12
"""Steps that are shown: what lies beyond is decided anew when these are done."""

_COLUMNS = (
    Column("Step", "head"), Column("What to do"), Column("Closes"), Column("Effort P50–P90", "number"),
    Column("Points", "number"), Column("Debt then", "number"), Column("Grade then"), Column("Hours left", "number"),
)  # fmt: skip
_TITLES = ("Quick wins: up to a day each", "Next quarter: up to a week each", "Strategic: longer")


class Roadmap(msgspec.Struct, frozen=True):
    """Tables of steps, from quick to strategic; each step is scored on top of all before it."""

    tables: tuple[Table, ...]
    note: str


class _Job(msgspec.Struct):
    cause: str
    findings: list[Finding]


def roadmap(audit: Audit, pages: RulePages) -> Roadmap | None:
    """The steps of an audit, None where no finding is open or its weights are not shipped any more."""
    try:
        policy = load_policy(audit.versions.profile)
    except UsageError:
        return None
    jobs = _jobs(audit)
    if not jobs or audit.score.debt is None or not audit.exposures:
        return None
    parts: Mapping[str, Part] = parts_of(audit)
    rows: tuple[list[tuple[Inline, ...]], ...] = ([], [], [])
    debt = audit.score.debt
    shown = sorted(jobs, key=lambda job: (_bucket(audit, job), -_urgency(job), job.cause))[:MOST]
    for number, job in enumerate(shown, 1):
        parts = {
            name: mended(audit.rules, part, [f for f in job.findings if f.component == name])
            for name, part in parts.items()
        }
        after = score_repository(audit.rules, parts, policy).score
        then = debt if after.debt is None else after.debt
        rows[_bucket(audit, job)].append(
            _row(audit, pages, number, job, (debt - then, then, after.grade, after.hours_p50))
        )
        debt = then
    tables = [table(title, _COLUMNS, some) for title, some in zip(_TITLES, rows, strict=True)]
    more = len(jobs) - len(shown)
    note = f"{plural(more, 'further job')} beyond these." if more > 0 else ""
    return Roadmap(tuple(one for one in tables if one is not None), note)


def _jobs(audit: Audit) -> list[_Job]:
    """Open findings by what they have in common: one cause is one job."""
    causes = {rule.id: rule.root_cause or rule.id for rule in audit.rules}
    found: dict[str, _Job] = {}
    for finding in audit.findings:
        if finding.state == "open" and finding.severity.value != "info":
            cause = causes.get(finding.rule, finding.rule)
            found.setdefault(cause, _Job(cause, [])).findings.append(finding)
    return list(found.values())


def _bucket(audit: Audit, job: _Job) -> int:
    p50 = audit.jobs[job.cause].p50 if job.cause in audit.jobs else 0.0
    return 0 if p50 <= QUICK else 1 if p50 <= QUARTER else 2


def _urgency(job: _Job) -> float:
    return max(finding.priority for finding in job.findings)


def _row(
    audit: Audit, pages: RulePages, number: int, job: _Job, then: tuple[float, float, str, float]
) -> tuple[Inline, ...]:
    leading = max(job.findings, key=lambda finding: (finding.severity.rank, finding.priority))
    effort = audit.jobs.get(job.cause)
    points, debt, grade, left = then
    return (
        text(f"{number}. {rule_title(audit, leading.rule, pages)}"),
        text(sentence(plain(leading.remedy, 240))),
        listed(_closed(job.findings), 6),
        text(effort_range(effort.p50, effort.p90) if effort else "–"),
        text(decimal(points)),
        text(decimal(debt)),
        text(plain(grade)),
        text(hours(left)),
    )


def _closed(findings: Sequence[Finding]) -> list[str]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    return [f"{rule} × {count}" if count > 1 else rule for rule, count in sorted(counts.items())]
