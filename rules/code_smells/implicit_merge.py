"""COD105: a merge leaves its keys, its kind or its check to defaults"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD105",
    name="implicit-merge",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="merges with defaults",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 6",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("merge"):
        yield Finding(
            "a merge leaves keys, kind or check to defaults",
            each.place,
            entity=each.name,
            remedy="say on=, how= and validate=",
        )
