"""OPS010: a service that does not load what is promoted."""

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
    id="OPS010",
    name="promoted-model-not-served",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="SP",
    effort=Effort("2h", "4h"),
    unit="models that a service loads from a registry",
    checklist=("C22",),
    ml_test_score=("Infra 7", "Monitor 4"),
    references=("Reading of public repositories",),
)
SAYS = {
    "version": "{service} loads version {wants} of {model} for good, while {gives} goes on: no newer model reaches the users",
    "stage": "{service} loads the stage {wants} of {model}, and only {gives} is ever moved",
    "place": "{service} loads {model}, which no training writes; the model of that name goes to {gives}",
    "alias": "{service} loads the alias {wants} of {model}, and only {gives} is ever moved",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    mismatches, agreeing = graph.unserved()
    for each in mismatches:
        yield Finding(
            SAYS[each.kind].format(service=each.service, wants=each.wants, model=each.model, gives=each.gives),
            each.loaded,
            entity=f"served|{each.model}|{each.wants}",
            remedy="let both sides take the place from one setting"
            if each.kind == "place"
            else "load the model by the alias that promotion moves",
            related=(each.moved.says(f"{each.gives} stands here"),),
        )
    if agreeing:
        yield Clean(agreeing, "services load what promotion moves")
    if not mismatches and not agreeing:
        yield NotApplicable(
            "no service here loads from a registry or store that the repository registers, promotes or writes to"
        )
