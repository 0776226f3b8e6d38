"""MON002: a model serves, and nobody compares its predictions with what came true."""

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
    id="MON002",
    name="no-concept-drift-monitoring",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="S",
    effort=Effort("3d", "8d"),
    unit="operated model",
    serves=True,
    checklist=("C25",),
    ml_test_score=("Monitor 7",),
    references=("Sculley et al. 2015", "Breck et al. 2017"),
)
OWN = (
    "functions and routes for feedback, ground truth or the model's quality in operation",
    "trainings on a schedule that evaluate",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    served, (starts, trainings) = graph.predicting(), graph.starts()
    if not served:
        yield NotApplicable("nothing here serves a model or scores on a schedule")
        return
    if not trainings or graph.settings.static_model:
        yield NotApplicable("the served model is not trained in this component")
        return
    if graph.learns_without_labels():
        yield NotApplicable(
            "the models that are trained here learn without labels: nothing comes true that could be compared"
        )
        return
    searched = (*graph.searched_for("performance", "target"), *OWN)
    evidence = graph.quality_evidence()
    judged = [start for start in starts if start.kind == "schedule" and graph.evaluates(start.training)]
    if any(piece.wired for piece in evidence):
        yield Clean(says=f"{evidence[0].place}: {evidence[0].says}")
    elif judged:
        yield Clean(says=f"{judged[0].place}: {judged[0].training} evaluates on schedule {judged[0].schedule}")
    elif "monitoring" in graph.settings.external:
        yield NotEvidenced("monitoring is claimed to live elsewhere (claimed, not verified)", searched=searched)
    elif evidence:
        yield NotEvidenced(f"{evidence[0].says} ({evidence[0].place}), but nothing calls it", searched=searched)
    elif (hint := graph.training_hint()) and "route" in hint[1]:
        yield NotEvidenced(f"{hint[1]} ({hint[0]}): labels may come that way", searched=searched)
    elif doubt := graph.doubt():
        yield NotEvidenced(doubt, searched=searched)
    else:
        training = graph.training_of_served() or trainings[0]
        yield Finding(
            f"{served[0].says}, and nothing compares its predictions with what came true, or stands in for that",
            Place(graph.root or "."),
            entity="concept-drift-monitoring",
            remedy="join labels to the logged predictions when they arrive and evaluate on a schedule; until then estimate the quality (CBPE) or watch the distribution of predictions and let a person look at samples",
            searched=searched,
            related=(
                served[0].place.says(served[0].says),
                training.place.says(f"trained here ({training.name})"),
            ),
        )
