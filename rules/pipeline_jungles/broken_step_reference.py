"""PIP010: a step names a program, target or input that does not exist."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="PIP010",
    name="broken-step-reference",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSAT",
    effort=Effort("15m", "1h"),
    each=Effort("15m", "30m"),
    unit="references to what is not there",
    checklist=("C32",),
    ml_test_score=("Infra 3",),
    references=("Reading of public repositories",),
)

SAYS = {
    "program": "runs {name}",
    "tests": "tests {name}",
    "target": "makes the target {name}",
    "action": "uses the action {name}",
    "input": "depends on {name}",
    "copy": "copies {name} into its image",
    "context": "is built from the folder {name}",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    references = graph.references()
    if references.found:
        yield Clean(says=f"{plural(references.found, 'command')} run programs that are there")
    for broken in references.broken:
        but = (
            f"but only {broken.instead} is there, in other letter case"
            if broken.instead
            else "which is not in the repository"
        )
        yield Finding(
            f"{broken.step} {SAYS[broken.kind].format(name=broken.name)}, {but}",
            broken.place,
            entity=f"{broken.step}|{broken.name}",
            remedy=f"write {broken.instead}" if broken.instead else "name the file that is meant, or delete the step",
            milder=int(broken.idle),
        )
