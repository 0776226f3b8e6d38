"""OPS007: a model in git that is much older than what it is made of."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    NotApplicable,
    Rule,
    Severity,
    Unknown,
)

RULE = Rule(
    id="OPS007",
    name="stale-model-artifact",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("2h", "4h"),
    unit="models in git",
    checklist=("C22",),
    ml_test_score=("Monitor 4", "Model 4"),
    references=("Breck et al. 2017",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    ages = graph.ages()
    if ages.untold:
        yield (
            Unknown("the clone is shallow")
            if ages.untold == "shallow"
            else NotApplicable("fewer than 50 commits tell of ages")
        )
        return
    for each in ages.stale:
        yield Finding(
            f"{each.model} was last written {each.days} days and {each.commits} commits before {each.latest}, which {each.program} makes it from",
            each.place,
            entity=f"stale|{each.model}",
            remedy="run the pipeline again, or write down why the model stays as it is",
        )
    if ages.fresh:
        yield Clean(ages.fresh, "models in git are as new as what they are made of")
    if not ages.stale and not ages.fresh:
        yield NotApplicable("no model in git that a program here makes and another reads")
