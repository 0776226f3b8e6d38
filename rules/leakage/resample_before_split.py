"""LKG005: rows are repeated or synthesised before they are split."""

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
    id="LKG005",
    name="resample-before-split",
    severity=Severity.CRITICAL,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRNTS",
    effort=Effort("30m", "1h"),
    each=Effort("15m", "30m"),
    unit="evaluated models",
    checklist=("C2",),
    references=("Yang et al. 2022", "Kapoor & Narayanan 2023"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.resampled_evaluations
    yield from doubted(
        graph,
        found,
        "split first; resample the training part only, in cross-validation inside the pipeline",
        together=True,
    )
    made_up = graph.synthesised_test_rows
    yield from doubted(
        graph, made_up, "leave the rows that a model is judged on as they came; resample the training part only"
    )
    yield from rows_followed(graph, found=bool(found or made_up))
