"""GLU006: modules hand each other raw dicts."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="GLU006",
    name="plain-old-data-interface",
    severity=Severity.LOW,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSA",
    effort=Effort("1d", "2d"),
    unit="interfaces of raw dicts",
    ml_test_score=("Infra 2",),
    references=("Sculley et al. 2015", "Alahdab & Calikli 2019"),
)
FEWEST = 3


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    dicts = graph.plain_dicts()
    functions = {(one.place.path, one.function) for one in dicts}
    if len(functions) < FEWEST:
        yield Clean(says=f"{len(functions)} functions read five and more keys off a dict of another module")
        return
    first = dicts[0]
    yield Finding(
        f"{len(functions)} functions read five and more keys off a dict that another module hands them",
        first.place,
        entity="plain-dicts",
        remedy="give what they exchange a name and fields: a dataclass, a TypedDict, a validated model",
        related=tuple(
            one.place.says(f"{one.function}({one.parameter}) reads {', '.join(one.keys[:5])}; from {one.sender}")
            for one in dicts[:6]
        ),
    )
