"""COD110: a loop holds on to what each round made"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD110",
    name="memory-not-freed",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="loops that hold on",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 12",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("memory"):
        yield Finding(
            f"{each.name} is held in every round of the loop",
            each.place,
            entity=each.name,
            remedy="add loss.item(), or clear the session in each round",
        )
