"""MON007: a service that tells nobody how it fares."""

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
)

RULE = Rule(
    id="MON007",
    name="no-operational-metrics",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="SA",
    effort=Effort("4h", "1d"),
    unit="service",
    serves=True,
    checklist=("C24",),
    ml_test_score=("Monitor 6",),
    references=("Breck et al. 2017",),
)
OWN = ("routes for health and metrics", "probes and health checks of containers and orchestrators")


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    services = [place for place in graph.serving() if place.kind == "service"]
    if not services:
        yield NotApplicable("no service of its own here; model servers of a platform tell their metrics")
        return
    searched = (*graph.searched_for("operational"), *OWN)
    evidence = graph.operational_evidence()
    if any(piece.wired for piece in evidence):
        yield Clean(says=f"{evidence[0].place}: {evidence[0].says}")
    elif health := graph.health():
        yield Clean(says=f"{health.place}: {health.says}")
    elif managed := graph.managed():
        yield NotEvidenced(f"`{managed}` deploys to a platform that measures what it runs", searched=searched)
    elif told := graph.told_of_monitoring():
        yield NotEvidenced(
            f"none in code and manifests; the documents speak of {told}, which may measure it", searched=searched
        )
    elif doubt := graph.doubt():
        yield NotEvidenced(doubt, searched=searched)
    else:
        yield Finding(
            f"{services[0].says}, and nothing measures its latency and errors or asks whether it is alive",
            Place(graph.root or "."),
            entity="operational-metrics",
            remedy="add a middleware that counts requests, errors and latency, and a route for health that the platform asks",
            searched=searched,
            related=tuple(place.place.says(place.says) for place in services[:4]),
        )
