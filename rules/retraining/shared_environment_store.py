"""OPS012: production and development write to one place."""

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
    id="OPS012",
    name="shared-environment-store",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("2h", "4h"),
    unit="settings told apart by environment",
    checklist=("C18",),
    ml_test_score=("Infra 6",),
    references=("Reading of public repositories",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    shared, apart = graph.shared_stores()
    for each in shared:
        yield Finding(
            f"{each.key} is {each.value} in {each.environments[0]} and in {each.environments[1]} alike: a trial run writes over what is in operation",
            each.trial,
            entity=f"store|{each.key}",
            remedy="put the environment into the location",
            related=(each.live.says("the same in production"),),
            milder=1,
        )
    if apart:
        yield Clean(apart, "settings differ between environments")
    elif not shared:
        yield NotApplicable("no settings here that are told apart by environment")
