"""Verdicts and findings as they would be after a repair: the input of net scores and what-if questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import msgspec

from auditor.model.finding import Finding
from auditor.model.verdict import Check, Outcome, RuleInfo, Verdict
from auditor.score.inputs import Part

NO_DEBT = ("dismissed", "not-applicable")
"""States of findings that people judged to be no debt: they leave the headline too (LIFECYCLE §4)."""


def settled(rules: Sequence[RuleInfo], part: Part) -> Part:
    """The component as people judged it: a dismissed finding is clean, one that does not apply is no instance."""
    gone = [finding for finding in part.findings if finding.state in NO_DEBT]
    if not gone:
        return part
    after = mended(rules, part, gone)
    outside: Counter[str] = Counter()
    for finding in gone:
        outside[finding.rule] += finding.instances if finding.state == "not-applicable" else 0
    practices = {rule.id for rule in rules if rule.check is Check.PRACTICE}
    verdicts = tuple(
        _without(verdict, outside[verdict.rule]) if verdict.rule in practices and outside[verdict.rule] else verdict
        for verdict in after.verdicts
    )
    return Part(verdicts=verdicts, findings=after.findings, exposure=after.exposure)


def _without(verdict: Verdict, instances: int) -> Verdict:
    """A practice that is asked for in fewer places, and nowhere if none is left."""
    fewer = min(instances, verdict.clean)
    n, clean = max(0, verdict.n - fewer), verdict.clean - fewer
    left = n or verdict.undetermined
    outcome = verdict.outcome if left else Outcome.NOT_APPLICABLE
    return msgspec.structs.replace(verdict, n=n, clean=clean, outcome=outcome)


def mended(rules: Iterable[RuleInfo], part: Part, gone: Collection[Finding]) -> Part:
    """The component once these of its findings are mended.

    A practice instance becomes clean. A measured value is mended only with the last finding of its rule, and then
    fully: what remains of a value after half a repair cannot be told without measuring.
    """
    going = Counter(gone)
    left = tuple(finding for finding in part.findings if not _taken(going, finding))
    known = {rule.id: rule for rule in rules}
    touched = {finding.rule for finding in gone}
    verdicts = tuple(
        _mended_verdict(
            known[verdict.rule],
            verdict,
            [finding for finding in gone if finding.rule == verdict.rule],
            sum(finding.instances for finding in left if finding.rule == verdict.rule),
        )
        if verdict.rule in touched and verdict.rule in known
        else verdict
        for verdict in part.verdicts
    )
    return Part(verdicts=verdicts, findings=left, exposure=part.exposure)


def _taken(going: Counter[Finding], finding: Finding) -> bool:
    if not going[finding]:
        return False
    going[finding] -= 1  # equal findings are told apart by their number
    return True


def _mended_verdict(rule: RuleInfo, verdict: Verdict, gone: Sequence[Finding], left: int) -> Verdict:
    if rule.check is Check.PRACTICE:
        return _mended_practice(verdict, gone, left)
    if left:
        return verdict
    value = 0.0 if rule.check is Check.METRIC and verdict.value is not None else verdict.value
    outcome = Outcome.CLEAN if verdict.outcome is Outcome.FINDING else verdict.outcome
    return msgspec.structs.replace(verdict, value=value, outcome=outcome)


def _mended_practice(verdict: Verdict, gone: Sequence[Finding], left: int) -> Verdict:
    certainties = list(verdict.certainties)
    going = [finding for finding in gone for _ in range(finding.instances)]
    for finding in going:
        # several findings may tell of one instance: it is mended with the last of them
        if certainties and (left + len(going) <= len(verdict.certainties) or len(certainties) > left):
            certainties.remove(min(certainties, key=lambda c: (abs(c - finding.confidence), c)))
    fixed = len(verdict.certainties) - len(certainties)
    outcome = verdict.outcome
    if fixed and not certainties:
        outcome = Outcome.NOT_EVIDENCED if verdict.not_evidenced else Outcome.CLEAN
    return msgspec.structs.replace(
        verdict, certainties=tuple(certainties), clean=verdict.clean + fixed, outcome=outcome
    )
