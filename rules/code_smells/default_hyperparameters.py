"""COD109: a model is made without any hyper-parameter"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD109",
    name="default-hyperparameters",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="models of defaults",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 11",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("defaults"):
        yield Finding(
            f"{each.name} is made with nothing but defaults, which change between versions",
            each.place,
            entity=each.name,
            remedy="write down the hyper-parameters that matter",
        )
