"""Configuration."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="CFG",
    title="Configuration",
    order=7,
    blurb="Whether the values that change behaviour have one place, and are used.",
)
