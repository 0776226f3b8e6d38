"""PIP012: a stage that the record of the pipeline does not know."""

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
    id="PIP012",
    name="never-run-stage",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PRN",
    effort=Effort("30m", "2h"),
    unit="declared stages",
    checklist=("C32",),
    ml_test_score=("Infra 3",),
    references=("Barrak, Eghan & Adams 2021",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    locks = graph.locks()
    if ran := locks.agreeing + len(locks.stale):
        yield Clean(ran, f"{ran} declared stages are in the record of the last run")
    for name, place, lock in locks.never:
        yield Finding(
            f"stage {name} is declared, but {lock} has no run of it",
            place,
            entity=name,
            remedy=f"run stage {name} and commit {lock}, or delete the stage",
            related=(place.says("declared here"),),
        )
    if not ran and not locks.never:
        yield NotApplicable("no pipeline with a record of its runs")
