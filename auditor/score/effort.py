"""Hours to pay the debt back, what it costs while it stays, and what to do first (SCORING §6)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from auditor.model.audit import Exposure
from auditor.model.finding import Effort, Finding, Severity
from auditor.model.verdict import RuleInfo, Verdict
from auditor.score.checks import Judged, scored
from auditor.score.inputs import Part
from auditor.score.policy import Policy


class Job(msgspec.Struct, frozen=True):
    """Findings and missing evidence of one component that are mended together. `rules` feed it."""

    component: str
    root_cause: str
    rules: tuple[str, ...]
    findings: int
    effort: Effort

    @property
    def id(self) -> str:
        """`root cause @ component`, unique in an audit."""
        return f"{self.root_cause} @ {self.component}"


def jobs(rules: Iterable[RuleInfo], verdicts: Iterable[Verdict], findings: Iterable[Finding]) -> tuple[Job, ...]:
    """The work of one component, by root cause: its base once, and a share for each finding.

    What is only not evidenced adds nothing to the median and its full hours to the pessimistic end.
    """
    counts: dict[str, int] = {}
    for finding in findings:
        if finding.severity is not Severity.INFO:
            counts[finding.rule] = counts.get(finding.rule, 0) + 1
    causes: dict[str, list[tuple[RuleInfo, Verdict]]] = {}
    for rule, verdict in scored(rules, verdicts).values():
        if counts.get(rule.id) or verdict.not_evidenced:
            causes.setdefault(rule.root_cause or rule.id, []).append((rule, verdict))
    return tuple(_job(cause, causes[cause], counts) for cause in sorted(causes))


def _job(cause: str, members: Sequence[Judged], counts: Mapping[str, int]) -> Job:
    found = [rule for rule, _ in members if counts.get(rule.id)]
    p50 = max((rule.effort.p50 for rule in found), default=0.0)
    p90 = max(rule.effort.p90 for rule, _ in members)
    return Job(
        component=members[0][1].component,
        root_cause=cause,
        rules=tuple(rule.id for rule, _ in members),
        findings=sum(counts[rule.id] for rule in found),
        effort=Effort(
            p50=p50 + math.fsum(rule.effort_each.p50 * counts[rule.id] for rule in found),
            p90=p90
            + math.fsum(rule.effort_each.p90 * (counts.get(rule.id, 0) + v.not_evidenced) for rule, v in members),
        ),
    )


def hours(work: Iterable[Job]) -> Effort:
    """Hours of all jobs together. Their errors are taken as independent, which is optimistic."""
    efforts = [job.effort for job in work]
    p50 = math.fsum(effort.p50 for effort in efforts)
    return Effort(p50=p50, p90=p50 + math.sqrt(math.fsum((effort.p90 - effort.p50) ** 2 for effort in efforts)))


def development_cost(exposures: Iterable[Exposure], policy: Policy) -> float:
    """Hours that writing these components once took: their lines, pipeline stages, datasets and models."""
    rates = policy.profile.effort
    return math.fsum(
        1000 * exposure.kloc * rates.minutes_per_line / 60
        + exposure.stages * rates.hours_per_stage
        + exposure.artefacts * rates.hours_per_artefact
        for exposure in exposures
    )


def reach(number: int) -> float:
    """How much a count of dependents or touches multiplies: 1 for none, one more with each doubling."""
    return 1 + math.log2(1 + number)


def priority(finding: Finding, policy: Policy, *, touches: int = 0) -> float:
    """The order to mend in, without a unit: severity, confidence, reach and `touches` in 12 months per median hour."""
    weight = policy.profile.severity[finding.severity] * finding.confidence
    return (
        weight * reach(finding.downstream) * reach(touches) / max(finding.effort.p50, policy.profile.effort.least_hours)
    )


def interest(finding: Finding, policy: Policy, *, touches: int) -> float | None:
    """Minutes that this debt costs a month, from the `touches` of its file in 90 days. None for an absence."""
    if finding.place.line is None:
        return None
    return touches / 3 * policy.profile.effort.minutes_per_touch[finding.severity] * reach(finding.downstream)


def payback(finding: Finding, minutes: float | None) -> float | None:
    """Months until mending a finding has paid for itself; None where it costs nothing a month."""
    return finding.effort.p50 * 60 / minutes if minutes else None


def prioritised(rules: Iterable[RuleInfo], part: Part, policy: Policy) -> tuple[Finding, ...]:
    """The findings of one component, in their order, each with its share of its job's hours and its priority."""
    known = {rule.id: rule for rule in rules}
    work = {rule: job for job in jobs(known.values(), part.verdicts, part.findings) for rule in job.rules}
    touches = part.exposure.touches_year or {}
    done: list[Finding] = []
    for finding in part.findings:
        rule = known[finding.rule]
        sharing = work[rule.id].findings if rule.id in work else 1
        share = Effort(
            p50=rule.effort.p50 / max(sharing, 1) + rule.effort_each.p50,
            p90=rule.effort.p90 / max(sharing, 1) + rule.effort_each.p90,
        )
        told = msgspec.structs.replace(finding, effort=share)
        rank = priority(told, policy, touches=touches.get(finding.place.path, 0))
        done.append(msgspec.structs.replace(told, priority=rank))
    return tuple(done)


def by_priority(findings: Iterable[Finding], policy: Policy) -> tuple[Finding, ...]:
    """What to mend first: certain criticals whatever their quotient, then by priority, then by rule and place."""
    return tuple(sorted(findings, key=lambda finding: _rank(finding, policy)))


def _rank(finding: Finding, policy: Policy) -> tuple[bool, float, str, str, int, int, str, str]:
    urgent = finding.severity is Severity.CRITICAL and finding.confidence >= policy.profile.blocker_confidence
    place = finding.place
    line, cell = place.line or 0, -1 if place.cell is None else place.cell
    return not urgent, -finding.priority, finding.rule, place.path, cell, line, finding.entity, finding.message
