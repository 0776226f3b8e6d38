"""Argo: workflows, libraries of templates, scheduled workflows, and sensors that submit one. Kubeflow pipelines are unwrapped."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from auditor.language import kfp
from auditor.language.argo import TOOL, Workflow
from auditor.language.json import read_json
from auditor.language.node import ABSENT, MapNode, Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Step, Trigger
from auditor.readers.contract import Reader, having, over_text, pairs

_LIBRARIES = frozenset({"WorkflowTemplate", "ClusterWorkflowTemplate"})
_COMPONENT, _IMPLEMENTATION = "{{workflow.parameters.components-", "implementations-"


def read(text: str) -> Facts:
    """A step per task of each workflow of the file; schedules and events as triggers."""
    documents, duplicates, troubles = read_yaml(text)
    taken: set[str] = set()
    steps: list[Step] = []
    triggers: list[Trigger] = []
    names: list[str] = []
    for document in documents:
        for kind, name, spec, line, started in _workflows(document):
            found = list(_unwrapped(spec)) or list(Workflow(spec, name, taken).steps(library=kind in _LIBRARIES))
            found += _referring(spec, name, line)
            steps += found
            names.append(name)
            triggers += [_started(trigger, found) for trigger in started]
    wrapped = any(step.tool == kfp.TOOL for step in steps)
    return Facts(
        kind=TOOL,
        steps=tuple(steps),
        triggers=tuple(triggers),
        duplicates=duplicates,
        attrs=pairs([("tool", kfp.TOOL if wrapped else TOOL), *(("workflow", name) for name in names)]),
        troubles=troubles,
    )


def _workflows(document: Node) -> Iterator[tuple[str, str, Node, int, list[Trigger]]]:
    """The workflows of a document with what starts them."""
    kind = document.get("kind").raw
    metadata = document.get("metadata")
    name = metadata.get("name").raw or metadata.get("generateName").raw.rstrip("-")
    spec = document.get("spec")
    if not document.get("apiVersion").raw.startswith("argoproj.io/"):
        return
    if kind == "CronWorkflow":
        yield kind, name, spec.get("workflowSpec"), document.line, list(_schedules(spec))
    elif kind == "Workflow" or kind in _LIBRARIES:
        yield kind, name, spec, document.line, []
    elif kind == "Sensor":
        events = ",".join(part.get("eventName").raw for part in spec.get("dependencies").maps())
        for trigger in spec.get("triggers").maps():
            template = trigger.get("template")
            for way in ("argoWorkflow", "k8s"):
                inner = template.get(way).get("source").get("resource")
                started = Trigger("event", "", trigger.line, attrs=pairs([("event", events), ("sensor", name)]))
                for kind_, name_, spec_, line, _ in _workflows(inner) if inner else ():
                    yield kind_, name_ or name, spec_, line, [started]


def _schedules(spec: Node) -> Iterator[Trigger]:
    attrs = pairs([("timezone", spec.get("timezone").raw), ("suspended", spec.get("suspend").value is True or None)])
    for node in (*spec.get("schedule").texts(), *spec.get("schedules").texts()):
        yield Trigger("schedule", node.raw, node.line, attrs=attrs)


def _started(trigger: Trigger, steps: list[Step]) -> Trigger:
    return Trigger(trigger.kind, trigger.schedule, trigger.line, tuple(step.name for step in steps), trigger.attrs)


def _referring(spec: Node, name: str, line: int) -> Iterator[Step]:
    """A workflow that is nothing but a call of a template."""
    reference = spec.get("workflowTemplateRef")
    if reference:
        uses = (f"template:{reference.get('name').raw}/",)
        yield Step(
            name, TOOL, reference.line or line, reference.end_line or line, uses=uses, attrs=(("workflow", name),)
        )


# --- Kubeflow pipelines that the backend has compiled ---


def _unwrapped(spec: Node) -> Iterator[Step]:
    """The pipeline that lies in the parameters of a workflow as JSON; nothing where there is none."""
    held = {part.get("name").raw: part.get("value") for part in spec.get("arguments").get("parameters").maps()}
    root = held.get("components-root")
    if root is None:
        return
    components = {name: _json(held.get(f"components-{key}", ABSENT)) for name, key in _named(spec)}
    for name, value in held.items():
        if name.startswith("components-comp-"):
            components[name.removeprefix("components-")] = _json(value)
    executors: dict[str, Node] = {}
    for name, key in _named(spec):
        label = components[name].get("executorLabel").raw
        made = MapNode(0, 0)
        made.put("container", _json(held.get(f"{_IMPLEMENTATION}{key}", ABSENT)), 0)
        executors.setdefault(label, made)
    for step in kfp.Pipeline(_json(root), components, executors).steps():
        yield _at(step, root.line)


def _named(spec: Node) -> Iterator[tuple[str, str]]:
    """Names of components and the keys they are kept under: each task of the workflow says both."""
    for template in spec.get("templates").maps():
        for task in template.get("dag").get("tasks").maps():
            given = {
                part.get("name").raw: part.get("value").raw for part in task.get("arguments").get("parameters").maps()
            }
            if given.get("component", "").startswith(_COMPONENT) and "task" in given:
                document, _ = read_json(given["task"])
                name = (document or ABSENT).get("componentRef").get("name").raw
                yield name, given["component"].removeprefix(_COMPONENT).rstrip("}")


def _json(node: Node) -> Node:
    document, _ = read_json(node.raw) if node.is_scalar else (None, ())
    return document or ABSENT


def _at(step: Step, line: int) -> Step:
    """A step of embedded JSON stands where the JSON does."""
    return replace(
        step,
        line=line,
        end_line=line,
        commands=tuple(replace(command, line=line) for command in step.commands),
        reads=tuple(replace(ref, line=line) for ref in step.reads),
        writes=tuple(replace(ref, line=line) for ref in step.writes),
        params=tuple(replace(ref, line=line) for ref in step.params),
    )


READER = Reader(
    name=TOOL,
    names=("*.yaml", "*.yml"),
    read=over_text(read),
    sniff=having(
        rb"apiVersion:\s*[\"']?argoproj\.io/",
        rb"^[ \t]*kind:\s*[\"']?(?:Workflow|WorkflowTemplate|ClusterWorkflowTemplate|CronWorkflow|Sensor)\b",
    ),
)
