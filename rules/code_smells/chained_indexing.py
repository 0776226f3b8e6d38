"""COD102: a value of a frame is looked up in two steps"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD102",
    name="chained-indexing",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="lookups in two steps",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 3",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("chain"):
        yield Finding(
            f"{each.name} is indexed twice in a row",
            each.place,
            entity=each.name,
            remedy="look up in one step with .loc[row, column]",
        )
