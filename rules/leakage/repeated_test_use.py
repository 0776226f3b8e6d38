"""LKG003: the same evaluation rows judge several models, and none are kept for the last word."""

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
    id="LKG003",
    name="repeated-test-use",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRNS",
    effort=Effort("1h", "2h"),
    each=Effort("30m", "1h"),
    unit="evaluated models",
    checklist=("C8",),
    references=("Yang et al. 2022",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.reused_test_rows
    for doubt in found:
        yield Finding(
            doubt.says,
            doubt.place,
            entity=doubt.entity,
            remedy="choose by cross-validation or on a validation part; judge the chosen model once on rows kept for that",
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
