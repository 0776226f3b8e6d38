"""COD103: a table is read without the types of its columns"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD103",
    name="implicit-column-types",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="reads without types",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 4",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("types"):
        yield Finding(
            f"{each.name} guesses the types of the columns",
            each.place,
            entity=each.name,
            remedy="say dtype= (and usecols=), or check with a schema",
        )
