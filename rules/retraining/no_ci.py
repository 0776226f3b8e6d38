"""OPS004: code that nothing checks when it changes."""

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
    Unknown,
)

RULE = Rule(
    id="OPS004",
    name="no-ci",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PSLARTN",
    effort=Effort("2h", "4h"),
    scope="repository",
    unit="repository",
    serves=True,
    checklist=("C14",),
    ml_test_score=("Infra 3",),
    references=("SE4ML practices", "mllint"),
)
SEARCHED = (
    "GitHub Actions, GitLab CI, CircleCI, Jenkins, Azure Pipelines, Cloud Build, CodeBuild, Bitbucket, Travis",
    "files of eleven further systems by name",
    "tests in commands, make targets, tox and nox",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if not graph.stands_for_the_repository:
        yield NotApplicable("asked once, of the repository's first component")
        return
    found = graph.integration()
    if found.tests:
        yield Clean(says=f"{found.tests}: tests run by themselves")
    elif found.absent:
        yield Unknown(f"the content of {found.absent} is not in this clone")
    elif found.other:
        yield NotEvidenced(f"{found.other} belongs to a system that is not read", searched=SEARCHED)
    elif graph.mirrored:
        yield NotEvidenced(
            "its commits are carried over from another repository, which may check them", searched=SEARCHED
        )
    elif not graph.owes_integration:
        yield NotEvidenced(
            "none in the repository; a library or code to be read may be checked elsewhere", searched=SEARCHED
        )
    elif not found.jobs and (system := graph.integrates_elsewhere()):
        yield NotEvidenced(
            f"none in the repository; it speaks of {system}, whose jobs may lie on its server", searched=SEARCHED
        )
    elif not found.jobs and found.nested:
        yield NotEvidenced(f"{found.nested} lies where its system does not look for it", searched=SEARCHED)
    elif found.jobs and found.hidden:
        yield NotEvidenced(f"`{found.hidden}` may test; what it does is not followed", searched=SEARCHED)
    elif found.jobs:
        yield Finding(
            f"{found.jobs[0].path} runs when the code changes, but no test with it",
            Place(found.jobs[0].path, found.jobs[0].step.line),
            entity="ci|tests",
            remedy="run the tests in a job on every push; begin with one that imports each module",
            milder=1,
            searched=SEARCHED,
        )
    else:
        idle = f"; the jobs of {found.idle[0].path} do nothing" if found.idle else ""
        yield Finding(
            f"no integration runs when the code changes{idle}",
            Place(graph.root or "."),
            entity="ci",
            remedy="add a workflow that lints and tests on every push",
            milder=bool(graph.coursework),
            searched=SEARCHED,
        )
