"""COD114: a module's forward is called instead of the module"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD114",
    name="forward-called",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="calls of forward",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 19",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("forward"):
        yield Finding(
            "forward is called by name, so that hooks of the module do not run",
            each.place,
            entity=each.name,
            remedy="call the module itself",
        )
