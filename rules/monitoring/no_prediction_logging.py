"""MON003: a service whose predictions are gone once they are given."""

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
    id="MON003",
    name="no-prediction-logging",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="SA",
    effort=Effort("4h", "1d"),
    unit="services",
    serves=True,
    root_cause="prediction-log",
    checklist=("C16", "C25"),
    ml_test_score=("Monitor 7", "Infra 5"),
    references=("SE4ML practice 04-log_production", "Sculley et al. 2015"),
)
SEARCHED = (
    "log calls, database, file, queue and tracking writes after the prediction",
    "background tasks and middleware",
    "data capture of SageMaker, Vertex AI, KServe and Seldon",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    services = graph.kept_answers()
    if not services:
        yield NotApplicable("no endpoint here whose prediction could be followed")
        return
    if captured := graph.captures():
        yield Clean(len(services), f"{captured.place}: {captured.says}")
        return
    for service in services:
        first = service.lost[0] if service.lost else None
        if service.hooked and first:
            yield NotEvidenced(f"{first.says} keeps nothing itself; a hook runs around each request", searched=SEARCHED)
        elif first and (doubt := graph.doubt()):
            yield NotEvidenced(doubt, searched=SEARCHED)
        elif first:
            says = (
                f"keeps what it was asked ({service.asked}), not what it answered"
                if service.asked
                else "keeps nothing of it: nobody can later tell what was asked and answered"
            )
            yield Finding(
                f"{service.names} answers with a prediction and {says}",
                first.place,
                entity=f"prediction-log|{service.path}",
                remedy="write the input (or its hash), the prediction, the model's version, the time and an id of the request to a table, topic or log",
                related=tuple(other.place.says("and this endpoint") for other in service.lost[1:5]),
                milder=service.asked is not None,
                searched=SEARCHED,
            )
        elif service.unversioned:
            kept = service.unversioned
            yield Finding(
                f"{service.path} keeps its predictions without the version of the model that made them",
                kept.place,
                entity=f"prediction-log|{service.path}|version",
                remedy="add the name and version of the model, the time and an id of the request to what is kept",
                certainty=0.6,
                milder=3,
                searched=SEARCHED,
            )
            yield Clean(says=f"{kept.place}: {kept.says} may keep the prediction")
        else:
            yield Clean(says=f"{service.path} keeps its predictions with their model")
