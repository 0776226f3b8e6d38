"""Code and notebooks."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="COD", title="Code and notebooks", order=11, blurb="Mistakes in code that make results wrong or brittle."
)
