"""Databricks bundles: jobs and their tasks, pipelines, serving endpoints and quality monitors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join

from msgspec.structs import replace

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import IN_WORKSPACE, Command, Facts, Ref, Step, Trigger, Watch, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL, SERVING = "databricks", "databricks-serving"

_KINDS = "jobs|pipelines|models|registered_models|experiments|model_serving_endpoints|quality_monitors|schemas|apps|volumes|clusters|dashboards|alerts|genie_spaces|database_instances|sql_warehouses|secret_scopes"  # fmt: skip
_BUNDLE = regex(rb"^bundle:\s*(?:#.*)?$", re.MULTILINE)
_RESOURCES = regex(rb"^(?:resources|targets):\s*(?:#.*)?$", re.MULTILINE)
_HELD = regex(rf"^[ \t]+(?:{_KINDS}):".encode(), re.MULTILINE)
_RESOURCE = regex(r"\$\{resources\.(jobs|pipelines)\.([\w-]+)\.(?:id|name)\}")
_ROOT = regex(r"^\$\{(?:workspace\.(?:file_path|root_path)|bundle\.[\w.]+)\}/(?:files/)?")
_WORDS = {"jobs": "job", "pipelines": "pipeline"}


def read(text: str) -> Facts:
    """A step per task of a job, per pipeline and per serving endpoint; schedules and file arrivals as triggers.

    Resources that a target adds or overrides are read after those of the bundle; a task said twice is one.
    """
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    held = [root.get("resources"), *(target.get("resources") for target in root.get("targets").values())]
    steps: dict[str, Step] = {}
    triggers: list[Trigger] = []
    for resources in held:
        for step, started in _resources(resources, steps):
            steps.setdefault(step.name, step)
            triggers += [trigger for trigger in started if trigger not in triggers]
    bundle = root.get("bundle")
    return Facts(
        kind=TOOL,
        steps=tuple(steps.values()),
        triggers=tuple(triggers),
        watches=tuple(watch for resources in held for watch in _monitors(resources)),
        references=tuple(_references(root)),
        leaves=tuple(
            leaf for key in ("variables", "bundle") if root.get(key) for leaf in leaves(root.get(key), prefix=key)
        ),
        duplicates=duplicates,
        attrs=pairs(
            [("tool", TOOL), ("name", bundle.get("name").raw), *(("target", n) for n in root.get("targets").entries)]
        ),
        troubles=troubles,
    )


def read_job(text: str) -> Facts:
    """The tasks of one job, as the jobs API takes and gives it."""
    document, troubles = read_json(text)
    root = document or ABSENT
    job = root.get("settings") or root.get("new_settings") or root
    name = (job.get("name") or job.get("run_name")).raw or "job"
    steps = tuple(_job(name, job, 1, {}))
    triggers = tuple(replace(trigger, steps=tuple(step.name for step in steps)) for trigger in _triggers(job))
    return Facts(
        kind=TOOL, steps=steps, triggers=triggers, attrs=pairs([("tool", TOOL), ("name", name)]), troubles=troubles
    )


def _resources(resources: Node, taken: dict[str, Step]) -> Iterator[tuple[Step, list[Trigger]]]:
    jobs, pipelines, endpoints = (resources.get(key) for key in ("jobs", "pipelines", "model_serving_endpoints"))
    for name, job in jobs.items():
        made = list(_job(name, job, jobs.line_of(name), taken))
        started = [replace(t, steps=tuple(step.name for step in made)) for t in _triggers(job)]
        yield from ((step, started) for step in made)
    for name, pipeline in pipelines.items():
        yield _pipeline(name, pipeline, pipelines.line_of(name)), []
    for name, endpoint in endpoints.items():
        yield _endpoint(name, endpoint, endpoints.line_of(name)), []


# --- jobs ---


def _job(name: str, job: Node, line: int, taken: dict[str, Step]) -> Iterator[Step]:
    tasks = [task for task in job.get("tasks").maps() if task.get("task_key")]
    single = not tasks and any(key.endswith("_task") for key in job.entries)
    provided = ("provides", f"job:{name}")
    clash = {task.get("task_key").raw for task in tasks} & {n for n, s in taken.items() if provided not in s.attrs}

    def named(key: str) -> str:
        return f"{name}.{key}" if key in clash else key

    for task in tasks or ([job] if single else []):
        inner = task.get("for_each_task").get("task") or task
        key = task.get("task_key").raw or name
        yield Step(
            name=named(key),
            tool=TOOL,
            line=task.line if tasks else line,
            end_line=max(task.end_line, line),
            commands=tuple(_commands(inner)),
            reads=tuple(_reads(inner)),
            after=tuple(named(part.get("task_key").raw) for part in task.get("depends_on").maps()),
            condition=_condition(task)[:500],
            variants=0 if task.get("for_each_task") else 1,
            loop=task.get("for_each_task").get("inputs").raw[:500],
            uses=tuple(_uses(inner)),
            attrs=(provided, *pairs(_attrs(inner))),
        )


def _commands(task: Node) -> Iterator[Command]:
    notebook, script = task.get("notebook_task").get("notebook_path"), task.get("spark_python_task").get("python_file")
    wheel, dbt = task.get("python_wheel_task"), task.get("dbt_task")
    if notebook.raw.endswith(".ipynb"):
        yield Command((Word("papermill"), _word(notebook)), notebook.line)
    elif notebook.raw.endswith(".py"):
        yield Command((Word("python"), _word(notebook)), notebook.line)
    elif notebook.is_scalar:
        yield Command((Word(IN_WORKSPACE), _word(notebook)), notebook.line)
    if script.is_scalar:
        arguments = [_word(node) for node in task.get("spark_python_task").get("parameters").texts()]
        yield Command((Word("python"), _word(script), *arguments), script.line)
    if wheel.get("entry_point"):
        arguments = [_word(node) for node in wheel.get("parameters").texts()]
        yield Command((_word(wheel.get("entry_point")), *arguments), wheel.line)
    for node in dbt.get("commands").texts():
        for command in read_shell(node.raw, line=node.text_line):
            folder = _local(dbt.get("project_directory").raw)
            yield replace(command, cwd=join(folder, command.cwd or "")) if folder else command


def _word(node: Node) -> Word:
    text = mask(_local(node.raw))
    return Word(re.sub(r"\$?\{\{?([^{}]*)\}?\}", r"{\1}", text), "{" not in text)


def _local(path: str) -> str:
    """A path without the folder that the bundle is copied to: files keep their places in it."""
    return _ROOT.sub("", path)


def _reads(task: Node) -> Iterator[Ref]:
    for key in ("sql_task", "dbt_task"):
        path = task.get(key).get("file").get("path")
        if path.is_scalar:
            yield Ref(mask(_local(path.raw)), "script", key, path.line, "{" in _local(path.raw))


def _uses(task: Node) -> Iterator[str]:
    for node in (task.get("run_job_task").get("job_id"), task.get("pipeline_task").get("pipeline_id")):
        found = _RESOURCE.search(node.raw)
        if found:
            yield f"{_WORDS[found[1]]}:{found[2]}"


def _condition(task: Node) -> str:
    outcomes = [f"{part.get('task_key').raw} {part.get('outcome').raw}" for part in task.get("depends_on").maps() if part.get("outcome")]  # fmt: skip
    own = task.get("condition_task")
    said = f"{own.get('left').raw} {own.get('op').raw} {own.get('right').raw}" if own else ""
    return "; ".join([*outcomes, *([said] if said else []), *([task.get("run_if").raw] if task.get("run_if") else [])])


def _attrs(task: Node) -> Iterator[tuple[str, object]]:
    yield "type", next((key for key in task.entries if key.endswith("_task")), "")
    yield "source", task.get("notebook_task").get("source").raw
    for name, value in task.get("notebook_task").get("base_parameters").items():
        yield f"set:{name}", mask(value.raw)[:200]


# --- pipelines and endpoints ---


def _pipeline(name: str, pipeline: Node, line: int) -> Step:
    paths = [
        node
        for library in pipeline.get("libraries").maps()
        for node in (
            library.get("notebook").get("path"),
            library.get("file").get("path"),
            library.get("glob").get("include"),
        )
        if node.is_scalar
    ]
    programs = [node for node in paths if node.raw.endswith((".py", ".ipynb"))]
    others = [node for node in paths if node not in programs]
    return Step(
        name=name,
        tool=TOOL,
        line=line,
        end_line=max(line, pipeline.end_line),
        commands=tuple(
            Command((Word("papermill" if node.raw.endswith(".ipynb") else "python"), _word(node)), node.line)
            for node in programs
        ),
        reads=tuple(
            Ref(mask(_local(node.raw)), "script", "libraries", node.line, "{" in node.raw or "*" in node.raw)
            for node in others
        ),
        attrs=pairs(
            [("provides", f"pipeline:{name}"), ("type", "pipeline"), ("continuous", pipeline.get("continuous").value)]
        ),
    )


def _endpoint(name: str, endpoint: Node, line: int) -> Step:
    config = endpoint.get("config")
    served = [*config.get("served_entities").maps(), *config.get("served_models").maps()]
    traffic = config.get("traffic_config").get("routes").maps()
    return Step(
        name=endpoint.get("name").raw or name,
        tool=SERVING,
        line=line,
        end_line=max(line, endpoint.end_line),
        reads=tuple(ref for entity in served for ref in _served(entity)),
        attrs=pairs(
            [
                ("provides", f"endpoint:{name}"),
                *(
                    ("traffic", f"{route.get('served_model_name').raw}:{route.get('traffic_percentage').raw}")
                    for route in traffic
                ),
                ("collects", config.get("auto_capture_config").get("enabled").value),
            ]
        ),
    )


def _served(entity: Node) -> Iterator[Ref]:
    model = entity.get("entity_name") or entity.get("model_name")
    if model.is_scalar:
        version = entity.get("entity_version").raw or entity.get("model_version").raw
        yield Ref(
            f"model:mlflow:{model.raw}", "model", "model", model.line, "${" in model.raw, pairs([("version", version)])
        )


# --- what starts and what watches ---


def _triggers(job: Node) -> Iterator[Trigger]:
    schedule, trigger = job.get("schedule"), job.get("trigger")
    paused = (schedule.get("pause_status") or trigger.get("pause_status")).raw == "PAUSED" or None
    attrs = pairs([("timezone", schedule.get("timezone_id").raw), ("suspended", paused)])
    cron, periodic = schedule.get("quartz_cron_expression"), trigger.get("periodic")
    if cron:
        yield Trigger("schedule", cron.raw, cron.line, attrs=attrs)
    if periodic:
        text = f"every {periodic.get('interval').raw} {periodic.get('unit').raw.lower()}"
        yield Trigger("schedule", text, periodic.line, attrs=attrs)
    for key, names in (("file_arrival", "url"), ("table_update", "table_names")):
        event = trigger.get(key)
        if event:
            what = ",".join(mask(node.raw) for node in event.get(names).texts())
            yield Trigger("dataset", "", event.line, attrs=(*attrs, ("event", key), ("dataset", what)))
    if job.get("continuous"):
        yield Trigger("event", "", job.get("continuous").line, attrs=(*attrs, ("event", "continuous")))


def _monitors(resources: Node) -> Iterator[Watch]:
    monitors = resources.get("quality_monitors")
    for name, monitor in monitors.items():
        tables = [("table", monitor.get("table_name")), ("baseline", monitor.get("baseline_table_name"))]
        watched = tuple(
            Ref(f"table:{node.raw}", "dataset", how, node.line, "${" in node.raw) for how, node in tables if node
        )
        attrs = pairs(
            [
                ("drift", "performance" if monitor.get("inference_log").get("label_col") else "data"),
                ("schedule", monitor.get("schedule").get("quartz_cron_expression").raw),
                ("model", monitor.get("inference_log").get("model_id_col").raw),
            ]
        )
        yield Watch(name, "monitor", TOOL, monitors.line_of(name), watched, attrs)


def _references(root: Node) -> Iterator[Ref]:
    for node in root.get("include").texts():
        yield Ref(node.raw, "config", "include", node.line, "*" in node.raw)


def _sniff(data: bytes) -> bool:
    head = data[:65_536]
    if b"bundle:" in head and _BUNDLE.search(head):
        return True
    return b"resources:" in head and bool(_RESOURCES.search(head)) and bool(_HELD.search(head))


READER = Reader(name=TOOL, names=("*.yaml", "*.yml"), read=over_text(read), sniff=_sniff)
JOB = Reader(
    name="databricks-job",
    names=("*.json",),
    read=over_text(read_job),
    sniff=having(rb'"(?:notebook|spark_python|python_wheel)_task"\s*:'),
)
