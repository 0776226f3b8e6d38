"""COD107: two matrices are multiplied by `dot`"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD107",
    name="dot-of-matrices",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="products by dot",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 9",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("matmul"):
        yield Finding(
            f"{each.name} multiplies two matrices",
            each.place,
            entity=each.name,
            remedy="use np.matmul or @",
        )
