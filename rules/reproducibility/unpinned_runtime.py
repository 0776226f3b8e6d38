"""REP005: the interpreter, the base image or an action moves under its name."""

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
    plural,
)

RULE = Rule(
    id="REP005",
    name="unpinned-runtime",
    severity=Severity.LOW,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PRSA",
    effort=Effort("30m", "1h"),
    each=Effort("10m", "20m"),
    unit="names of images, actions and interpreters",
    root_cause="loose-environment",
    ml_test_score=("Infra 1",),
    references=("SE4ML practices", "van Oort et al. 2021"),
)
REMEDY = {
    "image": "name a tag with a version, best with the digest (`python:3.12-slim@sha256:…`)",
    "action": "name a released version, best its commit",
}
SEARCHED = (
    "requires-python, .python-version, runtime.txt",
    "Python in conda environments",
    "tags of images, versions in jobs",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    runtime = graph.runtime()
    if not runtime.total and not runtime.environment:
        yield NotApplicable("no image, action or environment is used")
    for each in runtime.floating:
        yield Finding(
            f"{each.place.path} uses {each.name}, which is {each.why}: what runs changes when the name moves",
            each.place,
            entity=each.name,
            remedy=REMEDY[each.kind],
        )
    held = runtime.total - len(runtime.floating)
    if held:
        yield Clean(held, f"{plural(held, 'image or action', 'images and actions')} named with a version")
    if runtime.environment and runtime.python:
        yield Clean(says="a version of Python is named")
    elif runtime.environment:
        yield Finding(
            f"{runtime.environment} names packages, and nothing says which Python they are for",
            Place(runtime.environment),
            entity="python",
            remedy="add requires-python, a .python-version file, or the version in the environment",
            searched=SEARCHED,
        )
