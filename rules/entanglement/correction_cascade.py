"""ENT006: a model is trained on what another model predicted."""

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
    id="ENT006",
    name="correction-cascade",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PS",
    effort=Effort("2d", "5d"),
    unit="models trained on the predictions of another",
    ml_test_score=("Monitor 1",),
    references=("Sculley et al. 2015",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    cascades = graph.cascades()
    for cascade in cascades:
        over = f" over {cascade.artefact}" if cascade.artefact else ""
        trail = [cascade.predicted.says("predicted here")]
        trail += [cascade.written.says(f"written to {cascade.artefact}")] if cascade.written else []
        trail += [cascade.read.says("read here")] if cascade.read else []
        yield Finding(
            f"{cascade.model} is trained on what another model predicted{over}",
            cascade.trained,
            entity=cascade.entity,
            remedy="fold the correction into the first model, or pin its version and train both together",
            related=tuple(trail),
            milder=1 if cascade.together else 0,
        )
    if not graph.predicts:
        yield NotApplicable("nothing predicts here")
    elif not cascades:
        yield Clean(says="no prediction goes into another training")
