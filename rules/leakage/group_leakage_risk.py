"""LKG007: rows of one entity can fall into training and test."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="LKG007",
    name="group-leakage-risk",
    severity=Severity.MEDIUM,
    reliability="C",
    check=Check.DENSITY,
    archetypes="PRNS",
    effort=Effort("1h", "2h"),
    each=Effort("1h", "2h"),
    unit="random splits",
    ml_test_score=("Model 2",),
    references=("Kapoor & Narayanan 2023",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, total = graph.split_groups
    for doubt in found:
        yield Finding(
            doubt.says,
            doubt.place,
            entity=doubt.entity,
            remedy="divide by entity: a splitter that is given the groups",
            related=doubt.trail,
            certainty=doubt.certainty,
            milder=doubt.milder,
        )
    if total > len(found):
        yield Clean(
            total - len(found), f"{plural(total - len(found), 'random split')} of rows without a sign of groups"
        )
