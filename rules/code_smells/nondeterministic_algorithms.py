"""COD111: seeds are set, and algorithms may still differ from run to run"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD111",
    name="nondeterministic-algorithms",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="components without deterministic algorithms",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 13",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("deterministic"):
        yield Finding(
            "seeds are set, and nothing asks for deterministic algorithms",
            each.place,
            entity=each.name,
            remedy="call torch.use_deterministic_algorithms(True) where runs must repeat",
        )
