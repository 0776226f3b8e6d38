"""LKG009: uneven classes are judged by metrics that hang on one threshold alone."""

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
    id="LKG009",
    name="weak-metric-choice",
    severity=Severity.LOW,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PRNS",
    effort=Effort("30m", "1h"),
    unit="components that judge classifiers",
    ml_test_score=("Model 2",),
    references=("Zhang et al. 2022",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    choice = graph.chosen_metrics()
    if choice.place is None:
        yield NotApplicable("no metric of a classification is computed here")
    elif choice.free or choice.uneven is None:
        yield Clean(
            says=f"judged by {', '.join(choice.metrics[:4])}"
            + (", and by a metric without a threshold" if choice.free else "")
        )
    else:
        yield Finding(
            f"the classes are treated as uneven, and only metrics that hang on one threshold judge them ({', '.join(choice.metrics[:4])})",
            choice.place,
            entity="metrics",
            remedy="report a metric without a threshold beside them (area under the precision-recall curve, log loss), and choose the "
            "threshold by what errors cost",
            related=(choice.uneven.says("the classes are said to be uneven here"),),
        )
