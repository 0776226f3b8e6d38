"""OPS005: continuous integration that never touches the model."""

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
    id="OPS005",
    name="ci-skips-ml",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("1d", "2d"),
    unit="component",
    checklist=("C14",),
    ml_test_score=("Infra 3",),
    references=("Sato, Wider, Windheuser 2019", "Breck et al. 2017"),
)
SEARCHED = (
    "programs that jobs run, with what they import and start",
    "all tests where a job runs tests, with what they import",
    "dvc repro and other pipelines in jobs",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    integration = graph.integration()
    jobs = integration.jobs
    if not jobs and not integration.absent:
        yield NotApplicable("there is no continuous integration")
        return
    found = graph.exercised()
    if not found.modules:
        yield NotApplicable("no module here that does machine learning")
    elif found.run:
        yield Clean(says=f"integration runs {found.run[0]}")
    elif integration.absent:
        yield Unknown(f"the content of {integration.absent} is not in this clone")
    elif found.hidden:
        yield NotEvidenced(f"`{found.hidden}` may run it; what it does is not followed", searched=SEARCHED)
    elif not graph.owes_integration or graph.taught:
        yield NotEvidenced(
            "none that is seen; a library or code to be read may be checked elsewhere", searched=SEARCHED
        )
    else:
        some = ", ".join(found.modules[:3])
        place = integration.tests or Place(jobs[0].path, jobs[0].step.line)
        yield Finding(
            f"integration runs ({place.path}) and touches none of the {len(found.modules)} modules that train, evaluate or predict ({some})"
            if len(found.modules) > 1
            else f"integration runs ({place.path}) and never touches {some}, which trains, evaluates or predicts",
            place,
            entity="ci|ml",
            remedy="train on a few rows in a minute-long job, or test the functions that make features and models",
            # Where no test runs at all, that is told before what tests leave out (OPS004).
            milder=integration.tests is None,
            searched=SEARCHED,
        )
