"""The score of a component and of a repository: a pure function of verdicts, counts and policy."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import msgspec

from auditor.model.audit import ComponentScore, Exposure, FamilyScore, Score
from auditor.model.finding import Finding, Severity
from auditor.model.verdict import RuleInfo, Verdict
from auditor.score.aggregate import (
    Mean,
    applies,
    as_mean,
    component_mean,
    component_score,
    component_weight,
    family_mean,
    family_score,
    mean_of,
    repository_family,
)
from auditor.score.checks import family_checks, repaired, scored
from auditor.score.effort import Job, development_cost, hours, jobs
from auditor.score.grades import blockers, capped, grade, provisional, verdict
from auditor.score.inputs import Part
from auditor.score.mending import mended, settled
from auditor.score.policy import FamilyPolicy, Policy


class Scored(msgspec.Struct, frozen=True):
    """The outcome of scoring a repository: the headline, its families, its components by id, and the work by job."""

    score: Score
    families: tuple[FamilyScore, ...]
    components: dict[str, ComponentScore]
    jobs: tuple[Job, ...]


def score_component(
    rules: Sequence[RuleInfo],
    verdicts: Sequence[Verdict],
    findings: Sequence[Finding],
    exposure: Exposure,
    policy: Policy,
    titles: Mapping[str, str] | None = None,
) -> ComponentScore:
    """The gross score of one component; accepted risks count. `recoverable` stays 0: it is points of a repository.

    `titles` names the rule families. Raises ValueError for verdicts of several components, or a metric without thresholds.
    """
    if len({verdict.component for verdict in verdicts}) > 1:
        raise ValueError("a component is scored from its own verdicts alone")
    judged = scored(rules, verdicts)
    blocking = blockers(findings, judged, policy)
    blocked = {policy.family_of(judged[finding.rule][0].family) for finding in blocking}
    families = tuple(
        family_score(
            family,
            family_checks(family, judged, findings, exposure, policy),
            blocked=family.id in blocked,
            title=_title(family, titles),
            policy=policy,
        )
        for family in policy.profile.families
    )
    return component_score(families, blocked=bool(blocked), policy=policy)


def score_repository(
    rules: Sequence[RuleInfo],
    parts: Mapping[str, Part],
    policy: Policy,
    titles: Mapping[str, str] | None = None,
) -> Scored:
    """The score of a repository from what is known of its components, by id.

    Gross is the headline; net leaves out findings whose state is not `open` (suppressed, waived), as if they were mended.
    What people judged to be no debt leaves both.
    """
    parts = {name: settled(rules, part) for name, part in parts.items()}
    names = sorted(parts)
    plain = {name: _score_part(rules, parts[name], policy, titles) for name in names}
    mean = repository_mean(plain, parts)
    components = {name: _with_recoverable(name, plain, parts, mean.debt) for name in names}
    blocking, unsure, accepted = _criticals(rules, parts, policy)
    prefix = {rule.id: rule.family for rule in rules}
    blocked = {policy.family_of(prefix[finding.rule]) for finding in blocking}
    work = tuple(job for name in names for job in jobs(rules, parts[name].verdicts, parts[name].findings))
    principal = hours(work)
    cost = development_cost((parts[name].exposure for name in names), policy)
    asked = {name: score for name, score in components.items() if applies(score)}
    letter = grade(mean.debt, policy)
    outcome, reasons = verdict([f for f in blocking if f.state == "open"], unsure, accepted, asked, policy)
    score = Score(
        debt=mean.debt,
        low=mean.low,
        high=mean.high,
        net=_net(rules, parts, mean, policy),
        grade=capped(letter, policy.profile.whole_cap) if blocking else letter,
        provisional=provisional(mean.low, mean.high, mean.coverage, policy),
        coverage=mean.coverage,
        hours_p50=principal.p50,
        hours_p90=principal.p90,
        ratio=principal.p50 / cost if cost > 0 else None,
        verdict=outcome,
        reasons=reasons,
    )
    return Scored(score=score, families=_families(components, parts, blocked, policy), components=components, jobs=work)


def repository_mean(components: Mapping[str, ComponentScore], parts: Mapping[str, Part]) -> Mean:
    """Debt, range and coverage over all components that something is asked of."""
    return mean_of(
        (component_weight(parts[name].exposure), as_mean(score)) for name, score in components.items() if applies(score)
    )


def repository_debt(rules: Sequence[RuleInfo], parts: Mapping[str, Part], policy: Policy) -> Mean:
    """Debt, range and coverage alone, for what-if questions."""
    parts = {name: settled(rules, part) for name, part in parts.items()}
    return repository_mean({name: _score_part(rules, parts[name], policy, None) for name in parts}, parts)


def _score_part(
    rules: Sequence[RuleInfo], part: Part, policy: Policy, titles: Mapping[str, str] | None
) -> ComponentScore:
    return score_component(rules, part.verdicts, part.findings, part.exposure, policy, titles)


def _title(family: FamilyPolicy, titles: Mapping[str, str] | None) -> str:
    first, *others = [(titles or {}).get(rule_family, rule_family) for rule_family in family.rules]
    lower = [other if other.isupper() else other[:1].lower() + other[1:] for other in others]
    return ", ".join([first, *lower])


def _families(
    components: Mapping[str, ComponentScore], parts: Mapping[str, Part], blocked: Collection[str | None], policy: Policy
) -> tuple[FamilyScore, ...]:
    families: list[FamilyScore] = []
    for place, family in enumerate(policy.profile.families):
        members = [
            (component_weight(parts[name].exposure), score.families[place]) for name, score in components.items()
        ]
        families.append(repository_family(family, members, family.id in blocked, policy))
    return tuple(families)


def _criticals(
    rules: Sequence[RuleInfo], parts: Mapping[str, Part], policy: Policy
) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """The blockers, accepted ones too (waivers do not move the headline), the other open criticals, and all that are accepted."""
    blocking: list[Finding] = []
    unsure: list[Finding] = []
    accepted: list[Finding] = []
    for part in parts.values():
        judged = scored(rules, part.verdicts)
        certain = blockers(part.findings, judged, policy)
        blocking += certain
        for finding in part.findings:
            if finding.severity is Severity.CRITICAL and finding.rule in judged:
                if finding.state != "open":
                    accepted.append(finding)
                elif finding not in certain:
                    unsure.append(finding)
    return blocking, unsure, accepted


def _net(rules: Sequence[RuleInfo], parts: Mapping[str, Part], gross: Mean, policy: Policy) -> float | None:
    """The debt without accepted risks."""
    if all(finding.state == "open" for part in parts.values() for finding in part.findings):
        return gross.debt
    net = {
        name: mended(rules, part, [finding for finding in part.findings if finding.state != "open"])
        for name, part in parts.items()
    }
    return repository_debt(rules, net, policy).debt


def _with_recoverable(
    name: str, components: Mapping[str, ComponentScore], parts: Mapping[str, Part], debt: float | None
) -> ComponentScore:
    """The component with the points of the repository's debt that a full fix of each check gives back.

    Exact: the check is set to s = 1 and the means are taken again.
    """
    score = components[name]
    if debt is None or score.debt is None:
        return score
    share = _headline_share(name, components, parts)
    families: list[FamilyScore] = []
    for at, family in enumerate(score.families):
        checks = []
        for number, check in enumerate(family.checks):
            then = _debt_if(score, at, number)
            gain = 0.0 if then is None else share * max(0.0, score.debt - then)
            checks.append(msgspec.structs.replace(check, recoverable=gain))
        families.append(msgspec.structs.replace(family, checks=tuple(checks)))
    return msgspec.structs.replace(score, families=tuple(families))


def _debt_if(score: ComponentScore, at: int, number: int) -> float | None:
    """The component's debt when one check of one family is fully met."""
    family = score.families[at]
    checks = (*family.checks[:number], repaired(family.checks[number]), *family.checks[number + 1 :])
    again = msgspec.structs.replace(family, debt=family_mean(checks).debt)
    return component_mean((*score.families[:at], again, *score.families[at + 1 :])).debt


def _headline_share(name: str, components: Mapping[str, ComponentScore], parts: Mapping[str, Part]) -> float:
    """The weight of one component in the headline, in (0, 1]."""
    known = (other for other, score in components.items() if score.debt is not None)
    whole = math.fsum(component_weight(parts[other].exposure) for other in known)
    return component_weight(parts[name].exposure) / whole
