"""GitHub Actions: workflows and the actions that a repository defines for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import product
from math import prod
from posixpath import join, normpath, relpath
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from auditor.language.credentials import is_secret_name, mask, mask_value
from auditor.language.matrix import instances
from auditor.language.node import ABSENT, Node
from auditor.language.paths import kind_of_path
from auditor.language.remembered import remembered
from auditor.language.shell import REPEATED, Environment, moved_to, read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import IN_WORKSPACE, Command, Facts, Ref, Step, Trigger, Trouble, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "github-actions"
MAX_FILLED = 20  # texts that the values of a matrix make of one

_EVENTS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_target": "pull_request",
    "workflow_dispatch": "manual",
    "schedule": "schedule",
}
_PYTHON_SHELLS = ("python", "python3")
_MATRIX = regex(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_RUNS_NOTEBOOK = "databricks/run-notebook@"
_BUILDING = "docker/build-push-action@"
_HOLE = regex(r"\$\{\{\s*(.*?)\s*\}\}")
_ENV = regex(r"\$\{\{\s*env\.(\w+)\s*\}\}")
_PLAIN_VALUE = regex(r"[\w./:@+-]{1,200}")
_WORKSPACE = regex(r"^(?:\$\{\{\s*github\.workspace\s*\}\}|\$\{?GITHUB_WORKSPACE\}?)/")


def read_workflow(text: str) -> Facts:
    """A step per job with the commands of its `run` lines; `on` as triggers."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    jobs = root.get("jobs")
    if documents and not jobs:
        troubles = (*troubles, Trouble(1, "a workflow without jobs", "invalid"))
    return Facts(
        kind=TOOL,
        steps=tuple(
            _tied([_job(name, job, jobs.line_of(name), root) for name, job in jobs.items() if job.kind == "map"])
        ),
        triggers=tuple(_triggers(root)),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("name", root.get("name").raw), *_guards(root), *_versions(jobs)]),
        troubles=troubles,
    )


def read_action(text: str) -> Facts:
    """An action as one step: the commands of a composite one, the image of one that runs in a container."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    runs = root.get("runs")
    step = _job(root.get("name").raw or "action", runs, root.line_of("runs"), ABSENT)
    using, image = runs.get("using").raw, runs.get("image").raw
    attrs = [("tool", TOOL), ("using", using), *(("input", name) for name, _ in root.get("inputs").items())]
    step = replace(step, uses=(*step.uses, mask(image))) if using == "docker" and image else step
    return Facts(kind="github-action", steps=(step,), duplicates=duplicates, attrs=pairs(attrs), troubles=troubles)


Acting: TypeAlias = list[tuple[str, Node]]
"""The steps of a job that use an action, each with the action's name."""


class _Setting(NamedTuple):
    """What the steps of a job have in common.

    `asked` names the steps whose end a later one asks for; `elsewhere` says that the job's files are not those of this tree.
    """

    folder: str
    shell: str
    matrix: Node
    variables: Environment
    asked: frozenset[str]
    elsewhere: bool


class _Run(NamedTuple):
    """The text of a step, once for each choice of a matrix, with all that its commands depend on but their lines.

    `folder` is that of the step itself, seen from the job's; `waved` says that its failure is ignored.
    """

    texts: tuple[str, ...]
    shell: str
    variables: Environment
    folder: str
    waved: bool
    elsewhere: bool


def _job(name: str, job: Node, line: int, root: Node) -> Step:
    own, shared = job.get("defaults").get("run"), root.get("defaults").get("run")
    folder = own.get("working-directory").raw or shared.get("working-directory").raw
    steps = [step for step in job.get("steps").parts if step.kind == "map"]
    acting = _acting(steps)
    setting = _Setting(
        folder=folder,
        shell=own.get("shell").raw or shared.get("shell").raw,
        matrix=job.get("strategy").get("matrix"),
        variables=_variables(root, job),
        asked=_asked_about(steps),
        elsewhere=_is_elsewhere(acting),
    )
    return Step(
        name=name,
        tool=TOOL,
        line=line,
        end_line=max(line, job.end_line),
        commands=tuple([command for step in steps for command in _commands(step, setting, root, job)]),
        reads=tuple(_downloads(acting)),
        writes=tuple(_uploads(acting, folder)),
        after=tuple([node.raw for node in job.get("needs").texts()]),
        folder=_filled_in(folder, setting.variables),
        rooted=True,
        condition=job.get("if").raw[:500],
        variants=_variants(setting.matrix),
        loop=_loop(setting.matrix),
        uses=tuple(_uses(job, acting)),
        attrs=pairs(
            [*_settings(job), *_environment(job, steps), *_names(steps), *_caches(acting), *_checkouts(acting)]
        ),
    )


_OUTCOME = regex(r"steps\.([\w-]+)\.(?:outcome|conclusion)")
_OTHER_REPOSITORIES = regex(r"!\s*contains\(\s*github\.repository\b|github\.repository\s*!=")


def _acting(steps: Iterable[Node]) -> Acting:
    return [(step.entries["uses"].raw, step) for step in steps if "uses" in step.entries]


def _may_fail(step: Node) -> bool:
    return "continue-on-error" in step.entries and step.entries["continue-on-error"].value is True


def _asked_about(steps: list[Node]) -> frozenset[str]:
    """The steps whose end a later one asks for: that they may fail is no secret."""
    texts = [step.entries[key].raw for step in steps for key in ("if", "run") if key in step.entries]
    return frozenset([name for text in texts if "steps." in text for name in _OUTCOME.findall(text)])


def _is_for_others(step: Node) -> bool:
    """Whether a step of a shared workflow runs in other repositories alone."""
    return "if" in step.entries and _OTHER_REPOSITORIES.search(step.entries["if"].raw) is not None


def _is_elsewhere(acting: Acting) -> bool:
    """Whether a job checks out a revision of a fixed name: its files are not those of this tree."""
    given = [step.get("with") for action, step in acting if action.startswith("actions/checkout")]
    refs = [node.get("ref").raw for node in given if not node.get("repository")]
    return any(ref and "${{" not in ref for ref in refs)


def _variables(*holders: Node) -> Environment:
    """The environment of a step; what is nearer to it wins."""
    merged = {name: value.raw for each in holders for name, value in each.get("env").items() if value.is_scalar}
    return tuple([(name, mask_value(name, value)) for name, value in merged.items()])


def _filled_in(text: str, variables: Environment) -> str:
    """A folder with the variables that are known."""
    if "env." not in text:
        return text
    known = {name: value for name, value in variables if _PLAIN_VALUE.fullmatch(value)}
    return _ENV.sub(lambda found: known.get(found[1], found.group()), text)


def _commands(step: Node, setting: _Setting, root: Node, job: Node) -> tuple[Command, ...]:
    """What a step runs: the image that its action builds, and its text."""
    run = step.get("run")
    if step.get("uses").raw.startswith(_RUNS_NOTEBOOK):
        return tuple(_in_workspace(step.get("with")))
    builds = step.get("uses").raw.startswith(_BUILDING)
    if not builds and not run.is_scalar:
        return ()
    variables = _variables(root, job, step) if "env" in step.entries else setting.variables
    elsewhere = setting.elsewhere or _is_for_others(step)
    built = _image_build(step, variables, elsewhere) if builds else ()
    if not run.is_scalar:
        return built
    own = _filled_in(step.get("working-directory").raw, variables)
    ran = _Run(
        _instances(run.raw, setting.matrix) if "matrix." in run.raw else (run.raw,),
        step.get("shell").raw or setting.shell,
        variables,
        _inside(setting.folder, own) if own else "",
        _may_fail(step) and step.get("id").raw not in setting.asked,
        elsewhere,
    )
    size = sum(map(len, ran.texts)) + sum([len(value) for _, value in variables])
    return (*built, *moved_to(run.text_line, _ran_once(ran) if size <= REPEATED else _ran(ran)))


def _in_workspace(given: Node) -> Iterator[Command]:
    """The notebook that an action runs on Databricks."""
    path = given.get("local-notebook-path") or given.get("workspace-notebook-path")
    if path.is_scalar and "${{" not in path.raw:
        yield Command((Word(IN_WORKSPACE), Word(path.raw.strip())), path.line)


@remembered
def _ran_once(ran: _Run) -> tuple[Command, ...]:
    """Most steps of a repository's workflows stand in several of them."""
    return _ran(ran)


def _ran(ran: _Run) -> tuple[Command, ...]:
    """The commands of a text that begins in line 1, each once."""
    made: dict[Command, None] = {}
    for text in ran.texts:
        for command in _script(text, ran.shell, ran.variables):
            moved = _moved(command, ran.folder) if ran.folder else command
            made[replace(moved, guard=True) if ran.waved else moved] = None
    return tuple([replace(command, cwd=None) if ran.elsewhere else command for command in made])


def _image_build(step: Node, variables: Environment, elsewhere: bool) -> tuple[Command]:
    """The image that an action builds, as the command that does the same: paths are seen from the repository."""
    given = step.get("with")
    words = ["docker", "build"]
    for option, name in (("-f", "file"), ("--target", "target"), ("-t", "tags")):
        said = _filled_in(given.get(name).raw.strip().partition("\n")[0], variables)
        words += [option, said] if said else []
    words.append(_filled_in(given.get("context").raw, variables) or ".")
    made = [_HOLE.sub(r"{\1}", mask(word)) for word in words]
    return (Command(tuple([Word(word, "{" not in word) for word in made]), step.line, None if elsewhere else ""),)


def _instances(text: str, matrix: Node) -> tuple[str, ...]:
    """The text once for each choice of the matrix values that it names, if they are few and written out."""
    names = sorted(set(_MATRIX.findall(text)))
    axes = [_values(matrix, name) for name in names]
    if not names or not all(axes) or prod(map(len, axes)) > MAX_FILLED:
        return (text,)
    tables = [dict(zip(names, chosen, strict=True)) for chosen in product(*axes)]
    return tuple([_MATRIX.sub(lambda found, table=table: table[found[1]], text) for table in tables])  # type: ignore[misc]  # bound per round


def _values(matrix: Node, name: str) -> list[str]:
    """The plain values that one name of a matrix takes; none where any of them is open."""
    nodes = [*matrix.get(name).parts, *(entry.get(name) for entry in matrix.get("include").maps() if entry.get(name))]
    plain = all(node.is_scalar and _PLAIN_VALUE.fullmatch(node.raw) for node in nodes)
    return list(dict.fromkeys(node.raw for node in nodes)) if plain else []


def _script(text: str, shell: str, variables: Environment) -> tuple[Command, ...]:
    if shell.split(" ")[0] in _PYTHON_SHELLS:
        body = mask(_HOLE.sub(r"⟦\1⟧", text))
        return (Command((Word("python"), Word("-")), 1, body=body, environment=variables, program=0),)
    return read_shell(text, environment=variables)


def _inside(folder: str, own: str) -> str:
    """A step's working directory seen from the job's: both are relative to the repository."""
    return relpath(own, folder) if folder and not own.startswith(("/", "$", "~")) else own


def _moved(command: Command, folder: str) -> Command:
    """A command of a step with its own working directory: `cd` in it starts there."""
    if "${{" in folder or command.cwd is None:
        return replace(command, cwd=None)
    return replace(command, cwd=_within(folder, command.cwd))


@lru_cache(maxsize=1_024)
def _within(folder: str, cwd: str) -> str:
    where = cwd if cwd.startswith(("/", "~", "{")) else normpath(join(folder, cwd))
    return "" if where == "." else where


def _uses(job: Node, acting: Acting) -> Iterator[str]:
    for node in (job.get("uses"), *[step.entries["uses"] for _, step in acting]):
        if node.is_scalar:
            yield mask(node.raw)
    container = job.get("container")
    image = container.raw if container.is_scalar else container.get("image").raw
    services = [service.get("image").raw for _, service in job.get("services").items()]
    yield from (f"docker://{mask(name)}" for name in [image, *services] if name)


def _downloads(acting: Acting) -> Iterator[Ref]:
    """Artifacts of other jobs, by name; without a name or with a pattern it is all that match."""
    for action, step in acting:
        if "download-artifact" in action:
            given = step.get("with")
            name = _HOLE.sub(r"{\1}", mask(given.get("name").raw or given.get("pattern").raw or "*"))
            attrs = pairs(
                [("to", given.get("path").raw), ("run", given.get("run-id").raw or given.get("workflow").raw)]
            )
            yield Ref(name, "artifact", "download-artifact", step.line, "{" in name, attrs)


def _tied(jobs: list[Step]) -> Iterator[Step]:
    """The jobs, with each download as one read for every artifact of the file that it may mean."""
    made = sorted({ref.path for job in jobs for ref in job.writes if ref.kind == "artifact"})
    for job in jobs:
        if not job.reads:
            yield job
            continue
        reads = [
            replace(ref, path=name, templated="{" in name)
            for ref in job.reads
            for name in [other for other in made if _may_mean(ref.path, other)] or [ref.path]
        ]
        yield replace(job, reads=tuple(reads))


def _may_mean(wanted: str, made: str) -> bool:
    """Whether two names of artifacts can be one: equal, or a pattern or template of the one covers the other."""
    wanted, made = re.sub(r"\{.*?\}", "*", wanted), re.sub(r"\{.*?\}", "*", made)
    return wanted == made or fnmatchcase(made, wanted) or (made.strip("*") != "" and fnmatchcase(wanted, made))


def _uploads(acting: Acting, folder: str) -> Iterator[Ref]:
    """The artifact and the files in it. Their paths are seen from the repository, whatever the job's folder."""
    for action, step in acting:
        if "upload-artifact" not in action:
            continue
        path = step.get("with").get("path")
        name = _HOLE.sub(r"{\1}", mask(step.get("with").get("name").raw or "artifact"))
        yield Ref(name, "artifact", "upload-artifact", step.line, "{" in name)
        for offset, line in enumerate(path.raw.split("\n") if path.is_scalar else []):
            file = _WORKSPACE.sub("", line.strip())
            if file and not file.startswith("!"):
                attrs = pairs([("name", name)])
                place = _inside(folder, file)
                yield Ref(
                    mask(place), kind_of_path(file), "upload-artifact", path.text_line + offset, "${{" in file, attrs
                )


def _variants(matrix: Node) -> int:
    if not matrix:
        return 1
    axes = {name: axis for name, axis in matrix.items() if name not in ("include", "exclude")}
    return instances(axes, matrix.get("include"), matrix.get("exclude")) if matrix.kind == "map" else 0


def _loop(matrix: Node) -> str:
    if matrix.is_scalar:
        return matrix.raw[:500]
    return "; ".join(f"{name}: {', '.join(node.raw for node in axis.texts())}" for name, axis in matrix.items())[:500]


def _settings(job: Node) -> Iterator[tuple[str, object]]:
    """Where a job runs and what it may do."""
    runner = job.get("runs-on")
    labels = [*runner.texts(), *runner.get("labels").texts(), *runner.get("group").texts()]
    yield "runs-on", " ".join(node.raw for node in labels)
    environment = job.get("environment")
    yield "environment", environment.raw if environment.is_scalar else environment.get("name").raw
    yield "timeout", job.get("timeout-minutes").raw
    yield "continue-on-error", "job" if job.get("continue-on-error").value is True else ""
    yield "secrets", job.get("secrets").raw
    yield from ((f"with:{name}", mask_value(name, value.raw)[:200]) for name, value in job.get("with").items())
    yield from _guards(job)


def _guards(holder: Node) -> Iterator[tuple[str, object]]:
    """Permissions and concurrency, of a workflow or a job."""
    permissions = holder.get("permissions")
    rights = (
        [permissions.raw] if permissions.is_scalar else [f"{name}={value.raw}" for name, value in permissions.items()]
    )
    yield "permissions", ",".join(rights) or ("none" if permissions.kind == "map" else "")
    concurrency = holder.get("concurrency")
    yield "concurrency", concurrency.raw if concurrency.is_scalar else concurrency.get("group").raw


def _environment(job: Node, steps: list[Node]) -> Iterator[tuple[str, object]]:
    for holder in (job, *[step for step in steps if "env" in step.entries]):
        for name, value in holder.get("env").items():
            if value.is_scalar:
                yield f"env:{name}", mask_value(name, value.raw) if is_secret_name(name) else mask(value.raw)[:200]


def _checkouts(acting: Acting) -> Iterator[tuple[str, object]]:
    """The folders that hold this very repository."""
    for action, step in acting:
        given = step.get("with")
        if action.startswith("actions/checkout") and not given.get("repository"):
            yield "checkout", given.get("path").raw.removeprefix("./").strip("/")


def _names(steps: list[Node]) -> Iterator[tuple[str, object]]:
    yield from [("step", step.entries["name"].raw[:100]) for step in steps if "name" in step.entries]
    yield from [("continue-on-error", step.get("name").raw or "true") for step in steps if _may_fail(step)]


def _caches(acting: Acting) -> Iterator[tuple[str, object]]:
    yield from [("cache", step.get("with").get("key").raw[:200]) for action, step in acting if "/cache@" in action]


def _versions(jobs: Node) -> Iterator[tuple[str, object]]:
    """Python versions that `setup-python` asks for; those of a matrix are looked up."""
    for job in jobs.values():
        for action, step in _acting(job.get("steps").parts):
            if "setup-python" not in action and "setup-uv" not in action:
                continue
            for node in step.get("with").get("python-version").texts():
                axis = _MATRIX.fullmatch(node.raw.strip())
                found = _values(job.get("strategy").get("matrix"), axis[1]) if axis else node.raw.split()
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
                zone = pairs([("timezone", entry.get("timezone").raw)])
                yield Trigger("schedule", entry.get("cron").raw, entry.line, attrs=zone)
            continue
        attrs = pairs([("event", event), *_filters(details)])
        yield Trigger(_EVENTS.get(event, "event"), "", at, attrs=attrs)


def _filters(details: Node) -> Iterator[tuple[str, str]]:
    """Branches, paths, types and workflows that an event is narrowed to; of inputs their names."""
    for name, part in details.items():
        yield name, ",".join([node.raw for node in part.texts()] or [key for key, _ in part.items()])


WORKFLOW = Reader(
    name=TOOL, names=("*/.github/workflows/*.yml", "*/.github/workflows/*.yaml"), read=over_text(read_workflow)
)
ACTION = Reader(
    name="github-action", names=("action.yml", "action.yaml"), read=over_text(read_action), sniff=having(rb"^runs:")
)
