"""LKG014: a search or selection goes for the worst value of its metric."""

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
    id="LKG014",
    name="wrong-optimisation-direction",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRNS",
    effort=Effort("10m", "20m"),
    each=Effort("10m", "20m"),
    unit="selections",
    ml_test_score=("Model 3",),
    references=("Breck et al. 2017",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, total = graph.wrong_ways
    yield from doubted(graph, found, "turn the direction round, or negate the metric")
    if total > len(found):
        yield Clean(total - len(found), f"{plural(total - len(found), 'selection')} in the direction of the metric")
