"""PIP010: a step names a program, target or input that does not exist."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    BrokenReference,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    Rule,
    Severity,
    plural,
)

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
    "module": "runs the module {name}",
    "tests": "tests {name}",
    "target": "makes the target {name}",
    "action": "uses the action {name}",
    "input": "depends on {name}",
    "copy": "copies {name} into its image",
    "context": "is built from the folder {name}",
    "list": "installs from {name}",
    "cwd": "goes to the folder {name}",
    "dockerfile": "builds an image from {name}",
    "services": "starts the services of {name}",
    "folder": "copies the folder {name} into its image",
    "served": "serves {name}",
    "dag": "sets off the DAG {name}",
    "prerequisite": "needs {name} first",
    "option": "passes {name}",
}
UNRUN = {
    "unread": "is no YAML ({name})",
    "ending": "is a workflow in all but its name, which does not end in .yml",
}
ABSENT = {
    "dag": "which no file defines",
    "prerequisite": "for which there is neither a rule nor a file",
    "option": "which takes no such option",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    references = graph.references()
    if references.found:
        yield Clean(says=f"{plural(references.found, 'command')} run programs that are there")
    for broken in references.broken:
        yield Finding(
            _says(broken),
            broken.place,
            entity=f"{broken.step}|{broken.name}",
            remedy=_remedy(broken),
            related=(
                *(place.says("fails, too" if broken.told else "named here, too") for place in broken.others),
                *(place.says("keeps it out of git") for place in (broken.left_out,) if place),
            ),
            milder=int(broken.idle),
        )


def _says(broken: BrokenReference) -> str:
    if broken.kind in UNRUN:
        return f"{broken.step} {UNRUN[broken.kind].format(name=broken.name)}, so that none of its jobs ever runs"
    but = (
        f"but only {broken.instead} is there, in other letter case"
        if broken.instead and broken.kind != "option"
        else ABSENT.get(broken.kind, "which is not in the repository")
    )
    verb = SAYS[broken.kind].format(name=broken.name)
    if not broken.told:
        return f"{broken.step} {verb}, {but}"
    more = f"; {len(broken.others)} more of its commands fail like it" if broken.others else ""
    return f"a command that {broken.step} tells {verb}, {but}{more}"


def _remedy(broken: BrokenReference) -> str:
    if broken.kind == "unread":
        return "mend the line (YAML is indented by spaces, never by tabs), and look whether the workflow runs"
    if broken.kind == "ending":
        return f"call it {broken.instead}"
    if broken.instead:
        return f"write {broken.instead}"
    if broken.left_out:
        return f"let {broken.left_out.path} leave out one folder alone (`/data/`), and commit the source"
    if broken.kind == "option":
        return "take the option out, or declare it"
    return f"name the {'DAG' if broken.kind == 'dag' else 'file'} that is meant, or delete the {'command' if broken.told else 'step'}"
