"""PIP006: what a stage declares is not what its code reads and writes."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Mismatch,
    Related,
    Rule,
    Severity,
    Unknown,
)

RULE = Rule(
    id="PIP006",
    name="declared-actual-mismatch",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="P",
    effort=Effort("30m", "1h"),
    each=Effort("30m", "1h"),
    unit="declared inputs and outputs",
    checklist=("C32",),
    ml_test_score=("Infra 1", "Infra 3"),
    references=("Barrak, Eghan & Adams 2021",),
)

_SAYS = {
    "undeclared-read": (
        "stage {step} reads {artefact}, which is not among its dependencies: a change of it does not run the stage again",
        "reads",
        "add {artefact} to the deps of stage {step}",
        0,
    ),
    "undeclared-beside": (
        "stage {step} reads {artefact}, which is not among its dependencies: it is made anew with what is declared, but nothing says so",
        "reads",
        "add {artefact} to the deps of stage {step}",
        2,
    ),
    "rewritten-input": (
        "stage {step} overwrites {artefact}, which it declares as its input and not as its output: its run changes what it depends on",
        "rewrites",
        "write to a path of its own and declare it among the outs of stage {step}",
        0,
    ),
    "undeclared-write": (
        "stage {step} writes {artefact}, which is tracked or awaited elsewhere and not among its outputs: nothing ties that file to this stage",
        "makes",
        "declare {artefact} among the outs of stage {step}",
        1,
    ),
    "unwritten-output": (
        "stage {step} declares the output {artefact}, which its program never writes",
        "writes",
        "write {artefact} in stage {step}, or drop it from its outs",
        0,
    ),
    "unread-parameter": (
        "stage {step} declares the parameter {artefact}, which its program never reads: changing it runs the stage again and changes nothing",
        "asks",
        "read {artefact} in the program of stage {step}, or drop it from its params",
        1,
    ),
    "undeclared-code": (
        "stage {step} runs code of {artefact}, which is not among its dependencies: a change of it does not run the stage again",
        "runs",
        "add the code that stage {step} calls to its deps, or the folder it lies in",
        2,
    ),
}
"""Message, verb of the entity, remedy and how many steps milder, by kind of mismatch."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    agreement = graph.agreement()
    if agreement.confirmed:
        yield Clean(agreement.confirmed, f"{agreement.confirmed} declared inputs and outputs found again in the code")
    if agreement.undetermined:
        yield Unknown("the code of these stages does not say which files it touches", agreement.undetermined)
    yield from (_told(mismatch) for mismatch in agreement.mismatches)


def _told(mismatch: Mismatch) -> Finding:
    says, verb, remedy, milder = _SAYS[mismatch.kind]
    seen = mismatch.observed
    at_code = seen is not None and mismatch.kind not in ("unwritten-output", "unread-parameter", "undeclared-code")
    return Finding(
        says.format(step=mismatch.step, artefact=mismatch.artefact),
        seen if at_code and seen is not None else mismatch.declared,
        entity=f"{mismatch.step}|{verb}|{mismatch.artefact}",
        remedy=remedy.format(step=mismatch.step, artefact=mismatch.artefact),
        related=_related(mismatch, at_code=at_code),
        certainty=mismatch.confidence,
        milder=milder,
    )


def _related(mismatch: Mismatch, *, at_code: bool) -> tuple[Related, ...]:
    if mismatch.observed is None:
        return ()
    if not at_code:
        return (mismatch.observed.says("the program of the stage"),)
    done = "read here" if mismatch.kind in ("undeclared-read", "undeclared-beside") else "written here"
    return (mismatch.observed.says(done), mismatch.declared.says("the stage"))
