"""What a repair gives back: always by scoring again with changed inputs, never by an estimate (SCORING §7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from auditor.model.finding import Finding
from auditor.model.verdict import RuleInfo
from auditor.score.inputs import Part
from auditor.score.mending import mended
from auditor.score.policy import Policy
from auditor.score.scoring import repository_debt


def what_if(
    rules: Sequence[RuleInfo], before: Mapping[str, Part], after: Mapping[str, Part], policy: Policy
) -> float | None:
    """Debt points of the repository that a change of its parts gives back; None where one side has no score.

    Give the changed parts alone: the others stay as they are.
    """
    was = repository_debt(rules, before, policy).debt
    then = repository_debt(rules, {**before, **after}, policy).debt
    return None if was is None or then is None else was - then


def points(
    rules: Sequence[RuleInfo], parts: Mapping[str, Part], gone: Collection[Finding], policy: Policy
) -> float | None:
    """Debt points that mending these findings together gives back; None where there is no score."""
    after = {
        name: mended(rules, part, [finding for finding in gone if finding.component == name])
        for name, part in parts.items()
        if any(finding.component == name for finding in gone)
    }
    return what_if(rules, parts, after, policy)
