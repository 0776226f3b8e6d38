"""LLM002: prompts stand in the middle of code, many or nearly the same."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    NotApplicable,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="LLM002",
    name="unmanaged-prompts",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="ASP",
    effort=Effort("4h", "1d"),
    each=Effort("30m", "1h"),
    unit="prompts in the middle of code",
    checklist=("C31",),
    ml_test_score=("Model 1",),
    references=("PromptDebt 2025",),
)

MANY, MODULES, SAME = 5, 3, 2
"""Prompts in so many modules, or near-duplicates, from which they are told (RULES, LLM002)."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    prompts = graph.prompts()
    if not graph.asks and not prompts.inline and not prompts.managed:
        yield NotApplicable("no language model is asked here")
        return
    scattered = len(prompts.inline) >= MANY and len(prompts.files) >= MODULES
    if not scattered and len(prompts.alike) < SAME:
        yield Clean(
            says=f"{plural(len(prompts.inline), 'prompt')} in the middle of code, {prompts.managed} in files for prompts"
        )
        return
    says = f"{plural(len(prompts.inline), 'prompt')} stand in the middle of {plural(len(prompts.files), 'module')}"
    if prompts.alike:
        says += f", {plural(len(prompts.alike), 'pair')} of them nearly the same"
    shown = [prompt.place for pair in prompts.alike for prompt in pair] or [prompt.place for prompt in prompts.inline]
    yield Finding(
        f"{says}; none has a version",
        shown[0],
        entity="prompts",
        remedy="move prompts into named, versioned templates of their own, and keep one of each",
        related=tuple(place.says("a prompt") for place in dict.fromkeys(shown[1:12])),
    )
