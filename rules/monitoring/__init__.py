"""Monitoring and drift."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="MON",
    title="Monitoring and drift",
    order=8,
    blurb="Whether anybody would notice that the world has moved away from the model.",
)
