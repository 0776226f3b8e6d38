"""COD108: a method that depends on scale gets features as they are"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD108",
    name="unscaled-features",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="methods without scaling",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 10",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("scaling"):
        yield Finding(
            f"{each.name} depends on the scale of features, and nothing in this file scales",
            each.place,
            entity=each.name,
            remedy="put a scaler before it, in one pipeline",
        )
