"""Leakage and evaluation."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="LKG",
    title="Leakage and evaluation",
    order=5,
    blurb="Whether the numbers that are reported about a model can be believed.",
)
