"""PIP002: the graph of the steps has grown wild."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Measure,
    NotApplicable,
    Place,
    Rule,
    Severity,
    Unknown,
)

RULE = Rule(
    id="PIP002",
    name="pipeline-jungle-index",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.METRIC,
    archetypes="P",
    effort=Effort("3d", "10d"),
    root_cause="undeclared-pipeline",
    unit="jungle index, 0 to 100",
    warn=40.0,
    fail=60.0,
    needs_paths=True,
    ml_test_score=("Infra 3",),
    references=("Sculley et al. 2015",),
)
FEWEST = 4
REMEDIES = {
    "path-only edges": "declare the files that programs hand over",
    "mismatched declarations": "make declarations say what the code reads and writes",
    "orphan outputs": "stop writing what nothing takes",
    "phantom inputs": "track or fetch the inputs that nothing provides",
    "files with several writers": "give each file one writer",
    "intermediates per step": "merge steps that only pass files on",
    "unordered edges": "cut the edges that jump across the chain",
    "fan-in": "split the step that everything flows into",
    "manual order": "write the order down as a pipeline",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    jungle = graph.jungle()
    terms = ", ".join(f"{name} {value:.2f}" for name, value in jungle.terms)
    if jungle.value is None:
        says = f"{jungle.reason} (terms: {terms})" if terms else jungle.reason
        yield NotApplicable(says) if jungle.steps < FEWEST else Unknown(says)
        return
    yield Measure(jungle.value, f"jungle index {jungle.value:.0f} over {jungle.steps} steps: {terms}")
    if jungle.value < (RULE.warn or 0):
        return
    worst = sorted(jungle.terms, key=lambda term: -term[1])[:3]
    yield Finding(
        f"the jungle index of {jungle.steps} steps is {jungle.value:.0f} of 100: {terms}",
        Place(graph.root or "."),
        entity="jungle-index",
        remedy="; ".join(REMEDIES[name] for name, value in worst if value > 0),
        milder=0 if jungle.value >= (RULE.fail or 100) else 1,
    )
