"""LKG003: the same evaluation rows judge several models, and none are kept for the last word."""

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
    id="LKG003",
    name="repeated-test-use",
    severity=Severity.MEDIUM,
    reliability="B",
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
    yield from doubted(
        graph,
        found,
        "choose by cross-validation or on a validation part; judge the chosen model once on rows kept for that",
    )
    yield from rows_followed(graph, found=bool(found))
