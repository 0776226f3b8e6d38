"""ENT011: a fitted step shapes what the model learns and is not shipped with it."""

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
    Rule,
    Severity,
    Unknown,
)

RULE = Rule(
    id="ENT011",
    name="serving-step-omitted",
    severity=Severity.CRITICAL,
    reliability="B",
    check=Check.DENSITY,
    archetypes="SP",
    effort=Effort("4h", "2d"),
    unit="fitted steps that are not shipped with their model",
    ml_test_score=("Monitor 3",),
    references=("Sculley et al. 2015", "Breck et al. 2017"),
)
REMEDY = "persist the whole transformation with the model, load that one object where the model answers, and test both sides on the same rows"
SAYS = {
    "lacking": "the model is asked without {}, which it was trained on",
    "order": "the model is asked with {} at other positions than it was trained with",
    "constant": "the model is asked with one constant value of {} for every request, though it learned from what differs there",
}
MILDER = {"lacking": 1, "order": 0, "constant": 1}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    shipping = graph.shipping()
    for step in shipping.steps:
        if step.state == "kept":
            yield Clean(says=f"{step.name} is saved with the model")
        elif step.state == "refitted":
            yield Finding(
                f"{step.name} is fitted anew where the model answers, on the rows at hand then: what it learned is not what the model was trained with",
                step.place,
                entity=step.entity,
                remedy=REMEDY,
                related=(step.served.says("the model answers here"),) if step.served else (),
                certainty=step.certainty,
                milder=2 * step.name.endswith("Imputer"),  # where nothing is missing, nothing changes
            )
        elif step.served is None:
            yield NotEvidenced(
                f"{step.name} is fitted at {step.place} and never saved, though the {step.model} behind it is; what applies the model is not here"
            )
        else:
            models = (
                f"the {step.model}"
                if not step.others
                else f"what may be loaded ({', '.join((step.model, *step.others))})"
            )
            yield Finding(
                f"{step.name} is fitted before {models} and never saved; where the model answers it cannot be applied",
                step.place,
                entity=step.entity,
                remedy=REMEDY,
                related=(step.trained.says("the model is fitted here"), step.served.says("the model is loaded here")),
                certainty=step.certainty,
            )
    misfits = graph.misfits()
    for misfit in misfits:
        yield Finding(
            SAYS[misfit.kind].format(", ".join(misfit.columns[:6]) + ", …" * (len(misfit.columns) > 6)),
            misfit.place,
            entity=misfit.entity,
            remedy="keep the list of columns with the model, and build every row for it by that list",
            related=(misfit.trained.says("the model is fitted on them here"),),
            milder=MILDER[misfit.kind],
            certainty=0.9,
        )
    if not shipping.steps and not shipping.unknown and not misfits:
        if graph.trainings() or graph.serving():
            yield Clean(says="no fitted step before a saved model")
        else:
            yield NotApplicable("nothing is trained or served here")
    for place in shipping.unknown:
        yield Unknown(f"what is saved beside the model fitted at {place} could not be told")
