"""Glue code."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="GLU",
    title="Glue code",
    order=2,
    blurb="Code that only carries data in and out of packages, and freezes the packages it joins.",
)
