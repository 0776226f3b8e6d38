"""LKG012: an evaluation or a gate compares a value with itself."""

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
    id="LKG012",
    name="self-comparing-evaluation",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRNTSL",
    effort=Effort("15m", "30m"),
    each=Effort("15m", "30m"),
    unit="comparisons",
    ml_test_score=("Infra 4",),
    references=("Yang et al. 2022",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, total = graph.self_comparisons
    tests = [each for each in found if each.entity.endswith("|test")]
    figures = [each for each in found if each not in tests]
    yield from doubted(graph, figures, "compare the prediction with the labels")
    yield from doubted(graph, tests, "put the other value on one side: the other column, or what the old model reached")
    if total > len(found):
        yield Clean(total - len(found), f"{plural(total - len(found), 'comparison')} of two values")
