"""COD104: a new column is filled with zeros or empty text"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD104",
    name="filler-column",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="columns of filler",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 5",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("empty"):
        yield Finding(
            f"column {each.name} begins as zeros or empty text, which look like data",
            each.place,
            entity=each.name,
            remedy="begin with NaN or NA",
        )
