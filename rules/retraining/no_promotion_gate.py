"""OPS002: a new model reaches its users without anybody looking at its figures."""

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
    id="OPS002",
    name="no-promotion-gate",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="SPA",
    effort=Effort("1d", "2d"),
    unit="ways from training to operation",
    checklist=("C15",),
    ml_test_score=("Infra 4",),
    references=("Breck et al. 2017", "Google MLOps level 1"),
)
SEARCHED = (
    "conditions, assertions and exits on figures between training and release",
    "tests on the way that assert on figures of the model",
    "conditions of jobs on the outputs of others",
    "environments that a person approves, and manual starts",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    releases = graph.releases()
    if not releases:
        yield NotApplicable("no way from training to operation can be seen here")
    for release in releases:
        if release.gate:
            yield Clean(says=f"{release.place}: {release.gate}")
        elif release.approved:
            yield NotEvidenced(f"{release.says} ({release.place}) may wait for a person's approval", searched=SEARCHED)
        else:
            tests = "; the tests between look at no figure of it" if release.tested else ""
            yield Finding(
                f"{release.training} trains and {release.says} releases the result whatever its figures are{tests}",
                release.place,
                entity=f"release|{release.training}|{release.says}",
                remedy="compare the new model with the current one on a fixed set, and fail before the release when it is worse than a stated limit",
                related=(release.trained.says("trained here"),),
                searched=SEARCHED,
            )
