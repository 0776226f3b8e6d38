"""LKG010: a headline figure with no baseline and no parts beside it."""

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
)

RULE = Rule(
    id="LKG010",
    name="no-baseline-or-slice-evaluation",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("4h", "1d"),
    unit="components that evaluate",
    serves=True,
    ml_test_score=("Model 5", "Model 6"),
    references=("Breck et al. 2017", "Zinkevich, Rules of ML"),
)
SEARCHED = (
    "dummy and naive models, former models, words for a baseline in names, texts and documents",
    "metrics by class, group, segment or slice, fairness reports, confusion matrices",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    held = graph.held_against()
    if held.judged is None or not graph.trainings():
        yield NotApplicable("no model is trained and evaluated here")
        return
    compared = next((f"{doubt.place}" for doubt in graph.reused_test_rows), "")
    baseline = held.baseline or (f"several models side by side, {compared}" if compared else "")
    if baseline and held.slices:
        yield Clean(says=f"a baseline ({baseline}) and figures by part ({held.slices}) are named")
    elif baseline or held.slices:
        missing = "figures for parts of the rows" if baseline else "a baseline"
        yield NotEvidenced(f"{missing} may be reported elsewhere", searched=SEARCHED)
    elif graph.taught:
        yield NotEvidenced(
            "neither a baseline nor figures for parts of the rows, in work to learn from", searched=SEARCHED
        )
    else:
        yield Finding(
            "the model is evaluated by a figure over all rows, with no simple baseline beside it and no figures for parts of the rows",
            held.judged,
            entity="evaluation",
            remedy="add a baseline that takes no model, and a table of the metric by the groups that matter, to the evaluation",
            searched=SEARCHED,
        )
