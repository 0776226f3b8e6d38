"""COD112: a tensor is tiled where broadcasting would do"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD112",
    name="tile-before-operator",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="tiled operands",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 16",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("broadcast"):
        yield Finding(
            f"{each.name} copies what broadcasting would read in place",
            each.place,
            entity=each.name,
            remedy="leave the tile out: operators broadcast",
        )
