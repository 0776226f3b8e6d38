"""OPS006: every new model goes to all users at once."""

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
    id="OPS006",
    name="no-staged-rollout",
    severity=Severity.LOW,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="S",
    effort=Effort("2d", "5d"),
    unit="service",
    serves=True,
    checklist=("C17",),
    ml_test_score=("Infra 6",),
    references=("Breck et al. 2017", "SE4ML practices"),
)
SEARCHED = (
    "traffic splits of Istio, KServe, Seldon, SageMaker, Azure ML, Vertex AI, Cloud Run and Argo Rollouts",
    "commands that move traffic",
    "settings named after canaries, shadows, mirrors and rollouts",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    deployed = graph.deployed_to_platform()
    if not graph.serving() or deployed is None:
        yield NotApplicable("no service here is deployed to a platform that could split its traffic")
    elif afar := graph.fetched_model():
        yield NotEvidenced(
            f"the service takes its model from {afar} when it runs; how that is released is not seen", searched=SEARCHED
        )
    elif found := graph.staged():
        yield Clean(says=f"{found.place}: {found.says}")
    elif platforms := [name for name in graph.elsewhere() if name in ("Helm", "Terraform", "Kustomize")]:
        yield NotEvidenced(f"none in what is read; {', '.join(platforms)} may hold it", searched=SEARCHED)
    else:
        yield Finding(
            f"`{deployed.says}` puts each new model before all users at once",
            deployed.place,
            entity="staged-rollout",
            remedy="let the new model answer in the shadow or for a few percent of the traffic first, and compare",
            searched=SEARCHED,
        )
