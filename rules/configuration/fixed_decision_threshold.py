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
    reliability="B",
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
        count = len(threshold.numbers)
        numbers = "a fixed number" if count == 1 else f"{count} fixed numbers"
        yield Finding(
            f"{threshold.function} decides by {numbers}: the predicted score is held against {', '.join(threshold.numbers)}",
            threshold.place,
            entity=threshold.function,
            remedy="choose the threshold on validation data at each training, and load it with the model",
            related=(threshold.predicted.says("predicted here"),),
            milder=int(set(threshold.values) == {NEUTRAL} or threshold.levels),
        )
    if not found:
        yield Clean(says=f"no score is held against a fixed number in {looked} scopes that answer")
