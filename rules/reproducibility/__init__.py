"""Reproducibility."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="REP", title="Reproducibility", order=6, blurb="Whether somebody else gets the same model from the same commit."
)
