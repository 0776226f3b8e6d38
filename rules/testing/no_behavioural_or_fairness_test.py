"""TST005: one figure over all rows is all that is known of a model."""

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
    id="TST005",
    name="no-behavioural-or-fairness-test",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="SP",
    effort=Effort("1d", "3d"),
    unit="components that train a model",
    serves=True,
    checklist=("C11",),
    ml_test_score=("Model 6", "Model 7"),
    references=("Breck et al. 2017", "Ribeiro et al. 2020"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.behaviour()
    if excused := graph.excused():
        yield NotApplicable(excused)
        return
    if found.trained is None or not graph.serving():
        yield NotApplicable("no model is both trained and operated here")
        return
    searched = graph.searched_for_behaviour()
    if found.by:
        yield Clean(says=f"{found.place}: {found.by}")
    elif found.tested:
        yield NotEvidenced(f"{found.tested} asks a model; whether of its behaviour is not seen", searched=searched)
    elif "fairness" in graph.model_card().fields:
        yield NotEvidenced("the documents speak of fairness; whether anybody looked is not seen", searched=searched)
    elif doubt := graph.doubt():
        yield NotEvidenced(doubt, searched=searched)
    else:
        people = bool(found.protected and found.decided)
        about = f" It knows “{found.protected}” of people and decides on “{found.decided}”." if people else ""
        yield Finding(
            f"no test asks the model what it does for parts of the rows, or when one input changes.{about}",
            Place(graph.root or "."),
            entity="behaviour",
            remedy="test the riskiest behaviour: the same answer where it must not matter, the right direction where it must, "
            "and the error of each group that counts",
            related=(found.trained.says("trained here"), *(s.place.says(s.says) for s in graph.serving()[:2])),
            milder=0 if people else 2,
            searched=searched,
        )
