"""LKG004: a supervised model is trained and judged on no rows that it has not seen."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Iterator,
    Judgement,
    NotApplicable,
    NotEvidenced,
    Rule,
    Severity,
    doubted,
    plural,
)

RULE = Rule(
    id="LKG004",
    name="no-holdout-evaluation",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PRNS",
    effort=Effort("4h", "1d"),
    each=Effort("1h", "4h"),
    unit="programs that train",
    checklist=("C10",),
    ml_test_score=("Infra 4",),
    references=("Yang et al. 2022", "Breck et al. 2017"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    training = graph.unjudged_training
    yield from doubted(
        graph,
        training.on_training_rows,
        "hold rows out, or cross-validate, and report that figure; let the run fail where it is missing",
    )
    if training.judged:
        yield Clean(training.judged, f"{plural(training.judged, 'program')} judged on rows that were held out")
    if training.open:
        shown = ", ".join(str(place) for place in training.open[:3])
        yield NotEvidenced(
            f"trained, and in the same run judged on no rows that are known to be held out: {shown}", len(training.open)
        )
    if not (training.on_training_rows or training.judged or training.open):
        yield NotApplicable("no supervised model is trained here")
