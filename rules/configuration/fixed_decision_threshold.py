"""CFG006: a decision by a number that stands in the code of the service."""

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
    id="CFG006",
    name="fixed-decision-threshold",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="SP",
    effort=Effort("1h", "4h"),
    each=Effort("30m", "1h"),
    unit="decisions by a fixed number",
    ml_test_score=("Monitor 7",),
    references=("Sculley et al. 2015",),
)
NEUTRAL = 0.5
"""The middle decides nothing that the model did not: it is what `predict` does itself."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, looked = graph.thresholds()
    if not looked:
        yield NotApplicable("nothing here answers with a model")
        return
    for threshold in found:
        named = f"{threshold.name} = {threshold.value}" if threshold.name else str(threshold.value)
        yield Finding(
            f"{threshold.function} decides by a fixed number: the predicted score is held against {named}",
            threshold.place,
            entity=f"{threshold.function}: {named}",
            remedy="choose the threshold on validation data at each training, and load it with the model",
            related=(threshold.predicted.says("predicted here"),),
            milder=int(threshold.value == NEUTRAL),
        )
    if not found:
        yield Clean(says=f"no score is held against a fixed number in {looked} scopes that answer")
