"""COD106: a frame is turned into an array by `values`"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD106",
    name="values-attribute",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="uses of values",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 8",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("conversion"):
        yield Finding(
            "values may give a copy or a view, of a type that depends on the columns",
            each.place,
            entity=each.name,
            remedy="use to_numpy()",
        )
