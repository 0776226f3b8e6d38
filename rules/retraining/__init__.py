"""Retraining and release."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="OPS",
    title="Retraining and release",
    order=9,
    blurb="Whether a new model can be made, checked, released and taken back without heroics.",
)
