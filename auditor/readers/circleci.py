"""CircleCI: the jobs of its workflows, with reusable commands and parameters filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from math import prod
from posixpath import join, normpath
from typing import TypeAlias

import msgspec

from auditor.language.checkout import from_root
from auditor.language.credentials import is_secret_name, mask, mask_value
from auditor.language.image import python_of
from auditor.language.matrix import instances
from auditor.language.node import ABSENT, Node
from auditor.language.paths import kind_of_path
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step, Trigger
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "circleci"
MAX_DEPTH = 8  # of commands within commands
MAX_STEPS = 2_000  # of one job, commands expanded
MAX_FILLED = 20

_PARAMETER = regex(r"<<\s*(pipeline\.)?parameters\.([\w-]+)\s*>>")
_TEMPLATE = regex(r"<<\s*([^<>\n]+?)\s*>>")
_HOME = regex(r"^(?:~/project|/home/circleci/project|~/repo|\$\{?CIRCLE_WORKING_DIRECTORY\}?)(?:/|$)")

Values: TypeAlias = dict[str, Node]


class Use(msgspec.Struct, frozen=True):
    """A job as a workflow uses it: under a name, with values for its parameters, after others."""

    name: str
    job: str
    given: Node
    line: int


def read(text: str) -> Facts:
    """A step per job of the workflows; the triggers of each workflow name the jobs that it has."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    uses = {name: list(_uses(workflow)) for name, workflow in _workflows(root)}
    steps = _received(list(_steps(root, [use for listed in uses.values() for use in listed])))
    images = [image for step in steps for image in step.uses]
    versions = dict.fromkeys(("python", python_of(image)) for image in images)
    orbs = [("orb", orb.raw or name) for name, orb in root.get("orbs").items()]
    return Facts(
        kind=TOOL,
        steps=tuple(steps),
        triggers=tuple(_triggers(root, uses)),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), *orbs, *versions, ("setup", root.get("setup").value)]),
        troubles=troubles,
    )


def _workflows(root: Node) -> Iterator[tuple[str, Node]]:
    yield from ((name, flow) for name, flow in root.get("workflows").items() if flow.kind == "map")


def _uses(workflow: Node) -> Iterator[Use]:
    for part in workflow.get("jobs").parts:
        if part.is_scalar:
            yield Use(part.raw, part.raw, ABSENT, part.line)
        for job, given in part.items():
            yield Use(given.get("name").raw or job, job, given, part.line)


def _steps(root: Node, uses: list[Use]) -> Iterator[Step]:
    """Each used job once by its name; then the jobs that no workflow uses (all of them where there is none)."""
    made: dict[str, Step] = {}
    for use in uses:
        step = _job(use, root)
        former = made.get(use.name)
        after = tuple(dict.fromkeys((*former.after, *step.after))) if former else step.after
        made[use.name] = msgspec.structs.replace(former or step, after=after)
    yield from made.values()
    known = {use.job for use in uses}
    for name in root.get("jobs").entries:
        if name not in known:
            step = _job(Use(name, name, ABSENT, root.get("jobs").line_of(name)), root)
            unused = () if not uses else (("unused", "true"),)
            yield msgspec.structs.replace(step, attrs=(*step.attrs, *unused))


def _job(use: Use, root: Node) -> Step:
    jobs = root.get("jobs")
    job, given = jobs.get(use.job), use.given
    line = jobs.line_of(use.job) if job else use.line
    values = _defaults(root, job) | dict(given.items())
    home = job.get("working_directory").raw.rstrip("/")
    matrix = given.get("matrix").get("parameters")
    axes = dict(matrix.items())
    parts, listing = (given.get("pre-steps"), job.get("steps"), given.get("post-steps")), _Listing(root)
    expanded = [step for part in parts for step in listing.steps(part, values)]
    return Step(
        name=use.name,
        tool=TOOL,
        line=line,
        end_line=max(line, job.end_line),
        commands=tuple(dict.fromkeys(_commands(expanded, axes, home, _surroundings(job, root)))),
        reads=tuple(_attached(expanded)),
        writes=tuple(_kept(expanded, home)),
        after=tuple(_needed(given)),
        rooted=True,
        condition=_filters(given),
        variants=instances(axes, ABSENT, given.get("matrix").get("exclude")) if axes else 1,
        loop="; ".join(f"{name}: {', '.join(n.raw for n in axis.texts())}" for name, axis in axes.items())[:500],
        uses=tuple(_images(use, job, values, root)),
        attrs=pairs([("type", given.get("type").raw), *_environment(job), *_settings(job, given)]),
    )


def _defaults(root: Node, holder: Node) -> dict[str, Node]:
    """Default values: `pipeline.x` for the file's own parameters, `x` for those of a job or command."""
    made = {f"pipeline.{name}": entry.get("default") for name, entry in root.get("parameters").items()}
    made |= {name: entry.get("default") for name, entry in holder.get("parameters").items()}
    return {name: value for name, value in made.items() if value}


def _needed(given: Node) -> Iterator[str]:
    requires = given.get("requires")
    yield from (node.raw for node in requires.texts())
    yield from (name for entry in requires.maps() for name, _ in entry.items())


def _settings(job: Node, given: Node) -> Iterator[tuple[str, object]]:
    yield "resource-class", job.get("resource_class").raw
    yield "parallelism", job.get("parallelism").raw
    yield "context", ",".join(node.raw for node in given.get("context").texts())


def _environment(job: Node) -> Iterator[tuple[str, str]]:
    for name, value in job.get("environment").items():
        yield f"env:{name}", mask_value(name, value.raw)[:200]


def _filters(given: Node) -> str:
    """Branches and tags that a job is narrowed to, as text."""
    said = [
        f"{what}.{how}: {','.join(node.raw for node in part.texts())}"
        for what, filters in given.get("filters").items()
        for how, part in filters.items()
    ]
    return "; ".join(said)[:500]


def _images(use: Use, job: Node, values: Values, root: Node) -> Iterator[str]:
    """Images of a job, of its executor, and the orb that a job comes from."""
    if not job and "/" in use.job:
        yield f"orb:{use.job}"
    executor = job.get("executor")
    named = _text(executor.raw or executor.get("name").raw, values)
    holders = (job, root.get("executors").get(named))
    for holder in holders:
        for entry in holder.get("docker").maps():
            yield f"docker://{mask(_text(entry.get('image').raw, values | _defaults(ABSENT, holder) | dict(executor.items())))}"


class _Listing:
    """The steps of one job in order, reusable commands replaced by their steps, each with the values in force."""

    def __init__(self, root: Node) -> None:
        self.commands = root.get("commands")
        self.defaults = _defaults(root, ABSENT)
        self.left = MAX_STEPS

    def steps(self, steps: Node, values: Values, depth: int = 0) -> Iterator[tuple[Node, Values]]:
        """At most 2,000 steps are looked at, so that commands full of commands come to an end."""
        for part in _value(steps, values).parts if depth <= MAX_DEPTH else ():
            self.left -= 1
            if self.left < 0:
                return
            if part.is_scalar:
                yield from self.called(part.raw, ABSENT, values, depth)
            for name, given in part.items():
                if name in self.commands.entries:
                    yield from self.called(name, given, values, depth)
                elif name in ("when", "unless"):
                    yield from self.steps(given.get("steps"), values, depth + 1)
                elif name == "steps":
                    yield from self.steps(given, values, depth + 1)
                else:
                    yield part, values

    def called(self, name: str, given: Node, values: Values, depth: int) -> Iterator[tuple[Node, Values]]:
        command = self.commands.get(name)
        inner = {key: _value(value, values) for key, value in given.items()}
        yield from self.steps(command.get("steps"), self.defaults | _defaults(ABSENT, command) | inner, depth + 1)


def _value(node: Node, values: Values) -> Node:
    """What a node stands for: the value of a parameter where it is nothing but its name."""
    found = _PARAMETER.fullmatch(node.raw.strip()) if node.is_scalar else None
    return values.get((found[1] or "") + found[2], node) if found else node


def _text(text: str, values: Values) -> str:
    """The text with known parameters filled in and all other templates as holes; the number of lines stays."""
    if "<<" not in text:
        return text

    def fill(found: re.Match[str]) -> str:
        value = values.get((found[1] or "") + found[2])
        plain = value is not None and value.is_scalar and "\n" not in value.raw and "<<" not in value.raw
        plain = plain and not is_secret_name(found[2])
        return value.raw if value is not None and plain else "${{ " + found[2] + " }}"

    return _TEMPLATE.sub(r"${{ \1 }}", _PARAMETER.sub(fill, text))


def _surroundings(job: Node, root: Node) -> dict[str, str]:
    """The environment of a job: of its executor, of its first image, its own."""
    executor = job.get("executor")
    executor = root.get("executors").get(executor.raw or executor.get("name").raw)
    images = [next(holder.get("docker").maps(), ABSENT) for holder in (executor, job)]
    holders = (executor, images[0], images[1], job)
    return {name: value for holder in holders for name, value in _variables(holder.get("environment"))}


def _variables(environment: Node) -> Iterator[tuple[str, str]]:
    for part in environment.maps():
        yield from ((name, value.raw) for name, value in part.items() if value.is_scalar)


def _commands(
    steps: list[tuple[Node, Values]], axes: Values, home: str, surroundings: dict[str, str]
) -> Iterator[Command]:
    for step, values in steps:
        run = step.get("run")
        command = _value(run if run.is_scalar else run.get("command"), values)
        if not command.is_scalar:
            continue
        folder = _inside(_text(run.get("working_directory").raw, values), home)
        given = surroundings | dict(_variables(run.get("environment")))
        known = tuple((name, mask_value(name, _text(value, values))) for name, value in given.items())
        for chosen in _choices(command.raw, axes):
            text = _script(command.raw, {**values, **chosen})
            for found in read_shell(text, line=command.text_line, environment=known):
                yield _moved(found, folder) if folder else found


def _script(text: str, values: Values) -> str:
    return from_root(_text(text, values), "CIRCLE_WORKING_DIRECTORY")


def _choices(text: str, axes: Values) -> Iterator[dict[str, Node]]:
    """The values of a matrix that a text names, one choice at a time, if they are few."""
    names = sorted({found[2] for found in _PARAMETER.finditer(text)} & set(axes))
    lists = [axes[name].parts for name in names]
    if not names or not all(lists) or prod(map(len, lists)) > MAX_FILLED:
        yield {}
        return
    yield from (dict(zip(names, chosen, strict=True)) for chosen in product(*lists))


def _inside(folder: str, home: str) -> str:
    """A folder as seen from the checkout, "" for the checkout itself; `home` is where the job puts that."""
    whole = folder.strip().rstrip("/")
    inside = (
        whole.removeprefix(home).lstrip("/") if home and f"{whole}/".startswith(f"{home}/") else _HOME.sub("", whole)
    )
    return "" if inside in (".", "") else inside


def _moved(command: Command, folder: str) -> Command:
    if "{" in folder or command.cwd is None:
        return msgspec.structs.replace(command, cwd=None)
    if command.cwd.startswith(("/", "~", "{")):
        return command
    where = normpath(join(folder, command.cwd))
    return msgspec.structs.replace(command, cwd="" if where == "." else where)


def _kept(steps: list[tuple[Node, Values]], home: str) -> Iterator[Ref]:
    """What a job leaves: in the workspace for later jobs, or as artifacts for people."""
    for step, values in steps:
        workspace = step.get("persist_to_workspace")
        root = _text(workspace.get("root").raw, values)
        for node in workspace.get("paths").texts():
            path = _text(node.raw, values)
            yield Ref(mask(path), "artifact", "persist_to_workspace", node.line, "{" in path)
            file = join(_inside(root, home), path)
            if path not in (".", "*"):
                yield Ref(mask(file), kind_of_path(file), "persist_to_workspace", node.line, "{" in file)
        stored = step.get("store_artifacts").get("path")
        if stored:
            path = _inside(_text(stored.raw, values), home)
            if path:
                yield Ref(mask(path), kind_of_path(path), "store_artifacts", stored.line, "{" in path)


def _attached(steps: list[tuple[Node, Values]]) -> Iterator[Ref]:
    for step, values in steps:
        attached = step.get("attach_workspace")
        if attached:
            at = (("to", _text(attached.get("at").raw, values)),)
            yield Ref("*", "artifact", "attach_workspace", step.line_of("attach_workspace"), attrs=at)


def _received(steps: list[Step]) -> list[Step]:
    """The jobs, an attached workspace read as what the jobs before have put into it."""
    by_name = {step.name: step for step in steps}
    made = []
    for step in steps:
        before = [step]
        for current in before:
            before += [by_name[name] for name in current.after if name in by_name and by_name[name] not in before]
        packed = sorted({ref.path for other in before[1:] for ref in other.writes if ref.kind == "artifact"})
        reads = [msgspec.structs.replace(ref, path=path) for ref in step.reads for path in packed]
        made.append(msgspec.structs.replace(step, reads=tuple(reads)))
    return made


def _triggers(root: Node, uses: dict[str, list[Use]]) -> Iterator[Trigger]:
    flows = root.get("workflows")
    if not uses and root.get("jobs"):
        yield Trigger("push", "", root.line_of("jobs"))
    for name, workflow in _workflows(root):
        names, line = tuple(use.name for use in uses[name]), flows.line_of(name)
        if not names:
            continue
        attrs = (("workflow", name),)
        scheduled = [entry.get("schedule") for entry in workflow.get("triggers").maps() if entry.get("schedule")]
        for entry in scheduled:
            branches = ",".join(node.raw for node in entry.get("filters").get("branches").get("only").texts())
            yield Trigger(
                "schedule", entry.get("cron").raw, entry.line, names, (*attrs, *pairs([("branches", branches)]))
            )
        if not scheduled:
            kind, said = _asked(workflow)
            yield Trigger(kind, "", line, names, (*attrs, *said))


def _asked(workflow: Node) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What starts a workflow without a schedule of its own: a push, unless its condition waits for something else.

    Schedules of the newer kind are set in the web interface; a condition on them is the evidence. A condition on a
    parameter of the pipeline holds when somebody, or a program, sets it.
    """
    texts = " ".join(_scalars(workflow.get("when"), 0))
    if "scheduled_pipeline" in texts or "schedule.name" in texts:
        return "schedule", (("inferred", "true"),)
    return ("manual" if "pipeline.parameters." in texts else "push"), ()


def _scalars(node: Node, depth: int) -> Iterator[str]:
    if node.is_scalar:
        yield node.raw
    for part in (*node.parts, *node.values()) if depth < MAX_DEPTH else ():
        yield from _scalars(part, depth + 1)


READER = Reader(
    name=TOOL,
    names=("*/.circleci/*.yml", "*/.circleci/*.yaml", "circle.yml"),
    read=over_text(read),
    sniff=having(rb"^(?:jobs|workflows|commands|executors)\s*:"),
)
