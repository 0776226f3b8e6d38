"""Azure Machine Learning, version 2: jobs, pipelines, components, schedules, monitors, deployments and assets in YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from posixpath import join
from typing import NamedTuple

from msgspec.structs import replace

from auditor.language.azure_assets import asset, data_ref, environments, images
from auditor.language.document import leaves
from auditor.language.node import ABSENT, Node
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step, Trigger, Watch
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL, SERVING = "azureml", "azureml-serving"

_SCHEMA = regex(r"([A-Za-z]+)(?:\.schema)?\.json")
_BINDING = regex(r"\$\{\{\s*(?P<path>[\w.-]+)\s*\}\}")
_RUNNING = frozenset({"command", "code", "trial", "task", "entry", "component", "training_data", "primary_metric"})
_OTHER_INPUTS = ("training_data", "validation_data", "test_data", "condition")
_PROGRAMS = frozenset({"command", "task", "entry"})
_BLOCKS = ("true_block", "false_block", "body")
_ONLY_DESCRIBED = ("endpoint", "schedule", "data", "model", "environment")
_HINTS = (b"azuremlschemas.azureedge.net", b"azureml/sdk-2-0")
_is_job: Callable[[bytes], bool] = having(
    rb"^type:\s*[\"']?(?:pipeline|command|sweep|parallel|spark|automl)\b",
    rb"^(?:jobs|command|component|trial|compute):",
)


def read(text: str) -> Facts:
    """A step per job; registered data and models as references; what starts, watches and serves beside them."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    kind = _kind(root)
    steps = tuple(_steps(root, kind.lower()))
    return Facts(
        kind=TOOL,
        steps=steps,
        triggers=tuple(_triggers(root)) if "trigger" in root.entries else (),
        watches=tuple(_watches(root)) if "create_monitor" in root.entries else (),
        references=tuple(_assets(root, kind.lower())),
        leaves=() if steps else leaves(root) if root else (),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("schema", kind), ("name", root.get("name").raw)]),
        troubles=troubles,
    )


def _kind(root: Node) -> str:
    """What a file declares: `pipelineJob`, `commandComponent`, …, else its `type`."""
    return _schema(root.get("$schema").raw) or root.get("type").raw


@lru_cache(maxsize=256)
def _schema(address: str) -> str:
    """The kind that a schema's address names; a repository names few, thousands of times."""
    found = _SCHEMA.search(address)
    return found[1] if found else ""


def _steps(root: Node, kind: str) -> Iterator[Step]:
    jobs = root.get("jobs")
    if jobs.kind == "map":
        provided = pairs(
            [
                ("provides", f"{word}:{root.get('name').raw}" if root.get("name") else "")
                for word in ("job", "component")
            ]
        )
        made = [_job(name, job, jobs.line_of(name), root) for name, job in jobs.items() if job.kind == "map"]
        wanted = {ref.path: ref for step in made for ref in step.reads if ref.path.startswith("mem:")}
        guards = dict(_guards(jobs))
        for step in made:
            if step.name in guards:
                guard, condition = guards[step.name]
                step = replace(step, after=(*step.after, guard), condition=condition)
            yield replace(step, attrs=(*step.attrs, *provided), writes=(*step.writes, *_unlisted(step, wanted)))
    elif "deployment" in kind:
        yield _deployment(root)
    elif root.has_any(_RUNNING) and not kind.endswith(_ONLY_DESCRIBED):
        name = root.get("name").raw
        step = _job(name, root, 1, ABSENT)
        provided = (
            (("provides", f"component:{name}"),) if "component" in kind or root.get("type").raw == "command" else ()
        )
        yield replace(step, attrs=(*step.attrs, *(provided if name else ())))


def _guards(jobs: Node) -> Iterator[tuple[str, tuple[str, str]]]:
    """Jobs that another decides on, with that job and what it decides by."""
    for name, job in jobs.items():
        for key in _BLOCKS:
            for node in job.get(key).texts():
                bound = _BINDING.search(node.raw)
                if bound and bound["path"].startswith("parent.jobs."):
                    said = job.get("condition").raw
                    yield bound["path"].split(".")[2], (name, f"not {said}" if key == "false_block" else said)


def _unlisted(step: Step, wanted: dict[str, Ref]) -> Iterator[Ref]:
    """Outputs that other jobs take though only the component lists them."""
    listed = {ref.path for ref in step.writes}
    for path, ref in wanted.items():
        if path.startswith(f"mem:{step.name}.") and path not in listed:
            yield Ref(path, ref.kind, "outputs", step.line)


# --- jobs ---


class _Given(NamedTuple):
    """An input of a job under its name, and the paths that it is bound to. `how` is where it stands in the job."""

    how: str
    name: str
    node: Node
    paths: list[tuple[str, ...]]

    @property
    def bound(self) -> tuple[str, ...]:
        return self.paths[0] if self.paths else ()


def _job(name: str, job: Node, line: int, parent: Node) -> Step:
    component, trial = job.get("component"), job.get("trial")
    body = component if component.kind == "map" else trial if trial.kind == "map" else job
    inputs = job.get("inputs")
    given = [
        _Given("inputs", name, node, _paths(node))
        for name, node in inputs.items()
        if node.kind == "map" or "${{" in node.raw  # what else is written out refers to nothing
    ]
    given += [_Given(key, key, job.get(key), _paths(job.get(key))) for key in _OTHER_INPUTS if key in job.entries]
    place = body.get("environment") or body.get("task").get("environment")
    return Step(
        name=name,
        tool=TOOL,
        line=line,
        end_line=max(line, job.end_line),
        commands=tuple(_commands(body, inputs, parent)) if body.has_any(_PROGRAMS) else (),
        reads=(*[ref for one in given for ref in _read(one, parent)], *environments(place)),
        writes=tuple(_writes(name, job, parent)),
        params=tuple(_settings(inputs, given)),
        after=tuple(dict.fromkeys(_before(given))),
        uses=(*_components(component, trial), *images(place)),
        attrs=pairs([("type", job.get("type").raw), ("compute", job.get("compute").raw), *_ports(job)]),
    )


def _components(*nodes: Node) -> Iterator[str]:
    for node in nodes:
        if node.is_scalar:
            found = asset(node.raw)
            path = node.raw.removeprefix("file:")
            yield f"component:{found[0]}" if found else path if path.startswith(".") else f"./{path}"


def _commands(body: Node, inputs: Node, parent: Node) -> Iterator[Command]:
    """What a job runs in its folder of code: a command, a Spark program, or the script of a parallel task."""
    fill = _filling(inputs, body, parent)
    task, entry = body.get("task"), body.get("entry").get("file")
    folder = task.get("code").raw or body.get("code").raw
    command = body.get("command")
    text, line = fill(command.raw), command.text_line
    for script, arguments in ((task.get("entry_script"), task.get("program_arguments")), (entry, body.get("args"))):
        if script.is_scalar:
            text, line = f"python {script.raw} {fill(arguments.raw)}", script.line
    for found in read_shell(text, line=line) if text else ():
        yield _within(found, folder)


def _within(command: Command, folder: str) -> Command:
    if not folder or folder.startswith(("azureml:", "http", "git+", "<")) or command.cwd is None:
        return command
    return replace(command, cwd=join(folder, command.cwd))


def _filling(inputs: Node, body: Node, parent: Node) -> Callable[[str], str]:
    """Fills `${{inputs.x}}` with what is written out: given to the job or the pipeline, else the default."""

    def value(match: re.Match[str]) -> str:
        where, _, name = match["path"].partition(".")
        if where != "inputs":
            return match.group()
        given = inputs.get(name)
        bound = _BINDING.fullmatch(given.raw)
        if bound and bound["path"].startswith("parent.inputs."):
            given = parent.get("inputs").get(bound["path"].removeprefix("parent.inputs."))
        for node in (given, given.get("path"), given.get("default"), body.get("inputs").get(name).get("default")):
            if node.is_scalar and "${{" not in node.raw:
                return node.raw
        return match.group()

    return lambda text: _BINDING.sub(value, text) if "${{" in text else text


def _paths(node: Node) -> list[tuple[str, ...]]:
    """What a value is bound to, `parent.jobs.prepare.outputs.data` by its parts; nothing where it is written out."""
    text = node.raw or node.get("path").raw
    return [tuple(path.split(".")) for path in _BINDING.findall(text)] if "${{" in text else []


def _is_input(bound: tuple[str, ...]) -> bool:
    return bound[:2] == ("parent", "inputs") and len(bound) > 2


def _read(given: _Given, parent: Node) -> Iterable[Ref]:
    """What an input is bound to: the output of another job, an input of the pipeline, or data by address."""
    node, how, attrs = given.node, given.how, (("name", given.name),)
    bound = given.bound
    if bound[:2] == ("parent", "jobs") and len(bound) > 4:
        return (Ref(f"mem:{bound[2]}.{bound[4]}", _type(node), how, node.line, attrs=attrs),)
    if _is_input(bound):
        return data_ref(parent.get("inputs").get(bound[2]).get("path"), how, kind=_typed(node), attrs=attrs)
    if node.kind == "map" and not bound:
        return data_ref(node.get("path"), how, kind=_typed(node), attrs=attrs)
    return ()


def _type(node: Node) -> str:
    return _typed(node) or "dataset"


def _typed(node: Node) -> str:
    return "model" if node.get("type").raw in ("mlflow_model", "custom_model", "triton_model") else ""


def _writes(job: str, node: Node, parent: Node) -> Iterator[Ref]:
    outputs = node.get("outputs")
    for name, given in outputs.items():
        attrs = (("name", name),)
        if parent:
            yield Ref(f"mem:{job}.{name}", _type(given), "outputs", outputs.line_of(name), attrs=attrs)
        for bound in _paths(given)[:1]:
            if bound[:2] == ("parent", "outputs") and len(bound) > 2:
                given = parent.get("outputs").get(".".join(bound[2:]))
        yield from data_ref(given.get("path"), "outputs", kind=_typed(given), attrs=attrs)


def _settings(inputs: Node, given: list[_Given]) -> Iterator[Ref]:
    """Inputs of the pipeline that a job gets."""
    for one in given:
        if one.how == "inputs" and _is_input(one.bound):
            keys = ".".join(one.bound[1:])
            yield Ref("", "param", "inputs", inputs.line_of(one.name), attrs=(("keys", keys),))


def _before(given: list[_Given]) -> Iterator[str]:
    for one in given:
        for path in one.paths if one.how in ("inputs", "condition") else ():
            if path[:2] == ("parent", "jobs") and len(path) > 2:
                yield path[2]


def _ports(job: Node) -> Iterator[tuple[str, str]]:
    for key, word in (("inputs", "input"), ("outputs", "output")):
        for name, port in job.get(key).items():
            if "type" in port.entries and "path" not in port.entries:
                yield word, f"{name}:{port.get('type').raw}"


# --- deployments ---


def _deployment(root: Node) -> Step:
    code = root.get("code_configuration")
    script = code.get("scoring_script").raw
    commands = read_shell(f"python {script}", line=code.line) if script else ()
    model = root.get("model")
    endpoint = root.get("endpoint_name").raw
    return Step(
        name="/".join(part for part in (endpoint, root.get("name").raw) if part),
        tool=SERVING,
        line=1,
        end_line=root.end_line,
        commands=tuple(_within(command, code.get("code").raw) for command in commands),
        reads=(*data_ref(model.get("path") or model, "model", kind="model"), *environments(root.get("environment"))),
        uses=(*images(root.get("environment")), *_components(root.get("component"))),
        attrs=pairs(
            [
                ("provides", f"endpoint:{endpoint}" if endpoint else ""),
                ("type", _kind(root)),
                ("collects", root.get("data_collector").kind == "map" or None),
                ("insights", root.get("app_insights_enabled").value),
            ]
        ),
    )


# --- what starts and what watches ---


def _triggers(root: Node) -> Iterator[Trigger]:
    trigger = root.get("trigger")
    job = root.get("create_job")
    if trigger.kind != "map":
        return
    named = list(_components(job.get("job") or job)) if job else []
    schedule = trigger.get("expression").raw or _recurrence(trigger)
    attrs = pairs([("timezone", trigger.get("time_zone").raw), ("name", root.get("name").raw)])
    starts = tuple(name.replace("component:", "job:", 1) for name in named)
    yield Trigger("schedule", schedule, root.line_of("trigger"), attrs=attrs, starts=starts)


def _recurrence(trigger: Node) -> str:
    every = f"every {trigger.get('interval').raw or 1} {trigger.get('frequency').raw}"
    schedule = trigger.get("schedule")
    hours = ",".join(node.raw for node in schedule.get("hours").texts())
    minutes = ",".join(node.raw for node in schedule.get("minutes").texts())
    days = " ".join(node.raw for node in schedule.get("week_days").texts())
    return " ".join(
        part for part in (every, f"on {days}" if days else "", f"at {hours}:{minutes or 0}" if hours else "") if part
    )


_DRIFT = {"data_drift": "data", "prediction_drift": "target", "feature_attribution_drift": "data", "model_performance": "performance"}  # fmt: skip


def _watches(root: Node) -> Iterator[Watch]:
    monitor = root.get("create_monitor")
    if not monitor:
        return
    target = monitor.get("monitoring_target")
    deployment = target.get("endpoint_deployment_id")
    watched = [Ref(f"azureml://endpoints/{deployment.raw.removeprefix('azureml:')}", "service", "target", deployment.line)] if deployment.raw else []  # fmt: skip
    watched += data_ref(target.get("model_id"), "target", kind="model")
    signals = monitor.get("monitoring_signals")
    for name, signal in signals.items():
        reference = signal.get("reference_data").get("input_data").get("path")
        kind = signal.get("type").raw
        attrs = pairs([("type", kind), ("drift", _DRIFT.get(kind, "")), ("alert", signal.get("alert_enabled").value)])
        yield Watch(name, "monitor", TOOL, signals.line_of(name), (*watched, *data_ref(reference, "reference")), attrs)
    if not signals:
        yield Watch(root.get("name").raw, "monitor", TOOL, monitor.line, tuple(watched), (("drift", "data"),))


# --- assets ---


def _assets(root: Node, kind: str) -> Iterator[Ref]:
    name = root.get("name").raw
    if kind in ("data", "model") and name:
        asset_kind = "model" if kind == "model" else ""
        attrs = pairs([("name", name), ("version", root.get("version").raw)])
        yield from data_ref(root.get("path"), kind, kind=asset_kind, attrs=attrs)
    if kind == "environment":
        yield from environments(root)


def _sniff(data: bytes) -> bool:
    head = data[:65_536]
    if _HINTS[0] in head or _HINTS[1] in head:
        return b"$schema:" in head
    return _is_job(head)


READER = Reader(name=TOOL, names=("*.yaml", "*.yml"), read=over_text(read), sniff=_sniff)
