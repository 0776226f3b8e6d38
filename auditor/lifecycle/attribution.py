"""Why a score moved: one thing swapped at a time, always in the same order, so that the parts add up (SCORING §8)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import msgspec

from auditor.model.audit import Audit
from auditor.model.delta import Share
from auditor.model.verdict import Outcome
from auditor.score import Policy, restated

SAYS = {
    "scope": "components that only one side has",
    "code": "the code itself",
    "rules": "rules that are new, retired or revised",
    "model": "score model, calibration and profile",
    "judgements": "findings that people judged to be no debt",
    "coverage": "what could be judged on one side alone",
}

_NO_DEBT = ("dismissed", "not-applicable")
_Cut = Callable[[Audit], Audit]


def attribution(before: Audit, after: Audit, policy: Policy, titles: Mapping[str, str]) -> tuple[Share, ...]:
    """The parts of the difference in debt, after minus before; empty where either side has no score.

    Both sides are cut down step by step to what they share (model, judgements, components, rules, what was determined). What
    then still differs is the code; each step is charged with what it took away on either side.
    """
    if before.score.debt is None or after.score.debt is None:
        return ()
    shared = _shared(before, after)
    cuts: list[tuple[str, _Cut]] = [
        ("model", lambda audit: audit),
        ("judgements", _unjudged),
        ("scope", lambda audit: _only_components(audit, shared.components)),
        ("rules", lambda audit: _only_rules(audit, shared.rules)),
        ("coverage", lambda audit: _only_determined(audit, shared.determined)),
    ]
    sides, debts = [before, after], [before.score.debt, after.score.debt]
    points: dict[str, float] = {}
    for cause, cut in cuts:
        sides = [cut(side) for side in sides]
        then = [restated(side, policy, titles).score.debt for side in sides]
        if then[0] is None or then[1] is None:
            break  # nothing is left in common: what remains is the code's
        points[cause] = (debts[1] - then[1]) - (debts[0] - then[0])
        debts = [then[0], then[1]]
    points["code"] = debts[1] - debts[0]
    return tuple(Share(cause, round(points.get(cause, 0.0), 10), says) for cause, says in SAYS.items())


class _Shared(msgspec.Struct, frozen=True):
    """What two audits have in common."""

    components: frozenset[str]
    rules: frozenset[str]
    determined: frozenset[tuple[str, str]]


def _shared(before: Audit, after: Audit) -> _Shared:
    rules = {rule.id: rule.revision for rule in before.rules}.items() & {r.id: r.revision for r in after.rules}.items()
    return _Shared(
        components=frozenset(before.exposures) & frozenset(after.exposures),
        rules=frozenset(id_ for id_, _ in rules),
        determined=_determined(before) & _determined(after),
    )


def _determined(audit: Audit) -> frozenset[tuple[str, str]]:
    return frozenset((v.rule, v.component) for v in audit.verdicts if v.outcome is not Outcome.UNKNOWN)


def _unjudged(audit: Audit) -> Audit:
    """As if nobody had judged a finding to be no debt."""
    findings = tuple(
        msgspec.structs.replace(finding, state="open") if finding.state in _NO_DEBT else finding
        for finding in audit.findings
    )
    return msgspec.structs.replace(audit, findings=findings)


def _only_components(audit: Audit, kept: Collection[str]) -> Audit:
    return msgspec.structs.replace(
        audit,
        exposures={name: exposure for name, exposure in audit.exposures.items() if name in kept},
        components=tuple(component for component in audit.components if component.id in kept),
    )


def _only_rules(audit: Audit, kept: Collection[str]) -> Audit:
    return msgspec.structs.replace(
        audit,
        rules=tuple(rule for rule in audit.rules if rule.id in kept),
        verdicts=tuple(verdict for verdict in audit.verdicts if verdict.rule in kept),
        findings=tuple(finding for finding in audit.findings if finding.rule in kept),
    )


def _only_determined(audit: Audit, kept: Collection[tuple[str, str]]) -> Audit:
    return msgspec.structs.replace(
        audit,
        verdicts=tuple(verdict for verdict in audit.verdicts if (verdict.rule, verdict.component) in kept),
        findings=tuple(finding for finding in audit.findings if (finding.rule, finding.component) in kept),
    )
