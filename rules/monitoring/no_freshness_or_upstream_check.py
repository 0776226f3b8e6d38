"""MON008: a scheduled training that takes whatever upstream has left."""

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
    id="MON008",
    name="no-freshness-or-upstream-check",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("4h", "1d"),
    unit="scheduled trainings",
    serves=True,
    checklist=("C19",),
    ml_test_score=("Monitor 1", "Monitor 4"),
    references=("Sculley et al. 2015", "Breck et al. 2017"),
)
SEARCHED = (
    "sensors and freshness limits",
    "Great Expectations, Pandera, Soda, dbt and other checks that are called or declared",
    "assertions and tests that stop the run",
    "steps and functions named after checks",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    runs = graph.scheduled()
    if not runs:
        yield NotApplicable("no training on a schedule here that reads data from outside")
    for run in runs:
        if run.checked:
            yield Clean(says=f"{run.place}: {run.checked}")
        else:
            yield Finding(
                f"the training on schedule {run.schedule} reads {run.reads} and nothing would stop it if those data were old, few or changed",
                run.place,
                entity=f"upstream|{run.program}",
                remedy="fail before training when the newest row is too old, the rows too few or the columns not the expected ones; subscribe to changes of the owner",
                related=(run.read_at.says("read here"),),
                searched=SEARCHED,
            )
