"""LKG002: rows presented as held out were trained on."""

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
    id="LKG002",
    name="train-test-overlap",
    severity=Severity.CRITICAL,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRNTS",
    effort=Effort("30m", "1h"),
    each=Effort("15m", "30m"),
    unit="evaluated models",
    checklist=("C2",),
    references=("Yang et al. 2022",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.overlapping_evaluations
    yield from doubted(
        graph, found, "judge on rows that no training of this model has seen; keep separate names for both parts"
    )
    yield from rows_followed(graph, found=bool(found))
