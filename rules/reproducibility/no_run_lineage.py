"""REP006: training leaves no record of what was run on what, and how well."""

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
    plural,
)

RULE = Rule(
    id="REP006",
    name="no-run-lineage",
    severity=Severity.MEDIUM,
    reliability="C",
    check=Check.PRACTICE,
    archetypes="PRS",
    effort=Effort("4h", "1d"),
    unit="training programs",
    ml_test_score=("Infra 1", "Infra 5"),
    references=("Google MLOps level 1", "SE4ML practices", "Sculley et al. 2015"),
)
ENOUGH = 3
OPERATED = 0.6
"""Confidence in a pipeline or service from which a model that is kept is one that is used."""
TRIED = 0.5
"""Confidence in a pipeline or service from which a notebook beside it is a try."""
SEARCHED = (
    "trackers of runs and their automatic logging",
    "pipelines whose tool records parameters, outputs and versions",
    "files of metrics and parameters that training writes",
    "the commit, asked of git",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    records = graph.records()
    if not records:
        yield NotApplicable("nothing is trained here")
        return
    good = [record for record in records if len(record.held) >= ENOUGH]
    if good:
        yield Clean(len(good), f"{plural(len(good), 'training program')} recorded (first: {good[0].training.program})")
    poor = [record for record in records if len(record.held) < ENOUGH]
    unsure = [record for record in poor if record.unsure or graph.elsewhere()]
    if unsure:
        yield NotEvidenced(
            f"{unsure[0].training.program} may be recorded by a platform or in a file whose name is not known",
            len(unsure),
            searched=SEARCHED,
        )
    # A model that is kept of an unknown run is told before what was only tried, a program before a notebook.
    sure = sorted(
        (record for record in poor if record not in unsure),
        key=lambda record: (not record.is_blank, record.noted, len(record.held)),
    )
    if sure:
        worst = sure[0]
        sure_of = graph.confidence("PS")
        operated = sure_of >= OPERATED and sure_of > graph.confidence("RLNT") and not graph.taught
        # Where a pipeline or a service is here, what only notebooks train was tried and not made.
        tried = all(record.noted for record in sure) and sure_of >= TRIED
        yield Finding(
            f"{plural(len(sure), 'training program leaves', 'training programs leave')} no sufficient record of a run: "
            f"{worst.training.program} keeps {', '.join(sorted(worst.held)) or 'nothing'}, not {', '.join(worst.missing)}",
            worst.training.place,
            entity="run-record",
            remedy="log parameters, metrics, the model, the commit and the version of the data with every run, by any tracker or "
            "in a file of JSON beside the model",
            related=tuple(
                r.training.place.says(f"{r.training.program}: not {', '.join(r.missing)}") for r in sure[1:6]
            ),
            searched=SEARCHED,
            milder=(0 if operated and worst.is_blank else 1) + tried,
        )
