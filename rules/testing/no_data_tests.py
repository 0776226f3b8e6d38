"""TST004: data enter training, and nothing fails on values that should not be."""

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
    plural,
)

RULE = Rule(
    id="TST004",
    name="no-data-tests",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("4h", "2d"),
    unit="components that train on data",
    root_cause="DAT006",
    serves=True,
    checklist=("C3",),
    ml_test_score=("Data 1", "Monitor 2"),
    references=("Sculley et al. 2015", "Breck et al. 2017"),
)
SEARCHED = (
    "calls of validation libraries",
    "declared checks",
    "assertions and failures on nulls, ranges, columns and sizes where training runs",
    "tests that read the data",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if excused := graph.excused():
        yield NotApplicable(excused)
        return
    found = graph.expectations()
    if not found.roots or found.trained is None:
        yield NotApplicable("no data is known that training starts from")
        return
    if found.by:
        yield Clean(says=f"{found.by} ({found.place})")
        return
    if graph.unreadable:
        yield NotEvidenced(f"none in what could be read; {graph.unreadable[0]} could not", searched=SEARCHED)
        return
    # Data that one commit fixes cannot change before somebody looks.
    fixed = all(root.state == "pinned" for root in graph.training_roots())
    public = all("(by " in root for root in found.roots)  # sets of a hub, which others look after
    more = f" and {plural(len(found.roots) - 1, 'other')}" if len(found.roots) > 1 else ""
    lacks = (
        f"{found.looks} looks at them, and nothing stops training for what it finds"
        if found.looks
        else "nothing checks ranges, duplicates or how many rows there are"
    )
    yield Finding(
        f"training takes {found.roots[0]}{more}, and {lacks}",
        Place(graph.root or "."),
        entity="data-tests",
        remedy="add expectations on what enters training, and let a violation stop the run",
        related=(found.trained.says("trained here"),),
        milder=(not graph.serving()) + graph.taught + (fixed or public) + bool(found.looks),
        searched=SEARCHED,
    )
