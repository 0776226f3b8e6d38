"""OPS011: a schedule that trains the same model again."""

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
    id="OPS011",
    name="frozen-retraining-input",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("2h", "4h"),
    unit="scheduled trainings",
    checklist=("C22",),
    ml_test_score=("Monitor 4",),
    references=("Reading of public repositories",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    frozen, scheduled = graph.frozen_trainings()
    for each in frozen:
        yield Finding(
            f"{each.training} is started again and again ({each.schedule or 'by an event'}) and always reads {each.data}",
            each.place,
            entity=f"frozen|{each.training}",
            remedy="let the trigger pass the date or version of the data",
            related=(each.read_at.says("its data are named here"),),
        )
    if scheduled > len(frozen):
        yield Clean(scheduled - len(frozen), "trainings that are started by themselves read data that move on")
    if not scheduled:
        yield NotApplicable("no training here is started by a schedule or an event")
