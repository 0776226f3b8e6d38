"""Checks, the unit that is scored: a proportion, a curve over a value, or damped density (SCORING §3)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from auditor.model.audit import CheckScore, Exposure
from auditor.model.finding import Finding, Severity
from auditor.model.verdict import PEDANTIC, Check, Outcome, RuleInfo, Verdict
from auditor.score.policy import Curve, FamilyPolicy, Policy

NINTH_DECILE = 1.2815515655446004
"""Of the standard normal distribution. Written out: the module that computes it takes longer to import than to score."""

Judged = tuple[RuleInfo, Verdict]


def curve(x: float, points: Curve) -> float:
    """The share of health left at a measured value: 1 at 0 and below, .9 at `p10`, .5 at `median`, towards 0 beyond.

    The log-normal curve of Lighthouse. Raises ValueError unless 0 < p10 < median.
    """
    if not 0 < points.p10 < points.median:
        raise ValueError(f"a curve needs 0 < p10 < median, not {points.p10} and {points.median}")
    if x <= 0:
        return 1.0
    sigma = math.log(points.median / points.p10) / NINTH_DECILE
    return 0.5 * math.erfc(math.log(x / points.median) / sigma / math.sqrt(2))


def damped_weight(findings: Iterable[Finding], severity: Mapping[Severity, float], scale: Mapping[str, float]) -> float:
    """W of SCORING §3.3: the weight of findings, grouped by rule and file, with repetition damped.

    `scale` multiplies the groups of a rule. It is strictly monotone in every finding.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if severity[finding.severity] > 0:
            groups.setdefault((finding.rule, finding.place.path), []).append(finding)
    return math.fsum(scale.get(rule, 1.0) * _group_weight(group, severity) for (rule, _), group in groups.items())


def _group_weight(group: Sequence[Finding], severity: Mapping[Severity, float]) -> float:
    worst = max(severity[finding.severity] for finding in group)
    total = math.fsum(finding.confidence * severity[finding.severity] for finding in group)
    return worst * math.log2(1 + total / worst)


def scored(rules: Iterable[RuleInfo], verdicts: Iterable[Verdict]) -> dict[str, Judged]:
    """The rules that weigh in the component of these verdicts, by id in order.

    Left out: previews, rules for the pedantic or about information only, and what does not apply here or is shown without weight.
    """
    judged = {verdict.rule: verdict for verdict in verdicts}
    return {
        rule.id: (rule, judged[rule.id])
        for rule in sorted(rules, key=lambda rule: rule.id)
        if rule.id in judged
        and not rule.preview
        and rule.persona != PEDANTIC
        and rule.severity is not Severity.INFO
        and judged[rule.id].outcome is not Outcome.NOT_APPLICABLE
        and judged[rule.id].applicability > 0
    }


def family_checks(
    family: FamilyPolicy,
    judged: Mapping[str, Judged],
    findings: Sequence[Finding],
    exposure: Exposure,
    policy: Policy,
) -> tuple[CheckScore, ...]:
    """The checks of one scored family in one component, by id; the density check comes last."""
    members = [pair for pair in judged.values() if pair[0].family in family.rules]
    checks: list[CheckScore] = []
    for rule, verdict in members:
        if rule.check is Check.PRACTICE and (check := _practice(rule, verdict, exposure, policy)):
            checks.append(check)
        elif rule.check is Check.METRIC:
            checks.append(_metric(rule, verdict, exposure, policy))
    dense = {rule.id: (rule, verdict) for rule, verdict in members if rule.check is Check.DENSITY}
    if dense:
        checks.append(_density(family, dense, findings, exposure, policy))
    return tuple(checks)


def unmet(verdict: Verdict, not_evidenced_loss: float) -> float:
    """The sum of u over the determined instances of a practice: a finding costs at least what `not-evidenced` costs."""
    found = math.fsum(not_evidenced_loss + (1 - not_evidenced_loss) * c for c in verdict.certainties)
    return not_evidenced_loss * verdict.not_evidenced + found


def _practice(rule: RuleInfo, verdict: Verdict, exposure: Exposure, policy: Policy) -> CheckScore | None:
    unknown = verdict.outcome is Outcome.UNKNOWN
    parts = verdict.clean + verdict.not_evidenced + len(verdict.certainties)
    n = 0 if unknown else max(verdict.n, parts)
    if not unknown and n + verdict.undetermined == 0:
        return None  # no instance, no duty: neither 0 nor 1
    lost = unmet(verdict, policy.profile.not_evidenced_loss) if n else 0.0
    return CheckScore(
        id=rule.id,
        kind=Check.PRACTICE.value,
        component=verdict.component,
        weight=policy.profile.check_weight[rule.severity],
        a=verdict.applicability,
        q=n / (n + verdict.undetermined) * _paths_known(rule, exposure) if n else 0.0,
        s=max(0.0, 1 - lost / n) if n else None,
        n=n,
        unmet=lost,
        rules=(rule.id,),
    )


def _metric(rule: RuleInfo, verdict: Verdict, exposure: Exposure, policy: Policy) -> CheckScore:
    if rule.warn is None or rule.fail is None:
        raise ValueError(f"{rule.id} is scored by a curve and needs both thresholds, warn and fail")
    points = Curve(p10=rule.warn, median=rule.fail)
    value = None if verdict.outcome is Outcome.UNKNOWN else verdict.value
    return CheckScore(
        id=rule.id,
        kind=Check.METRIC.value,
        component=verdict.component,
        weight=policy.profile.check_weight[rule.severity],
        a=verdict.applicability,
        q=0.0 if value is None else _paths_known(rule, exposure),
        s=None if value is None else curve(value, points),
        value=value,
        p10=points.p10,
        median=points.median,
        rules=(rule.id,),
    )


def _density(
    family: FamilyPolicy, dense: Mapping[str, Judged], findings: Sequence[Finding], exposure: Exposure, policy: Policy
) -> CheckScore:
    """One check for all rules without a denominator; a rule that applies by half weighs half beside one that applies fully."""
    severity, calibration = policy.profile.severity, policy.calibration
    a = max(verdict.applicability for _, verdict in dense.values())
    scale = {rule.id: verdict.applicability / a for rule, verdict in dense.values()}
    weights = {rule.id: severity[rule.severity] for rule, _ in dense.values()}
    ran = [rule.id for rule, verdict in dense.values() if verdict.outcome is not Outcome.UNKNOWN]
    q = exposure.parsed_share * math.fsum(weights[id_] for id_ in ran) / math.fsum(weights.values())
    units = exposure.kloc if family.exposure == "kloc" else float(exposure.fits)
    w = damped_weight((finding for finding in findings if finding.rule in dense), severity, scale)
    x = w / (units + calibration.offset[family.exposure])
    points = calibration.curve(family.id)
    return CheckScore(
        id=f"{family.id}-density",
        kind=Check.DENSITY.value,
        component=next(iter(dense.values()))[1].component,
        weight=family.density_weight,
        a=a,
        q=q,
        s=curve(x, points) if q > 0 else None,
        w_damped=w,
        exposure=units,
        x=x,
        p10=points.p10,
        median=points.median,
        rules=tuple(dense),
    )


def _paths_known(rule: RuleInfo, exposure: Exposure) -> float:
    """The share of its ground that a rule over file edges could see; 1 for all others, and where nothing does I/O."""
    return exposure.io_resolved if rule.needs_paths and exposure.io_resolved is not None else 1.0


def repaired(check: CheckScore) -> CheckScore:
    """The same check without any debt left; what was not determined stays undetermined."""
    return check if check.s is None else msgspec.structs.replace(check, s=1.0, unmet=0.0)
