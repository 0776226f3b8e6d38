"""OPS001: a deployed model that only a person can train again."""

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
    NotEvidenced,
    Place,
    Rule,
    Severity,
)

RULE = Rule(
    id="OPS001",
    name="no-automated-retraining",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="SP",
    effort=Effort("2d", "5d"),
    unit="operated model",
    serves=True,
    checklist=("C22",),
    ml_test_score=("Monitor 4", "Model 4"),
    references=("Google MLOps level 1", "Microsoft MLOps maturity model"),
)
SEARCHED = (
    "schedules of CI systems and orchestrators",
    "sensors, events and dispatches",
    "pushes and merges that run training",
    "reasons under [tool.auditor.static-model]",
)
BY_ITSELF = frozenset({"schedule", "event", "dataset", "repository_dispatch", "workflow_run"})


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    served = graph.predicting()
    starts, trainings = graph.starts()
    if not served:
        yield NotApplicable("nothing here serves a model or scores on a schedule")
        return
    if not trainings:
        yield NotApplicable("the served model is not trained in this component")
        return
    training = graph.training_of_served()
    if all(graph.draws_its_rows(each) for each in ([training] if training else trainings)):
        yield NotApplicable("what is trained here learns from rows that it draws itself: trained again, it is the same")
        return
    if graph.settings.static_model:
        yield NotEvidenced("the model is declared static (claimed, not verified)", searched=SEARCHED)
        return
    own = [start for start in starts if start.kind in BY_ITSELF]
    pushed = [start for start in starts if start.kind in ("push", "pull_request")]
    if own:
        yield Clean(says=f"{own[0].place}: {own[0].kind} {own[0].schedule} leads to {own[0].training}")
    elif pushed:
        yield NotEvidenced(
            f"a {pushed[0].kind.replace('_', ' ')} trains ({pushed[0].place}); whether new data arrive by commit cannot be seen",
            searched=SEARCHED,
        )
    elif hint := graph.training_hint():
        yield NotEvidenced(f"{hint[1]} ({hint[0]})", searched=SEARCHED)
    elif said := graph.retraining_told():
        yield NotEvidenced(f"a document says who trains again: “{said}”", searched=SEARCHED)
    elif doubt := graph.doubt():
        yield NotEvidenced(doubt, searched=SEARCHED)
    else:
        named = f" ({training.program})" if training else ""
        yield Finding(
            f"{served[0].says}, but no schedule or event leads to its training{named}",
            Place(graph.root or "."),
            searched=SEARCHED,
            entity="retraining-trigger",
            remedy="start the training entry point on a schedule or on a drift alert; keep a manual approval before release if wanted",
            related=(
                served[0].place.says(served[0].says),
                *(step.says("a step that trains, by its name") for step in graph.steps_that_may_train()[:2]),
                *(
                    each.place.says(f"trained here ({each.name})")
                    for each in ([training] if training else trainings[:4])
                ),
            ),
        )
