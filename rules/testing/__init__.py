"""Tests of the learning system."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="TST",
    title="Tests of the learning system",
    order=10,
    blurb="Whether features, models and pipelines are tested, not only the code around them.",
)
