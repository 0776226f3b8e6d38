"""REP004: two environments ask for versions of one package that exclude each other."""

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
    id="REP004",
    name="conflicting-environments",
    severity=Severity.LOW,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSRA",
    effort=Effort("1h", "2h"),
    each=Effort("10m", "20m"),
    root_cause="loose-environment",
    ml_test_score=("Infra 1",),
    references=("mllint", "Sculley et al. 2015"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if not graph.pinnings:
        yield NotApplicable("no file of this component asks for packages")
        return
    disagreements = graph.disagreements()
    for each in disagreements:
        yield Finding(
            f"the model is trained with {each.package} {each.trained.requirement.specifier} and served with "
            f"{each.served.requirement.specifier}",
            each.served.place,
            entity=f"{each.package}|train-serve",
            remedy="install both from one file, or hold the packages that touch the model to one version in both",
            related=(
                each.trained.place.says(f"{each.training} is run in this environment"),
                each.served.place.says(f"{each.serving} is run in this one"),
            ),
        )
    told = {each.package for each in disagreements}
    conflicts = [each for each in graph.conflicts() if each.package not in told]
    for conflict in conflicts:
        yield Finding(
            f"{conflict.one.path} asks for {conflict.package} {conflict.one.requirement.specifier}, {conflict.other.path} for "
            f"{conflict.other.requirement.specifier}",
            conflict.other.place,
            entity=conflict.package,
            remedy="generate one of the files from the other, or say in one place which version is meant",
            related=(conflict.one.place.says(f"{conflict.package} {conflict.one.requirement.specifier}"),),
            milder=1,
        )
    if not conflicts and not disagreements:
        yield Clean(says="no two environments exclude each other")
