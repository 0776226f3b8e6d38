"""REP008: a notebook was saved in a state that its cells do not lead to."""

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
    plural,
)

RULE = Rule(
    id="REP008",
    name="notebook-hidden-state",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="NPRT",
    effort=Effort("15m", "30m"),
    each=Effort("10m", "20m"),
    unit="notebooks",
    ml_test_score=("Infra 1",),
    references=("Pimentel et al. 2019", "pynblint"),
)
SAYS = {
    "undefined": "a cell that was run uses {}, which no cell defines: it came from one that is gone",
    "later": "a cell uses {}, which only a cell below it defines",
    "order": "its cells were not run in the order in which they stand ({})",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    notebooks = graph.notebooks()
    if not notebooks.total:
        yield NotApplicable("there is no notebook here")
    for hidden in notebooks.hidden:
        yield Finding(
            f"{hidden.path}: {SAYS[hidden.kind].format(hidden.name)}",
            hidden.place,
            entity=f"{hidden.path}|{hidden.name if hidden.kind != 'order' else 'order'}",
            remedy="restart the kernel and run all cells before saving, or strip counts and outputs when committing",
            related=(hidden.related.says(f"{hidden.name} is defined here"),) if hidden.related else (),
            milder=int(hidden.kind == "order") + int(graph.is_exploratory(hidden.path)),
        )
    good = notebooks.total - len(notebooks.hidden)
    if good:
        yield Clean(good, f"{plural(good, 'notebook')} saved in the order of the cells, or without counts")
