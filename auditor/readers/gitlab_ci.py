"""GitLab CI: the jobs of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.language.credentials import mask, mask_value
from auditor.language.node import Node
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step, Trigger
from auditor.readers.contract import Reader, over_text, pairs

TOOL = "gitlab-ci"
MAX_PARENTS = 10

_NO_JOBS = frozenset(
    {
        "stages",
        "variables",
        "default",
        "include",
        "workflow",
        "image",
        "services",
        "before_script",
        "after_script",
        "cache",
        "spec",
        "pages:deploy",
    }
)
_SCRIPTS = ("before_script", "script", "after_script")


def read(text: str) -> Facts:
    """A step per job that is no template (`.name`); a job inherits what `extends` names."""
    documents, duplicates, troubles = read_yaml(text)
    root = next((document for document in reversed(documents) if document.kind == "map"), None)
    if root is None:
        return Facts(kind=TOOL, troubles=troubles)
    stages = [node.raw for node in root.get("stages").texts()] or ["build", "test", "deploy"]
    jobs = [
        (name, job)
        for name, job in root.items()
        if name not in _NO_JOBS and not name.startswith(".") and job.kind == "map"
    ]
    by_stage = [(name, _inherited(job, "stage", root).raw or "test") for name, job in jobs]
    return Facts(
        kind=TOOL,
        steps=tuple(_job(name, job, root, _before(name, by_stage, stages)) for name, job in jobs),
        triggers=tuple(_triggers(root, jobs)),
        references=tuple(_includes(root)),
        duplicates=duplicates,
        attrs=(("tool", TOOL),),
        troubles=troubles,
    )


def _job(name: str, job: Node, root: Node, before: tuple[str, ...]) -> Step:
    line = root.line_of(name)
    needs = _inherited(job, "needs", root)
    named = tuple(node.raw for node in needs.texts()) + tuple(
        entry.get("job").raw for entry in needs.maps() if entry.get("job")
    )
    image = _inherited(job, "image", root) or root.get("image")
    paths = _inherited(job, "artifacts", root).get("paths")
    return Step(
        name=name,
        tool=TOOL,
        line=line,
        end_line=max(line, job.end_line),
        commands=tuple(_commands(job, root)),
        writes=tuple(Ref(mask(node.raw), "dataset", "artifacts", node.line, "$" in node.raw) for node in paths.texts()),
        after=named if needs else before,
        rooted=True,
        condition="; ".join(rule.get("if").raw for rule in _inherited(job, "rules", root).maps() if rule.get("if"))[
            :500
        ],
        uses=tuple(f"docker://{mask(found)}" for found in [image.raw or image.get("name").raw] if found),
        attrs=pairs([("stage", _inherited(job, "stage", root).raw), ("when", job.get("when").raw)]),
    )


def _commands(job: Node, root: Node) -> Iterator[Command]:
    """The lines of a job run in one shell: `cd` lasts."""
    lines = [
        node
        for key in _SCRIPTS
        for node in (_inherited(job, key, root) or root.get("default").get(key) or root.get(key)).texts()
    ]
    text = "\n".join(node.raw for node in lines)
    starts: list[int] = []
    for node in lines:
        starts += range(node.text_line, node.text_line + node.raw.count("\n") + 1)
    for command in read_shell(text, environment=_variables(root.get("variables"), _inherited(job, "variables", root))):
        yield msgspec.structs.replace(command, line=starts[min(command.line, len(starts)) - 1] if starts else 0)


def _variables(*tables: Node) -> tuple[tuple[str, str], ...]:
    """The environment of a job; a variable may be a text or have one under `value`."""
    merged = {
        name: value.raw if value.is_scalar else value.get("value").raw
        for table in tables
        for name, value in table.items()
    }
    return tuple((name, mask_value(name, value)) for name, value in merged.items())


def _inherited(job: Node, key: str, root: Node) -> Node:
    """The value of a key in a job or in what it extends, nearest first."""
    pending, seen = [job], 0
    found = job.get(key)
    while not found and pending and seen < MAX_PARENTS:
        current = pending.pop(0)
        seen += 1
        found = current.get(key)
        pending += [root.get(node.raw) for node in reversed(list(current.get("extends").texts()))]
    return found


def _before(name: str, by_stage: list[tuple[str, str]], stages: list[str]) -> tuple[str, ...]:
    """Jobs of the nearest earlier stage that has any."""
    stage = dict(by_stage)[name]
    earlier = stages[: stages.index(stage)] if stage in stages else []
    for previous in reversed(earlier):
        names = tuple(job for job, at in by_stage if at == previous)
        if names:
            return names
    return ()


def _triggers(root: Node, jobs: list[tuple[str, Node]]) -> Iterator[Trigger]:
    yield Trigger("push", "", 1)
    for name, job in jobs:
        conditions = " ".join(rule.get("if").raw for rule in job.get("rules").maps())
        only = [
            node.raw
            for node in (job.get("only"), *(part for _, part in job.get("only").items()))
            for node in node.texts()
        ]
        if "schedule" in conditions or "schedules" in only:
            # the schedule itself is set in the web interface, not in git
            yield Trigger("schedule", "", root.line_of(name), (name,), (("inferred", "true"),))


def _includes(root: Node) -> Iterator[Ref]:
    include = root.get("include")
    for node in include.texts():
        yield Ref(mask(node.raw), "config", "include", node.line)
    for entry in include.maps():
        for how in ("local", "remote", "template", "file", "component"):
            for node in entry.get(how).texts():
                yield Ref(mask(node.raw), "config", f"include:{how}", node.line)


READER = Reader(name=TOOL, names=(".gitlab-ci.yml", "*.gitlab-ci.yml"), read=over_text(read))
