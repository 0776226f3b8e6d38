"""GitHub Actions: workflows and composite actions."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from posixpath import join, normpath, relpath

import msgspec

from auditor.language.credentials import is_secret_name, mask, mask_value
from auditor.language.node import ABSENT, Node
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step, Trigger, Trouble, Word
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "github-actions"

_EVENTS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_target": "pull_request",
    "workflow_dispatch": "manual",
    "schedule": "schedule",
}
_PYTHON_SHELLS = ("python", "python3")


def read_workflow(text: str) -> Facts:
    """A step per job with the commands of its `run` lines; `on` as triggers."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    jobs = root.get("jobs")
    if documents and not jobs:
        troubles = (*troubles, Trouble(1, "a workflow without jobs", "invalid"))
    shared = root.get("defaults").get("run")
    return Facts(
        kind=TOOL,
        steps=tuple(
            _job(name, job, jobs.line_of(name), shared, root.get("env"))
            for name, job in jobs.items()
            if job.kind == "map"
        ),
        triggers=tuple(_triggers(root)),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("name", root.get("name").raw), *_versions(jobs)]),
        troubles=troubles,
    )


def read_action(text: str) -> Facts:
    """A composite action as one step."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    runs = root.get("runs")
    step = _job(root.get("name").raw or "action", runs, root.line_of("runs"), ABSENT, ABSENT)
    return Facts(kind="github-action", steps=(step,), duplicates=duplicates, attrs=(("tool", TOOL),), troubles=troubles)


def _job(name: str, job: Node, line: int, shared: Node, variables: Node) -> Step:
    own = job.get("defaults").get("run")
    folder = own.get("working-directory").raw or shared.get("working-directory").raw
    shell = own.get("shell").raw or shared.get("shell").raw
    steps = [step for step in job.get("steps").parts if step.kind == "map"]
    return Step(
        name=name,
        tool=TOOL,
        line=line,
        end_line=max(line, job.end_line),
        commands=tuple(
            command
            for step in steps
            for command in _commands(step, folder, shell, _variables(variables, job.get("env"), step.get("env")))
        ),
        reads=tuple(_artifacts(steps, "download-artifact")),
        writes=tuple(_artifacts(steps, "upload-artifact")),
        after=tuple(node.raw for node in job.get("needs").texts()),
        folder=folder,
        rooted=True,
        condition=job.get("if").raw[:500],
        variants=_variants(job.get("strategy").get("matrix")),
        loop=_loop(job.get("strategy").get("matrix")),
        uses=tuple(_uses(job, steps)),
        attrs=pairs(
            [
                ("runs-on", " ".join(node.raw for node in job.get("runs-on").texts())),
                *_environment(job, steps),
                *_names(steps),
                *_checkouts(steps),
            ]
        ),
    )


def _variables(*tables: Node) -> tuple[tuple[str, str], ...]:
    """The environment of a step; what is nearer to it wins."""
    merged = {name: value.raw for table in tables for name, value in table.items() if value.is_scalar}
    return tuple((name, mask_value(name, value)) for name, value in merged.items())


def _commands(step: Node, folder: str, shell: str, variables: tuple[tuple[str, str], ...]) -> Iterator[Command]:
    run = step.get("run")
    if not run.is_scalar:
        return
    own = step.get("working-directory").raw
    for command in _script(run, step.get("shell").raw or shell, variables):
        yield _moved(command, _inside(folder, own)) if own else command


def _script(run: Node, shell: str, variables: tuple[tuple[str, str], ...]) -> tuple[Command, ...]:
    if shell.split(" ")[0] in _PYTHON_SHELLS:
        return (Command((Word("python"), Word("-")), run.text_line, body=mask(run.raw), environment=variables),)
    return read_shell(run.raw, line=run.text_line, environment=variables)


def _inside(folder: str, own: str) -> str:
    """A step's working directory seen from the job's: both are relative to the repository."""
    return relpath(own, folder) if folder and not own.startswith(("/", "$", "~")) else own


def _moved(command: Command, folder: str) -> Command:
    """A command of a step with its own working directory: `cd` in it starts there."""
    if "${{" in folder or command.cwd is None:
        return msgspec.structs.replace(command, cwd=None)
    where = command.cwd if command.cwd.startswith(("/", "~", "{")) else normpath(join(folder, command.cwd))
    return msgspec.structs.replace(command, cwd="" if where == "." else where)


def _uses(job: Node, steps: list[Node]) -> Iterator[str]:
    for node in (job.get("uses"), *(step.get("uses") for step in steps)):
        if node.is_scalar:
            yield mask(node.raw)
    container = job.get("container")
    image = container.raw if container.is_scalar else container.get("image").raw
    services = [service.get("image").raw for _, service in job.get("services").items()]
    yield from (f"docker://{mask(name)}" for name in [image, *services] if name)


def _artifacts(steps: list[Node], action: str) -> Iterator[Ref]:
    for step in steps:
        if action in step.get("uses").raw:
            name, path = step.get("with").get("name"), step.get("with").get("path")
            for line in path.raw.split("\n") if path.is_scalar else []:
                if line.strip():
                    yield Ref(line.strip(), "dataset", action, step.line, "${{" in line, pairs([("name", name.raw)]))


def _variants(matrix: Node) -> int:
    if not matrix:
        return 1
    axes = [axis for name, axis in matrix.items() if name not in ("include", "exclude")]
    if matrix.kind != "map" or any(axis.kind != "list" for axis in axes):
        return 0
    return prod(len(axis.parts) for axis in axes) if axes else len(matrix.get("include").parts)


def _loop(matrix: Node) -> str:
    if matrix.is_scalar:
        return matrix.raw[:500]
    return "; ".join(f"{name}: {', '.join(node.raw for node in axis.texts())}" for name, axis in matrix.items())[:500]


def _environment(job: Node, steps: list[Node]) -> Iterator[tuple[str, object]]:
    for holder in (job, *steps):
        for name, value in holder.get("env").items():
            if value.is_scalar:
                yield f"env:{name}", mask_value(name, value.raw) if is_secret_name(name) else mask(value.raw)[:200]


def _checkouts(steps: list[Node]) -> Iterator[tuple[str, object]]:
    """The folders that hold this very repository."""
    for step in steps:
        given = step.get("with")
        if step.get("uses").raw.startswith("actions/checkout") and not given.get("repository"):
            yield "checkout", given.get("path").raw.removeprefix("./").strip("/")


def _names(steps: list[Node]) -> Iterator[tuple[str, object]]:
    yield from (("step", step.get("name").raw[:100]) for step in steps if step.get("name"))
    yield from (
        ("continue-on-error", step.get("name").raw or "true")
        for step in steps
        if step.get("continue-on-error").value is True
    )


def _versions(jobs: Node) -> Iterator[tuple[str, object]]:
    """Python versions that `setup-python` asks for; those of a matrix are looked up."""
    for job in jobs.values():
        matrix = job.get("strategy").get("matrix")
        for step in job.get("steps").parts:
            wanted = step.get("with").get("python-version")
            if "setup-python" not in step.get("uses").raw and "setup-uv" not in step.get("uses").raw:
                continue
            for node in wanted.texts():
                axis = node.raw.strip("${} ").removeprefix("matrix.") if "matrix." in node.raw else ""
                found = [part.raw for part in matrix.get(axis).texts()] if axis else node.raw.split()
                yield from (("python", version) for version in found if "{" not in version)


def _triggers(root: Node) -> Iterator[Trigger]:
    on = root.get("on")
    line = root.line_of("on")
    for node in on.texts():
        yield Trigger(_EVENTS.get(node.raw, "event"), "", node.line, attrs=(("event", node.raw),))
    for event, details in on.items():
        at = on.line_of(event) or line
        if event == "schedule":
            for entry in details.maps():
                yield Trigger(
                    "schedule",
                    entry.get("cron").raw,
                    entry.line,
                    attrs=pairs([("timezone", entry.get("timezone").raw)]),
                )
            continue
        filters = [
            (name, ",".join(n.raw for n in part.texts()))
            for name, part in details.items()
            if part.kind in ("list", "str")
        ]
        yield Trigger(_EVENTS.get(event, "event"), "", at, attrs=pairs([("event", event), *filters]))


WORKFLOW = Reader(
    name=TOOL, names=("*/.github/workflows/*.yml", "*/.github/workflows/*.yaml"), read=over_text(read_workflow)
)
ACTION = Reader(
    name="github-action", names=("action.yml", "action.yaml"), read=over_text(read_action), sniff=having(rb"^runs:")
)
