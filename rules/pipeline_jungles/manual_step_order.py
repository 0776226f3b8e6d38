"""PIP007: a chain of steps whose order only names, prose or notebooks tell."""

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
    id="PIP007",
    name="manual-step-order",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRN",
    effort=Effort("1d", "2d"),
    root_cause="undeclared-pipeline",
    unit="chains without a declared order",
    needs_paths=True,
    checklist=("C32",),
    ml_test_score=("Infra 3",),
    references=("Google, MLOps level 0", "SE4ML practices"),
)
TEACHING = 0.6
KNOWN_BY = {
    "names": "only the numbers in their names tell the order",
    "misnumbered": "and the numbers in their names tell another order",
    "prose": "only a document tells the order",
    "notebooks": "only whoever opens the notebooks knows the order",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if graph.confidence("T") >= TEACHING:
        yield NotApplicable("what is taught is read in the order of its chapters")
        return
    chain = graph.manual_order()
    if chain is None:
        yield Clean(says="no chain of three programs without a declared order")
        return
    yield Finding(
        f"{len(chain.programs)} programs must run one after the other ({' → '.join(chain.programs)}); {KNOWN_BY[chain.known_by]}",
        chain.place,
        entity="\n".join(chain.programs),
        remedy="write the chain down as a pipeline with one command that runs all of it",
        related=tuple(place.says(says) for says, place in chain.ties),
    )
