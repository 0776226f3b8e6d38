"""COD115: files are taken in the order in which the disk lists them"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD115",
    name="unsorted-listing",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="loops over listings",
    persona=PEDANTIC,
    references=("Reading of public repositories",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("listing"):
        yield Finding(
            f"{each.name} lists files in an order that differs between machines",
            each.place,
            entity=each.name,
            remedy="sort the listing",
        )
