"""PIP006: what a stage declares is not what its code reads and writes."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, Unknown

RULE = Rule(
    id="PIP006",
    name="declared-actual-mismatch",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="P",
    effort=Effort("30m", "1h"),
    each=Effort("30m", "1h"),
    unit="declared inputs and outputs",
    checklist=("C32",),
    ml_test_score=("Infra 1", "Infra 3"),
    references=("Barrak, Eghan & Adams 2021",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    agreement = graph.agreement()
    if agreement.confirmed:
        yield Clean(agreement.confirmed, f"{agreement.confirmed} declared inputs and outputs found again in the code")
    if agreement.undetermined:
        yield Unknown("the code of these stages does not say which files it touches", agreement.undetermined)
    for mismatch in agreement.mismatches:
        if mismatch.kind == "undeclared-read" and mismatch.observed is not None:
            yield Finding(
                f"stage {mismatch.step} reads {mismatch.artefact}, which is not among its dependencies: a change of it does not run the stage again",
                mismatch.observed,
                entity=f"{mismatch.step}|reads|{mismatch.artefact}",
                remedy=f"add {mismatch.artefact} to the deps of stage {mismatch.step}",
                related=(mismatch.observed.says("read here"), mismatch.declared.says("the stage")),
                certainty=mismatch.confidence,
            )
        else:
            yield Finding(
                f"stage {mismatch.step} declares the output {mismatch.artefact}, which its program never writes",
                mismatch.declared,
                entity=f"{mismatch.step}|writes|{mismatch.artefact}",
                remedy=f"write {mismatch.artefact} in stage {mismatch.step}, or drop it from its outs",
                related=(mismatch.observed.says("the program of the stage"),) if mismatch.observed is not None else (),
                certainty=mismatch.confidence,
            )
