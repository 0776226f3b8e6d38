"""LKG008: a feature is computed from the target or from what comes later."""

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
    id="LKG008",
    name="target-derived-feature",
    severity=Severity.CRITICAL,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRNS",
    effort=Effort("1h", "2h"),
    each=Effort("1h", "2h"),
    unit="fits with written columns",
    ml_test_score=("Data 4",),
    references=("Kapoor & Narayanan 2023",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, total = graph.target_features
    yield from doubted(
        graph,
        found,
        "drop the column, or compute it from the training rows alone and from what is known at prediction time",
    )
    if total > len(found):
        yield Clean(
            total - len(found), f"{plural(total - len(found), 'fit')} on columns that do not come from the target"
        )
