"""Language models."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="LLM",
    title="Language models",
    order=12,
    blurb="Prompts, models and outputs of language models that nobody pins, bounds or checks.",
)
