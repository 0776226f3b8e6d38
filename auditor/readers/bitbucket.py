"""Bitbucket Pipelines: the steps of each branch, tag, pull request and named pipeline."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.language.checkout import from_root
from auditor.language.credentials import mask, mask_value
from auditor.language.image import python_of
from auditor.language.node import ABSENT, Node
from auditor.language.paths import kind_of_path
from auditor.language.script_lines import read_lines
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Ref, Step, Trigger
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "bitbucket"
MAX_DEPTH = 5

_STARTS = {"default": "push", "branches": "push", "tags": "push", "pull-requests": "pull_request", "custom": "manual"}


def read(text: str) -> Facts:
    """A step per step of each pipeline, under the name of the pipeline; what starts it is said by where it stands."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    steps: list[Step] = []
    triggers: list[Trigger] = []
    for kind, name, listed, line in _pipelines(root.get("pipelines")):
        made = _sequence(listed, f"{kind} {name}".strip(), root)
        steps += made
        attrs = pairs([("branches" if kind != "custom" else "name", name)])
        triggers += [Trigger(_STARTS[kind], "", line, tuple(step.name for step in made), attrs)] if made else []
    versions = dict.fromkeys(("python", python_of(use)) for step in steps for use in step.uses)
    return Facts(
        kind=TOOL,
        steps=tuple(steps),
        triggers=tuple(triggers),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), *versions]),
        troubles=troubles,
    )


def _pipelines(pipelines: Node) -> Iterator[tuple[str, str, Node, int]]:
    """Kind, name, steps and line of every pipeline."""
    for kind, part in pipelines.items():
        if kind == "default":
            yield kind, "", part, pipelines.line_of(kind)
        elif kind in _STARTS:
            yield from ((kind, name, listed, part.line_of(name)) for name, listed in part.items())


def _sequence(listed: Node, name: str, root: Node) -> list[Step]:
    """The steps of one pipeline, in order; those of a parallel group come after the same ones."""
    made: list[Step] = []
    before: tuple[str, ...] = ()
    variables = tuple(_variables(listed))
    for group in _groups(listed, 0):
        steps = [
            _step(step, f"{name}: {step.get('name').raw or len(made) + number}", root, variables)
            for number, step in enumerate(group)
        ]
        made += [msgspec.structs.replace(step, after=before) for step in steps]
        before = tuple(step.name for step in steps) or before
    return made


def _groups(listed: Node, depth: int) -> Iterator[list[Node]]:
    """Steps that run beside each other, group by group."""
    for entry in listed.maps() if depth < MAX_DEPTH else ():
        for key, part in entry.items():
            if key == "step":
                yield [part]
            elif key == "stage":
                yield from _groups(part.get("steps"), depth + 1)
            elif key == "parallel":
                inner = part.get("steps") if part.kind == "map" else part
                yield [step for group in _groups(inner, depth + 1) for step in group]


def _variables(listed: Node) -> Iterator[tuple[str, str]]:
    """The variables that a pipeline asks for, as far as they have a default."""
    for entry in (variable for part in listed.maps() for variable in part.get("variables").maps()):
        name, value = entry.get("name").raw, entry.get("default").raw
        if name and value:
            yield name, mask_value(name, value)


def _step(step: Node, name: str, root: Node, environment: tuple[tuple[str, str], ...]) -> Step:
    image = step.get("image") or root.get("image")
    named = image.raw or image.get("name").raw
    artifacts = step.get("artifacts")
    paths = artifacts.get("paths") or artifacts
    pipes = [f"pipe:{mask(part.get('pipe').raw)}" for part in step.get("script").maps() if part.get("pipe")]
    scripts = (step.get("script"), step.get("after-script"))
    return Step(
        name=name,
        tool=TOOL,
        line=step.line,
        end_line=max(step.line, step.end_line),
        commands=read_lines(
            (node for script in scripts for node in script.texts()),
            lambda text: from_root(text, "BITBUCKET_CLONE_DIR"),
            environment,
        ),
        writes=tuple(Ref(mask(n.raw), kind_of_path(n.raw), "artifacts", n.line, "$" in n.raw) for n in paths.texts()),
        rooted=True,
        condition="manual" if step.get("trigger").raw == "manual" else "",
        uses=(*(f"docker://{mask(text)}" for text in [named] if text), *pipes),
        attrs=pairs([("environment", step.get("deployment").raw), ("size", step.get("size").raw)]),
    )


READER = Reader(
    name=TOOL,
    names=("bitbucket-pipelines.yml", "bitbucket-pipelines.yaml"),
    read=over_text(read),
    sniff=having(rb"^pipelines\s*:"),
)
