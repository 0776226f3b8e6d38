"""TST003: a declared pipeline that neither a test nor a job of automation runs from end to end."""

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
    id="TST003",
    name="no-pipeline-integration-test",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PS",
    effort=Effort("1d", "3d"),
    unit="declared pipelines",
    serves=True,
    checklist=("C8",),
    ml_test_score=("Infra 3",),
    references=("Breck et al. 2017",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if excused := graph.excused():
        yield NotApplicable(excused)
        return
    if not graph.trainings() and not graph.serving():
        yield NotApplicable("nothing here trains or serves a model")
        return
    if not graph.serving() and graph.only_groups():
        yield NotApplicable("what is fitted here groups or describes rows, on the way to data that others learn from")
        return
    found = graph.rehearsals()
    if not found.pipelines:
        yield NotApplicable("no pipeline of three steps and more is declared here")
        return
    searched = (
        "tests that run the steps, the flow or its runner",
        f"{plural(len(found.automation), 'file')} of automation that starts it"
        if found.automation
        else "automation: none in the repository",
    )
    run = [pipeline for pipeline in found.pipelines if pipeline.by]
    if run:
        yield Clean(len(run), f"{run[0].name}: {run[0].by}")
        return
    if platforms := graph.elsewhere():
        yield NotEvidenced(f"nothing here runs it; {', '.join(platforms)} may", searched=searched)
        return
    # What a script tries out in part is not told as if nothing did.
    part = next((pipeline.part for pipeline in found.pipelines if pipeline.part), "")
    first, *others = sorted(found.pipelines, key=lambda pipeline: not pipeline.part)
    yield Finding(
        f"no test and no job of integration runs {first.name} ({first.steps} steps) from end to end"
        + (f"; {part}" if part else ""),
        first.place,
        entity="\n".join(pipeline.name for pipeline in found.pipelines),
        remedy="run the whole pipeline on a few rows in automation, with the same commands and a small set of parameters",
        related=tuple(
            other.place.says(f"{other.name}, {other.steps} steps: no test and no integration runs it either")
            for other in others[:12]
        ),
        milder=(not graph.serving()) + graph.taught + bool(part),
        searched=searched,
    )
