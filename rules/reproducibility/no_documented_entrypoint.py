"""REP010: nothing that is declared or documented starts the training."""

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
    Place,
    Rule,
    Severity,
)

RULE = Rule(
    id="REP010",
    name="no-documented-entrypoint",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="PR",
    effort=Effort("1h", "2h"),
    unit="components that train",
    ml_test_score=("Infra 1",),
    references=("Papers with Code completeness checklist",),
)
SEARCHED = (
    "commands in documents",
    "make targets, pipeline stages, jobs and images",
    "installed commands",
    "pipelines in code",
    "documents that name the program",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    points = graph.entry_points()
    unnamed = [training for training in points.unnamed if not training.program.endswith(".ipynb")]
    if points.named:
        yield Clean(says=f"{points.named[0]} is named by a command, a step or a document")
    elif not points.unnamed:
        yield NotApplicable("nothing is trained here that is judged or kept")
    elif steps := graph.steps_that_may_train():
        yield Clean(says=f"{steps[0]}: a step that trains, by its name")
    elif not unnamed:
        yield NotApplicable("training stands in notebooks, which are opened and not started")
    else:
        yield Finding(
            f"nothing that is declared or documented starts the training ({unnamed[0].program}"
            f"{f' and {len(unnamed) - 1} more' if len(unnamed) > 1 else ''})",
            Place(graph.root or "."),
            entity="training-entry",
            remedy="name the commands that train and evaluate in the README, best as targets of a Makefile or a pipeline",
            related=tuple(t.place.says(f"{t.program} trains") for t in unnamed[:4]),
            searched=SEARCHED,
            milder=int(all(training.program in points.told for training in unnamed)),
        )
