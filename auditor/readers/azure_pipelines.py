"""Azure Pipelines: pipelines and their templates."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from posixpath import join, normpath

import msgspec

from auditor.language.azure import filled, items, known_values, variables
from auditor.language.credentials import is_secret_name, mask, mask_value
from auditor.language.node import ABSENT, Node
from auditor.language.paths import kind_of_path
from auditor.language.shell import Environment, read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step, Trigger, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "azure-pipelines"

_SCRIPTS = ("script", "bash", "pwsh", "powershell")
_INLINE = ("inlineScript", "script", "Inline")
_FILES = ("scriptPath", "filePath", "ScriptPath")
_FOLDERS = ("workingDirectory", "workingFolder", "cwd")
_ROOT = "${{ root }}"
_HOOKS = ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic")
_TASK = regex(rb"^\s*-\s*task:\s*['\"]?\w[\w.-]*@\d", re.MULTILINE)
_PARTS = regex(rb"^(?:steps|jobs|stages|extends):", re.MULTILINE)

Known = dict[str, str]


class Job(msgspec.Struct, frozen=True):
    """One job with the stage that it stands in and what that comes after."""

    name: str
    node: Node
    line: int
    after: tuple[str, ...]
    condition: str
    stage: Node = ABSENT


def read(text: str) -> Facts:
    """A step per job. Without a `trigger` a pipeline starts on every push."""
    return _read(text, main=True)


def read_template(text: str) -> Facts:
    """The jobs or steps of a template, or of a pipeline whose file is called anything."""
    return _read(text, main=False)


def _read(text: str, *, main: bool) -> Facts:
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    known = known_values(root)
    jobs = list(_jobs(root))
    return Facts(
        kind=TOOL,
        steps=tuple(_job(job, root, known) for job in jobs),
        triggers=tuple(_triggers(root, main=main)) if jobs else (),
        references=tuple(_shared(root)),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("name", root.get("name").raw), *_versions(jobs, known)]),
        troubles=troubles,
    )


def _shared(root: Node) -> Iterator[Ref]:
    """Files that hold the variables."""
    for entry in items(root.get("variables")):
        if entry.get("template"):
            place = template_place(entry.get("template").raw)
            yield Ref(place, "config", "variables", entry.line, "{" in place)


def _jobs(root: Node) -> Iterator[Job]:
    """The jobs of all stages; steps without a job are one."""
    extended = root.get("extends").get("template")
    if extended:
        yield Job("extends", root.get("extends"), root.line_of("extends"), (), "")
    if root.get("steps"):
        yield Job("steps", root, root.line_of("steps"), (), "")
    yield from _listed(root.get("jobs"), "", (), "")
    ends: dict[str, tuple[str, ...]] = {}
    before: tuple[str, ...] = ()
    for number, stage in enumerate(items(root.get("stages"))):
        name = stage.get("stage").raw or f"stage{number}"
        needed = stage.get("dependsOn")
        after = tuple(end for node in needed.texts() for end in ends.get(node.raw, ())) if needed else before
        if stage.get("template"):
            jobs = [Job(stage.get("template").raw, stage, stage.line, after, stage.get("condition").raw)]
        else:
            jobs = list(_listed(stage.get("jobs"), f"{name}.", after, stage.get("condition").raw))
            jobs += [Job(name, stage, stage.line, after, "")] if stage.get("steps") else []
            jobs = [msgspec.structs.replace(job, stage=stage) for job in jobs]
        yield from jobs
        awaited = {name for job in jobs for name in job.after}
        before = ends[name] = tuple(job.name for job in jobs if job.name not in awaited) or before


def _listed(jobs: Node, prefix: str, after: tuple[str, ...], condition: str) -> Iterator[Job]:
    for number, job in enumerate(items(jobs)):
        own = job.get("job").raw or job.get("deployment").raw or job.get("template").raw or f"job{number}"
        needed = tuple(f"{prefix}{node.raw}" for node in job.get("dependsOn").texts())
        guard = " and ".join(text for text in (condition, job.get("condition").raw) if text)
        yield Job(f"{prefix}{own}", job, job.line, needed or after, guard)


def _job(job: Job, root: Node, known: Known) -> Step:
    own = (*variables(job.stage), *variables(job.node))
    known = known | {f"variables.{name}": value for name, value in own if "$" not in value and not is_secret_name(name)}
    steps = list(_steps(job.node))
    environment = job.node.get("environment")
    pool = job.node.get("pool") or root.get("pool")
    matrix = job.node.get("strategy").get("matrix")
    return Step(
        name=job.name,
        tool=TOOL,
        line=job.line,
        end_line=max(job.line, job.node.end_line),
        commands=tuple(command for step in steps for command in _commands(step, known)),
        reads=tuple(ref for step in steps for ref in _downloads(step, known)),
        writes=tuple(ref for step in steps for ref in _publishes(step, known)),
        after=job.after,
        rooted=True,
        condition=job.condition[:500],
        variants=(len(matrix.entries) if matrix.kind == "map" else 0) if matrix else 1,
        uses=tuple(_uses(job.node, steps, known, root)),
        attrs=pairs(
            [
                ("pool", pool.raw or pool.get("vmImage").raw or pool.get("name").raw),
                ("environment", environment.raw or environment.get("name").raw),
                *_variables(job.node),
            ]
        ),
    )


def _variables(job: Node) -> Iterator[tuple[str, str]]:
    yield from ((f"env:{name}", mask_value(name, value)[:200]) for name, value in variables(job))


def _steps(job: Node) -> Iterator[Node]:
    """The steps of a job; of a deployment those of all its hooks."""
    strategies = list(job.get("strategy").values())
    hooks = [hook for each in strategies for hook in (*(each.get(name) for name in _HOOKS), *each.get("on").values())]
    for holder in (job, *hooks):
        yield from (step for step in items(holder.get("steps")) if step.get("enabled").value is not False)


def _commands(step: Node, known: Known) -> Iterator[Command]:
    folder = _inside(next((step.get(key).raw for key in _FOLDERS if step.get(key)), ""), known)
    for key in _SCRIPTS:
        if step.get(key).is_scalar:
            yield from _moved(_script(step.get(key), known, _environment(step, known)), folder)
    if step.get("task"):
        yield from _task(step, known)


def _task(step: Node, known: Known) -> Iterator[Command]:
    """What a task runs: the text or the file that its inputs name. Input names are compared without case."""
    name = step.get("task").raw.partition("@")[0]
    given = {key.lower(): value for key, value in step.get("inputs").items()}
    folder = _inside(next((given[key.lower()].raw for key in _FOLDERS if key.lower() in given), ""), known)
    file = next((given[key.lower()] for key in _FILES if key.lower() in given and given[key.lower()].raw), None)
    inline = next((given[key.lower()] for key in _INLINE if key.lower() in given), None)
    arguments = next((given[key].raw for key in ("arguments", "scriptarguments", "args") if key in given), "")
    if inline is not None and inline.is_scalar and "\n" not in inline.raw and inline.raw.lower() == "inlinescript":
        inline = None
    if inline is not None and inline.is_scalar and not (file is not None and _wants_file(given)):
        if name == "PythonScript":
            yield Command((Word("python"), Word("-")), inline.text_line, body=mask(filled(inline.raw, known)))
        else:
            yield from _moved(_script(inline, known, _environment(step, known)), folder)
    elif file is not None:
        program = "python " if name == "PythonScript" else "" if file.raw.endswith(".ps1") else "bash "
        text = f"{program}{_quoted(filled(file.raw, known, root=_ROOT))} {filled(arguments, known)}".replace("\n", " ")
        yield from _moved(read_shell(text.strip(), line=file.line, environment=_environment(step, known)), folder)


def _wants_file(given: dict[str, Node]) -> bool:
    kinds = [
        given[key].raw.lower() for key in ("targettype", "scriptlocation", "scriptsource", "scripttype") if key in given
    ]
    return any(kind in ("filepath", "scriptpath", "file") for kind in kinds)


def _quoted(path: str) -> str:
    return path if "${{" in path else shlex.quote(path)


def _script(node: Node, known: Known, environment: Environment) -> tuple[Command, ...]:
    return read_shell(filled(node.raw, known, root=_ROOT), line=node.text_line, environment=environment)


def _environment(step: Node, known: Known) -> Environment:
    """What a script finds in its environment: the variables of the pipeline in capitals, and those of its own step."""
    made = {
        name.removeprefix("variables.").replace(".", "_").upper(): value
        for name, value in known.items()
        if name.startswith("variables.")
    }
    made |= {name: filled(value.raw, known, root=_ROOT) for name, value in step.get("env").items() if value.is_scalar}
    return tuple((name, mask_value(name, value)) for name, value in made.items())


def _inside(folder: str, known: Known) -> str:
    where = normpath(filled(folder, known)) if folder else ""
    return "" if where == "." else where


def _moved(commands: tuple[Command, ...], folder: str) -> Iterator[Command]:
    for command in commands:
        if not folder or (command.cwd or "").startswith(("/", "~", "{")):
            yield command
        elif "{" in folder or command.cwd is None:
            yield msgspec.structs.replace(command, cwd=None)
        else:
            where = normpath(join(folder, command.cwd))
            yield msgspec.structs.replace(command, cwd="" if where == "." else where)


def _uses(job: Node, steps: list[Node], known: Known, root: Node) -> Iterator[str]:
    """Templates, images and the tasks of the marketplace."""
    images = {
        entry.get("container").raw: entry.get("image").raw for entry in items(root.get("resources").get("containers"))
    }
    for node in (job.get("template"), *(step.get("template") for step in steps)):
        if node.is_scalar:
            yield template_place(filled(node.raw, known))
    container = job.get("container")
    image = container.raw or container.get("image").raw
    yield from [f"docker://{mask(filled(images.get(image, image), known))}"] if image else []
    yield from (f"task:{mask(step.get('task').raw)}" for step in steps if step.get("task"))


def template_place(text: str) -> str:
    """`./x` from the root, `template:x` from the folder of the file, `repo:alias/x` in another repository."""
    path, _, alias = text.partition("@")
    if alias and alias != "self":
        return f"repo:{mask(alias)}/{mask(path)}"
    return f"./{mask(path.lstrip('/'))}" if path.startswith("/") else f"template:{mask(path)}"


def _first(node: Node, *keys: str) -> Node:
    given = {key.lower(): value for key, value in node.items()}
    return next((given[key.lower()] for key in keys if key.lower() in given), ABSENT)


def _publishes(step: Node, known: Known) -> Iterator[Ref]:
    inputs, task = step.get("inputs"), step.get("task").raw
    if step.get("publish"):
        path, name = step.get("publish"), step.get("artifact").raw
    elif task.startswith(("PublishPipelineArtifact", "PublishBuildArtifacts")):
        path = _first(inputs, "targetPath", "path", "pathToPublish")
        name = _first(inputs, "artifact", "artifactName").raw
    else:
        return
    name = filled(name, known) or "artifact"
    yield Ref(mask(_holes(name)), "artifact", "publish", step.line, "${{" in name)
    place = _inside(path.raw, known)
    if place:
        yield Ref(mask(_holes(place)), kind_of_path(place), "upload-artifact", path.line, "${{" in place)


def _downloads(step: Node, known: Known) -> Iterator[Ref]:
    inputs, task = step.get("inputs"), step.get("task").raw
    if step.get("download").raw == "none":
        return
    if step.get("download"):
        name = step.get("artifact").raw
    elif task.startswith(("DownloadPipelineArtifact", "DownloadBuildArtifacts")):
        name = _first(inputs, "artifact", "artifactName").raw
    else:
        return
    name = filled(name, known)
    attrs = pairs([("from", step.get("download").raw or _first(inputs, "source", "buildType").raw)])
    yield Ref(mask(_holes(name)) or "*", "artifact", "download", step.line, "${{" in name, attrs)


def _holes(text: str) -> str:
    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", r"{\1}", text)


def _versions(jobs: list[Job], known: Known) -> Iterator[tuple[str, str]]:
    """Python versions that `UsePythonVersion` asks for; those of a matrix are looked up."""
    for job in jobs:
        rounds = list(job.node.get("strategy").get("matrix").values())
        for step in _steps(job.node):
            if step.get("task").raw.startswith("UsePythonVersion"):
                wanted = step.get("inputs").get("versionSpec").raw
                named = re.fullmatch(r"\$\((.+)\)|\$\{\{ *variables\.(\w+) *\}\}", wanted)
                found = (
                    [r.get(named[1] or named[2]).raw for r in rounds] if named and rounds else [filled(wanted, known)]
                )
                yield from (("python", version) for version in found if version and "{" not in version)


def _triggers(root: Node, *, main: bool) -> Iterator[Trigger]:
    trigger = root.get("trigger")
    if trigger.raw == "none":
        yield Trigger("manual", "", root.line_of("trigger"))
    elif trigger or main:
        yield Trigger("push", "", root.line_of("trigger"), attrs=pairs(_filters(trigger)))
    if root.get("pr") and root.get("pr").raw != "none":
        yield Trigger("pull_request", "", root.line_of("pr"), attrs=pairs(_filters(root.get("pr"))))
    for entry in items(root.get("schedules")):
        attrs = [("name", entry.get("displayName").raw), ("always", entry.get("always").value), *_filters(entry)]
        yield Trigger("schedule", entry.get("cron").raw, entry.line, attrs=pairs(attrs))
    for kind, listed in root.get("resources").items():
        for entry in items(listed):
            named = entry.get("pipeline").raw or entry.get("webhook").raw or entry.get("repository").raw
            on = entry.get("trigger")
            if (on and on.raw not in ("none", "false")) or kind == "webhooks":
                yield Trigger(
                    "event",
                    "",
                    entry.line,
                    attrs=pairs([("event", kind), ("source", entry.get("source").raw or named)]),
                )


def _filters(node: Node) -> Iterator[tuple[str, str]]:
    listed = ",".join(part.raw for part in node.texts())
    if listed:
        yield "branches", listed
    for what in ("branches", "paths", "tags"):
        part = node.get(what)
        for how in ("include", "exclude"):
            yield (what if how == "include" else f"{what}-ignore"), ",".join(n.raw for n in part.get(how).texts())
        yield what, ",".join(n.raw for n in part.texts())


def _looks_like(data: bytes) -> bool:
    """Whether a YAML file of any name runs tasks or asks for a hosted pool, and has parts of a pipeline at its top."""
    head = data[:65_536]
    if b"task:" in head and _TASK.search(head):
        return bool(_PARTS.search(head))
    return b"vmImage" in head and bool(_PARTS.search(head))


_NAMED: Callable[[bytes], bool] = having(
    rb"^(?:steps|jobs|stages|extends|trigger|pr|schedules|pool|variables|resources)\s*:"
)

READER = Reader(
    name=TOOL,
    names=("azure-pipelines*.yml", "azure-pipelines*.yaml", "*azure-pipelines*.yml", ".azure-pipelines.yml", "*-ado-pipeline.yml"),
    read=over_text(read),
    sniff=_NAMED,
)  # fmt: skip
TEMPLATE = Reader(name=TOOL, names=("*.yml", "*.yaml"), read=over_text(read_template), sniff=_looks_like)
