"""The difference of two audits: what is new, fixed, removed or was not looked at, and why the score moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from auditor.lifecycle.attribution import attribution
from auditor.lifecycle.matching import match
from auditor.model.audit import Audit
from auditor.model.delta import SCHEMA, Delta, FamilyChange, Side
from auditor.model.facts import NOT_READ
from auditor.model.finding import Finding
from auditor.model.verdict import Outcome
from auditor.score import Policy

UNREAD = NOT_READ | {"absent", "outcome"}
"""Codes of problems that leave a file, or a part of it, out of what was judged."""


def compare(
    before: Audit,
    after: Audit,
    policy: Policy,
    titles: Mapping[str, str],
    *,
    renames: Mapping[str, str] | None = None,
    paths: Collection[str] | None = None,
    parted: bool = True,
) -> Delta:
    """The difference of two audits of one repository, both weighed by `policy` where their scores are compared.

    `renames` maps paths of the first to those of the second; `paths` are the files of the second, None where they are not
    known: then a finding whose file may be gone counts as fixed. Closed is only what was looked at. Without `parted` the
    difference of the scores is not parted by its causes, which costs a dozen scorings.
    """
    matched = match(before.findings, after.findings, renames)
    seen = _Seen(before), _Seen(after)
    fates: dict[str, list[Finding]] = {"fixed": [], "removed": [], "stale": [], "new": [], "detected": []}
    for finding in matched.gone:
        fates[_fate(finding, seen[1], renames or {}, paths)].append(finding)
    for finding in matched.come:
        fates["detected" if _was_blind(finding, seen[0], seen[1], renames or {}) else "new"].append(finding)
    blind = {(renames or {}).get(path, path) for path in seen[0].unread}
    return Delta(
        schema=SCHEMA,
        before=_side(before),
        after=_side(after),
        kept=matched.pairs,
        **{name: tuple(members) for name, members in fates.items()},
        unreadable=tuple(sorted(seen[1].unread - blind)),
        families=_families(before, after),
        attribution=attribution(before, after, policy, titles) if parted else (),
        comparable=_comparable(before, after),
    )


def _side(audit: Audit) -> Side:
    return Side(audit.target, audit.versions, audit.as_of, audit.score)


def _comparable(before: Audit, after: Audit) -> bool:
    """Whether the scores stand under the same rules, model, calibration and profile."""
    one, other = before.versions, after.versions
    return (one.ruleset, one.score_model, one.calibration, one.profile) == (
        other.ruleset, other.score_model, other.calibration, other.profile,
    )  # fmt: skip


class _Seen:
    """What an audit looked at."""

    def __init__(self, audit: Audit) -> None:
        self.revisions = {rule.id: rule.revision for rule in audit.rules}
        self.outcomes = {(verdict.rule, verdict.component): verdict.outcome for verdict in audit.verdicts}
        self.components = {component.id for component in audit.components}
        self.unread = {problem.path for problem in audit.problems if problem.code in UNREAD}

    def judged(self, finding: Finding, path: str) -> bool:
        """Whether the rule of a finding looked at its file."""
        outcome = self.outcomes.get((finding.rule, finding.component))
        return outcome is not Outcome.UNKNOWN and path not in self.unread


def _fate(finding: Finding, after: _Seen, renames: Mapping[str, str], paths: Collection[str] | None) -> str:
    path = renames.get(finding.place.path, finding.place.path)
    gone = paths is not None and finding.place.line is not None and path not in paths
    if finding.rule not in after.revisions or finding.component not in after.components or gone:
        return "removed"
    return "fixed" if after.judged(finding, path) else "stale"


def _was_blind(finding: Finding, before: _Seen, after: _Seen, renames: Mapping[str, str]) -> bool:
    """Whether a finding is only seen now: its rule is new or was revised, or could not be judged before."""
    if before.revisions.get(finding.rule) != after.revisions[finding.rule]:
        return True
    old = next((was for was, now in renames.items() if now == finding.place.path), finding.place.path)
    return finding.component in before.components and not before.judged(finding, old)


def _families(before: Audit, after: Audit) -> tuple[FamilyChange, ...]:
    was = {family.id: family.debt for family in before.families}
    return tuple(FamilyChange(family.id, family.title, was.get(family.id), family.debt) for family in after.families)
