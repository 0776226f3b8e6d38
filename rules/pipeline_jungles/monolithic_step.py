"""PIP008: one body of code does the work of a whole pipeline."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="PIP008",
    name="monolithic-step",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSN",
    effort=Effort("4h", "1d"),
    each=Effort("2h", "4h"),
    unit="bodies of four parts and more",
    ml_test_score=("Infra 2",),
    references=("Sculley et al. 2015", "Cardozo et al. 2023"),
)
PARTS, LINES, COMPLEXITY = 4, 150, 20


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    bodies, training = graph.monoliths()
    found = [b for b in bodies if len(b.parts) >= PARTS and (b.logical >= LINES or b.complexity >= COMPLEXITY)]
    for body in found:
        parts = ", ".join(name for name, _, _ in body.parts)
        yield Finding(
            f"{body.name} {parts} in one body of {body.logical} logical lines (complexity {body.complexity}): nothing of it can be cached, tested or run alone",
            body.place,
            entity=body.name,
            remedy="give each part a function, then a step of its own where caching or ownership differs",
            related=tuple(place.says(f"{name}: {example}") for name, place, example in body.parts),
            milder=int(body.mild),
        )
    if not found and training:
        yield Clean(says=f"{training} bodies that train, none of them a whole pipeline")
