"""MON004: an endpoint that hands whatever it is sent to the model."""

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
    id="MON004",
    name="no-serving-input-validation",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="SA",
    effort=Effort("2h", "4h"),
    each=Effort("1h", "2h"),
    unit="endpoints",
    checklist=("C20",),
    ml_test_score=("Monitor 2",),
    references=("Breck et al. 2017",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    handlers = graph.handlers()
    if not handlers:
        yield NotApplicable("no endpoint here whose prediction could be followed")
    for handler in handlers:
        if graph.unchecked(handler):
            yield Finding(
                f"{handler.says} hands what it is sent to the model without checking fields, types or ranges",
                handler.place,
                entity=f"input-validation|{handler.says}",
                remedy="describe the request by a schema with types, ranges and allowed values, the one the training data are checked with; refuse or count what violates it",
                milder=graph.taught,
                searched=(
                    "typed parameters and request models",
                    "schemas and validators",
                    "conversions and tests that end in a refusal",
                ),
            )
        else:
            yield Clean(says=f"{handler.says} checks its input")
