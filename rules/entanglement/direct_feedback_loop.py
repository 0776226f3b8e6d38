"""ENT010: a model's predictions come back into its own training."""

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
    id="ENT010",
    name="direct-feedback-loop",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="SP",
    effort=Effort("3d", "10d"),
    unit="stores of predictions that training reads",
    checklist=("C27",),
    ml_test_score=("Monitor 7",),
    references=("Sculley et al. 2015",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    loops = graph.loops()
    for loop in loops:
        trail = [loop.predicted.says("predicted here")]
        trail += [loop.written.says(f"written to {loop.artefact}")] if loop.written else []
        trail += [loop.trained.says("and the model is trained here")]
        if loop.guarded is not None:
            trail.append(loop.guarded.says("a hold-out or weight is spoken of here"))
        yield Finding(
            f"{loop.model} is trained on {loop.artefact}, where its own predictions are written",
            loop.read or loop.trained,
            entity=loop.entity,
            remedy="mark the rows that the model influenced, keep a random hold-out that it does not touch, and weight or leave out the rest",
            related=tuple(trail),
            milder=3 if loop.guarded is not None else 0,
        )
    if not graph.predicts:
        yield NotApplicable("nothing predicts here")
    elif not loops:
        yield Clean(says="no store of predictions is read by training; loops through the world cannot be seen")
