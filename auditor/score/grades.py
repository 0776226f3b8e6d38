"""Letters and the verdict: what a weighted mean would dilute (SCORING §5, gate defaults of LIFECYCLE §6)."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from auditor.model.audit import ComponentScore
from auditor.model.finding import Finding, Severity
from auditor.score.checks import Judged
from auditor.score.policy import Policy

LETTERS = "ABCDE"
UNGRADED = "-"
ROOT = {".": "the root component"}
LISTED = 5  # causes named one by one in a reason


def grade(debt: float | None, policy: Policy) -> str:
    """The letter of an unrounded debt score, A best; `-` where there is none."""
    return UNGRADED if debt is None else LETTERS[bisect_left(policy.profile.grades, debt)]


def capped(letter: str, cap: str) -> str:
    """The letter, at best the cap. What is not graded stays so."""
    return letter if letter == UNGRADED else max(letter, cap)


def provisional(low: float, high: float, coverage: float, policy: Policy) -> bool:
    """Whether the evidence is too thin for the letter: little was determined, or the range holds several letters."""
    return coverage < policy.profile.min_coverage or grade(low, policy) != grade(high, policy)


def blockers(findings: Sequence[Finding], judged: Mapping[str, Judged], policy: Policy) -> tuple[Finding, ...]:
    """The criticals that are certain, of rules reliable enough to gate or confirmed by a person. An accepted risk is still one.

    `judged` holds the rules that weigh in the component of the findings.
    """
    return tuple(
        finding
        for finding in findings
        if finding.severity is Severity.CRITICAL
        and finding.confidence >= policy.profile.blocker_confidence
        and finding.rule in judged
        and (finding.confirmed or judged[finding.rule][0].reliability in policy.profile.gating)
        and policy.family_of(judged[finding.rule][0].family) is not None
    )


def verdict(
    blocking: Sequence[Finding],
    unsure: Sequence[Finding],
    accepted: Sequence[Finding],
    components: Mapping[str, ComponentScore],
    policy: Policy,
) -> tuple[str, tuple[str, ...]]:
    """`pass`, `conditional` or `fail` under the default gate, with the reasons as sentences. The worst component decides.

    Give as `blocking` the open blockers, as `unsure` the other open criticals, as `accepted` those that are suppressed or
    waived, and only components that something is asked of.
    """
    fails = _blocked(blocking)
    doubts = [*_unsure(unsure), *_thin(components, policy), *_accepted(accepted)]
    outcome = "fail" if fails else "conditional" if doubts else "pass"
    reasons = [*fails, *doubts] or ["No critical finding is open, and enough of the repository could be judged."]
    unasked = "There is no base to compare with, so new findings and a rise of the score were not judged."
    return outcome, (*reasons, unasked)


def _spots(findings: Sequence[Finding]) -> list[str]:
    ordered = sorted(findings, key=lambda f: (f.rule, str(f.place), f.entity, f.message))
    return [f"{finding.rule} at {finding.place.named}" for finding in ordered]


def _unsure(opened: Sequence[Finding]) -> list[str]:
    spots = _spots(opened)
    if len(spots) <= 1:
        return [f"A critical finding is open that a person has to confirm or dismiss: {spot}." for spot in spots]
    return [f"{len(spots)} critical findings are open that a person has to confirm or dismiss: {_listed(spots, '; ')}."]


def _blocked(opened: Sequence[Finding]) -> list[str]:
    spots = _spots(opened)
    if not spots:
        return []
    if len(spots) == 1:
        return [f"A critical finding is open and its evidence is certain: {spots[0]}."]
    return [f"{len(spots)} critical findings are open and their evidence is certain: {_listed(spots, '; ')}."]


def _accepted(accepted: Sequence[Finding]) -> list[str]:
    if not accepted:
        return []
    rules = _listed(sorted({finding.rule for finding in accepted}))
    if len(accepted) == 1:
        return [f"A critical finding is accepted, not mended: {rules}."]
    return [f"{len(accepted)} critical findings are accepted, not mended: {rules}."]


def _thin(components: Mapping[str, ComponentScore], policy: Policy) -> list[str]:
    floor = policy.profile.min_coverage
    if not components:
        return ["Nothing in this repository could be judged."]
    thin = sorted((score.coverage, name) for name, score in components.items() if score.coverage < floor)
    if not thin:
        return []
    where = "" if len(components) == 1 else f" in {_listed([ROOT.get(name, name) for _, name in thin])}"
    # cut, not rounded: 79.6 % is not the 80 % that is asked for
    worst = math.floor(round(100 * thin[0][0], 6))
    seen = f"{worst} %" if len(thin) == 1 else f"less than asked (at worst {worst} %)"
    return [f"Of the scoring weight only {seen} could be determined{where}; {100 * floor:.0f} % is asked for."]


def _listed(names: Sequence[str], between: str = ", ") -> str:
    shown, rest = names[:LISTED], len(names) - LISTED
    return between.join(shown) + (f" and {rest} more" if rest > 0 else "")
