"""COD113: a tensor is grown in a loop by concatenation"""

from __future__ import annotations

from auditor.rulekit import PEDANTIC, ArtefactGraph, Check, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD113",
    name="tensor-grown-in-loop",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSTNLA",
    effort=Effort("10m", "30m"),
    each=Effort("5m", "15m"),
    unit="tensors grown in loops",
    persona=PEDANTIC,
    references=("Zhang, Cruz & van Deursen 2022, smell 17",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for each in graph.api_misuses("array"):
        yield Finding(
            f"{each.name} copies the whole tensor in every round",
            each.place,
            entity=each.name,
            remedy="gather parts in a tf.TensorArray or a list, and stack once",
        )
