"""MON006: a program acts on predictions, and nothing bounds what it does."""

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
)

RULE = Rule(
    id="MON006",
    name="no-action-limits",
    severity=Severity.MEDIUM,
    reliability="C",
    check=Check.DENSITY,
    archetypes="SA",
    effort=Effort("1d", "2d"),
    unit="places that act on predictions",
    checklist=("C26",),
    ml_test_score=("Monitor 7",),
    references=("Sculley et al. 2015",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    acts = graph.actions()
    if not acts:
        yield NotApplicable("nothing here is seen to act on what a model predicts")
        return
    for act in acts:
        if act.bound:
            yield Clean(says=f"{act.place}: bounded by {act.bound}")
            continue
        yield Finding(
            f"{act.says} hangs on a prediction, with no limit, switch or person in between",
            act.place,
            entity=f"{act.place.path}\n{act.says}",
            remedy="bound how many and how large such actions can be in a time, and add a switch that stops them",
            related=(act.predicted.says("predicted here"),),
        )
