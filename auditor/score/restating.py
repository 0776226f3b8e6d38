"""Scoring an audit from what is stored in it: for the first time, and again under other weights (SCORING §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from auditor.model.audit import Audit, Exposure, Score
from auditor.model.finding import Finding
from auditor.score.effort import by_priority, hours, prioritised
from auditor.score.inputs import Part
from auditor.score.policy import Policy
from auditor.score.scoring import score_repository
from auditor.score.standing import peers

UNSCORED = Score(
    None, 0.0, 100.0, None, "-", provisional=True, coverage=0.0, hours_p50=0.0, hours_p90=0.0, ratio=None, verdict=""
)
"""The score of an audit that was not scored yet."""


def parts_of(audit: Audit) -> dict[str, Part]:
    """What the score is told of each component of an audit, by id."""
    return {
        name: Part(
            verdicts=tuple(verdict for verdict in audit.verdicts if verdict.component == name),
            findings=tuple(finding for finding in audit.findings if finding.component == name),
            exposure=exposure,
        )
        for name, exposure in audit.exposures.items()
    }


def restated(audit: Audit, policy: Policy, titles: Mapping[str, str]) -> Audit:
    """The audit with everything that weighing makes of it: score, families, hours, priorities and their order.

    `titles` names the rule families. Under the policy it was scored with an audit comes back equal.
    """
    parts = parts_of(audit)
    scored = score_repository(audit.rules, parts, policy, titles)
    causes = sorted({job.root_cause for job in scored.jobs})
    return msgspec.structs.replace(
        audit,
        versions=msgspec.structs.replace(
            audit.versions,
            score_model=policy.score_model,
            calibration=policy.profile.calibration,
            profile=policy.name,
        ),
        coverage=msgspec.structs.replace(audit.coverage, share=round(scored.score.coverage, 4)),
        components=tuple(
            msgspec.structs.replace(component, score=scored.components[component.id]) for component in audit.components
        ),
        score=scored.score,
        peers=peers(audit.components, scored.score.debt, policy),
        families=scored.families,
        findings=by_priority((f for part in parts.values() for f in prioritised(audit.rules, part, policy)), policy),
        jobs={cause: hours(job for job in scored.jobs if job.root_cause == cause) for cause in causes},
    )


def exposure_of(exposure: Exposure, findings: Iterable[Finding]) -> Exposure:
    """What is stored of a component's exposure: touches of the files alone that its findings stand in."""
    paths = {finding.place.path for finding in findings}
    return msgspec.structs.replace(
        exposure,
        touches_year=_of(exposure.touches_year, paths),
        touches_quarter=_of(exposure.touches_quarter, paths),
    )


def _of(touches: Mapping[str, int] | None, paths: set[str]) -> dict[str, int] | None:
    return None if touches is None else {path: touches[path] for path in sorted(paths & touches.keys())}
