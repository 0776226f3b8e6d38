"""LKG002: rows presented as held out were trained on."""

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
    Unknown,
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
    for doubt in found:
        yield Finding(
            doubt.says,
            doubt.place,
            entity=doubt.entity,
            remedy="judge on rows that no training of this model has seen; keep separate names for both parts",
            related=doubt.trail,
            certainty=doubt.certainty,
            milder=doubt.milder,
        )
    analysed, pairs = graph.leaks.analysed, graph.leaks.pairs
    if analysed and not found:
        yield Clean(analysed, f"{analysed} of {pairs} trained and evaluated models followed row by row")
    elif pairs and not analysed and not found:
        yield Unknown("the rows that models are trained and evaluated on could not be followed")
    elif not pairs and not found:
        yield NotApplicable("no model is trained and evaluated here")
