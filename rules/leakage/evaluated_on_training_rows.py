"""LKG011: a model is judged on the rows it was trained on."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Effort,
    Iterator,
    Judgement,
    Rule,
    Severity,
    doubted,
    rows_followed,
)

RULE = Rule(
    id="LKG011",
    name="evaluated-on-training-rows",
    severity=Severity.INFO,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRNTS",
    effort=Effort("15m", "30m"),
    unit="evaluated models",
    checklist=(),
    references=("Yang et al. 2022",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.evaluations_on_training_rows
    yield from doubted(graph, found, "report a figure on held-out rows beside it")
    yield from rows_followed(graph, found=bool(found))
