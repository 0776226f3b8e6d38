"""COD101: a frame is walked through row by row"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD101",
    name="row-iteration",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="loops over rows",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 1",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("iteration"):
        yield Finding(
            f"{each.name} walks through a frame row by row",
            each.place,
            entity=each.name,
            remedy="compute on whole columns, or merge",
        )
