"""LKG007: rows of one entity can fall into training and test."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Iterator,
    Judgement,
    Rule,
    Severity,
    doubted,
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
    yield from doubted(graph, found, "divide by entity: a splitter that is given the groups")
    if total > len(found):
        yield Clean(
            total - len(found), f"{plural(total - len(found), 'random split')} of rows without a sign of groups"
        )
