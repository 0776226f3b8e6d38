"""The score weighs: pure functions from verdicts, counts and policy to debt, range, grade, verdict and hours."""

from __future__ import annotations

from auditor.model.audit import Exposure
from auditor.score.effort import (
    Job,
    by_priority,
    development_cost,
    hours,
    interest,
    jobs,
    payback,
    prioritised,
    priority,
)
from auditor.score.grades import grade
from auditor.score.inputs import Part
from auditor.score.mending import mended
from auditor.score.policy import DEFAULT_PROFILE, Policy, load_policy, profiles
from auditor.score.restating import UNSCORED, exposure_of, parts_of, restated
from auditor.score.scoring import Scored, score_component, score_repository
from auditor.score.standing import kind_of
from auditor.score.whatif import points, what_if

__all__ = [
    "DEFAULT_PROFILE",
    "UNSCORED",
    "Exposure",
    "Job",
    "Part",
    "Policy",
    "Scored",
    "by_priority",
    "development_cost",
    "exposure_of",
    "grade",
    "hours",
    "interest",
    "jobs",
    "kind_of",
    "load_policy",
    "mended",
    "parts_of",
    "payback",
    "points",
    "prioritised",
    "priority",
    "profiles",
    "restated",
    "score_component",
    "score_repository",
    "what_if",
]
