"""The intermediate representation of Kubeflow pipelines, version 2: tasks as steps, whatever file it lies in.

A task that is itself a graph (a condition, a loop, a pipeline) is no step: its tasks are, with what comes in through it
bound to where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditor.language.container import container_commands
from auditor.language.credentials import mask
from auditor.language.node import ABSENT, Node
from auditor.model.facts import Ref, Step
from auditor.model.regex import regex

TOOL = "kfp"
MAX_TASKS = 2_000
MAX_DEPTH = 20

_KINDS = {"system.Model": "model", "system.Metrics": "metric", "system.ClassificationMetrics": "metric", "system.SlicedClassificationMetrics": "metric", "system.HTML": "report", "system.Markdown": "report"}  # fmt: skip
_PLACEHOLDER = regex(r"\{\{\$(?:\.([^}]*))?\}\}")


class _Dag:
    """One graph of tasks in its place: the task that holds it, and the graphs that its own tasks hold."""

    def __init__(self, component: Node, task: Node, above: _Dag | None, path: str) -> None:
        self.component = component
        self.tasks = component.get("dag").get("tasks")
        self.task = task
        self.above = above
        self.path = path
        self.below: dict[str, _Dag] = {}
        self.names: dict[str, str] = {}


class Pipeline:
    """One pipeline: its components by name, its executors by label."""

    def __init__(self, root: Node, components: Mapping[str, Node], executors: Mapping[str, Node]) -> None:
        self._components = components
        self._executors = executors
        self._taken: set[str] = set()
        self._count = 0
        self._root = self._dag(root, ABSENT, None, "", 0)

    def steps(self) -> Iterator[Step]:
        """A step for each task that runs something."""
        yield from self._steps(self._root)

    def _component(self, task: Node) -> Node:
        return self._components.get(task.get("componentRef").get("name").raw, ABSENT)

    def _dag(self, component: Node, task: Node, above: _Dag | None, path: str, depth: int) -> _Dag:
        made = _Dag(component, task, above, path)
        inner = {name: task for name, task in made.tasks.items() if self._component(task).get("dag")}
        for name in made.tasks.entries:
            self._count += 1
            if name not in inner and self._count <= MAX_TASKS:
                made.names[name] = self._free(name, path)
        for name, held in inner.items():
            if depth < MAX_DEPTH and self._count <= MAX_TASKS:
                made.below[name] = self._dag(self._component(held), held, made, f"{path}{name}.", depth + 1)
        return made

    def _free(self, name: str, path: str) -> str:
        """A task of an inner graph whose name is taken has the names of the graphs before it."""
        chosen = f"{path}{name}" if name in self._taken else name
        self._taken.add(chosen)
        return chosen

    def _steps(self, dag: _Dag) -> Iterator[Step]:
        for name, task in dag.tasks.items():
            if name in dag.below:
                yield from self._steps(dag.below[name])
            elif name in dag.names:
                yield self._step(dag, dag.names[name], task, dag.tasks.line_of(name))

    def _step(self, dag: _Dag, name: str, task: Node, line: int) -> Step:
        component = self._component(task)
        executor = self._executors.get(component.get("executorLabel").raw, ABSENT)
        container = executor.get("container")
        image = container.get("image").raw
        loops = list(_loops(dag, task))
        return Step(
            name=name,
            tool=TOOL,
            line=line,
            end_line=max(line, task.end_line),
            commands=container_commands(container.get("command"), container.get("args"), _holes),
            reads=(*self._reads(dag, task), *self._imported(executor, component, task)),
            writes=tuple(_writes(name, component)),
            params=tuple(self._settings(dag, task)),
            after=tuple(dict.fromkeys(self._before(dag, task))),
            condition=" && ".join(_conditions(dag, task))[:500],
            variants=0 if loops else 1,
            loop="; ".join(loops)[:500],
            uses=(mask(image),) if image else (),
            attrs=(("component", task.get("componentRef").get("name").raw),),
        )

    # --- order ---

    def _before(self, dag: _Dag, task: Node) -> Iterator[str]:
        for name in _named_before(task):
            yield from self._members(dag, name)
        if dag.above is not None and not task.get("dependentTasks"):
            yield from self._before(dag.above, dag.task)

    def _members(self, dag: _Dag, name: str) -> Iterator[str]:
        """The steps that a task stands for."""
        if name in dag.names:
            yield dag.names[name]
        elif name in dag.below:
            inner = dag.below[name]
            for other in inner.tasks.entries:
                yield from self._members(inner, other)

    # --- data ---

    def _reads(self, dag: _Dag, task: Node) -> Iterator[Ref]:
        for how in ("artifacts", "parameters"):
            given = task.get("inputs").get(how)
            for name, value in given.items():
                for source, kind in self._sources(dag, value, 0):
                    yield Ref(f"mem:{source}", kind, how, given.line_of(name), attrs=(("name", name),))

    def _sources(self, dag: _Dag, value: Node, depth: int) -> Iterator[tuple[str, str]]:
        """Outputs of steps that a value comes from, through all graphs in between."""
        if depth > MAX_DEPTH:
            return
        for key in ("taskOutputArtifact", "taskOutputParameter"):
            made = value.get(key)
            if made:
                output = made.get("outputArtifactKey").raw or made.get("outputParameterKey").raw
                yield from self._made(dag, made.get("producerTask").raw, output, depth + 1)
        for inner in value.get("taskOutputArtifacts").parts:
            yield from self._made(dag, inner.get("producerTask").raw, inner.get("outputArtifactKey").raw, depth + 1)
        for key in ("componentInputArtifact", "componentInputParameter"):
            name = value.get(key).raw
            if name and dag.above is not None:
                yield from self._sources(dag.above, _given(dag, name), depth + 1)

    def _made(self, dag: _Dag, task: str, output: str, depth: int) -> Iterator[tuple[str, str]]:
        if depth > MAX_DEPTH:
            return
        if task in dag.names:
            outputs = self._component(dag.tasks.get(task)).get("outputDefinitions")
            yield f"{dag.names[task]}.{output}", _kind(outputs.get("artifacts").get(output))
        elif task in dag.below:
            inner = dag.below[task]
            outputs = inner.component.get("dag").get("outputs")
            for selector in _selectors(outputs, output):
                key = selector.get("outputArtifactKey").raw or selector.get("outputParameterKey").raw
                yield from self._made(inner, selector.get("producerSubtask").raw, key, depth + 1)

    def _settings(self, dag: _Dag, task: Node) -> Iterator[Ref]:
        """Inputs of the whole pipeline that reach a task."""
        given = task.get("inputs").get("parameters")
        for name, value in given.items():
            found = _outer(dag, value)
            if found:
                yield Ref(
                    "",
                    "param",
                    "inputs",
                    given.line_of(name),
                    attrs=(("keys", f"root.inputDefinitions.parameters.{found}"),),
                )

    def _imported(self, executor: Node, component: Node, task: Node) -> Iterator[Ref]:
        """The address that an importer takes in."""
        uri = executor.get("importer").get("artifactUri")
        address = uri.get("constant")
        if uri.get("runtimeParameter"):
            address = (
                task.get("inputs")
                .get("parameters")
                .get(uri.get("runtimeParameter").raw)
                .get("runtimeValue")
                .get("constant")
            )
        if address.raw:
            kind = next(
                (_kind(output) for output in component.get("outputDefinitions").get("artifacts").values()), "dataset"
            )
            yield Ref(mask(address.raw), kind, "importer", address.line)


def _given(dag: _Dag, name: str) -> Node:
    """What the task that holds a graph gives to one of the graph's inputs; the item of a loop is of its list."""
    inputs = dag.task.get("inputs")
    for key in ("parameterIterator", "artifactIterator"):
        iterator = dag.task.get(key)
        if iterator and iterator.get("itemInput").raw == name:
            items = iterator.get("items")
            name = items.get("inputParameter").raw or items.get("inputArtifact").raw or name
    return inputs.get("artifacts").get(name) or inputs.get("parameters").get(name)


def _outer(dag: _Dag, value: Node) -> str:
    """The input of the whole pipeline that a value is, else ""."""
    for _ in range(MAX_DEPTH):
        name = value.get("componentInputParameter").raw
        if not name or dag.above is None:
            return name
        value = _given(dag, name)
        dag = dag.above
    return ""


def _selectors(outputs: Node, output: str) -> Iterator[Node]:
    yield from outputs.get("artifacts").get(output).get("artifactSelectors").maps()
    parameter = outputs.get("parameters").get(output)
    if parameter.get("valueFromParameter"):
        yield parameter.get("valueFromParameter")
    yield from parameter.get("valueFromOneof").get("parameterSelectors").maps()


def _writes(name: str, component: Node) -> Iterator[Ref]:
    for how in ("artifacts", "parameters"):
        outputs = component.get("outputDefinitions").get(how)
        for key, output in outputs.items():
            kind = _kind(output) if how == "artifacts" else "dataset"
            yield Ref(f"mem:{name}.{key}", kind, how, outputs.line_of(key), attrs=(("name", key),))


def _kind(output: Node) -> str:
    return _KINDS.get(output.get("artifactType").get("schemaTitle").raw, "dataset")


def _conditions(dag: _Dag, task: Node) -> Iterator[str]:
    if dag.above is not None:
        yield from _conditions(dag.above, dag.task)
    condition = task.get("triggerPolicy").get("condition").raw
    if condition:
        yield condition


def _loops(dag: _Dag, task: Node) -> Iterator[str]:
    if dag.above is not None:
        yield from _loops(dag.above, dag.task)
    for key in ("parameterIterator", "artifactIterator"):
        items = task.get(key).get("items")
        if items:
            yield items.get("inputParameter").raw or items.get("inputArtifact").raw or items.get("raw").raw


def _holes(text: str) -> str:
    """`{{$.inputs.parameters['x']}}` as `{{x}}`, which command texts take for a hole."""
    return _PLACEHOLDER.sub(
        lambda match: (
            "{{" + ((re.findall(r"['\"]([^'\"]+)['\"]", match.group(1) or "") or ["executor_input"])[0]) + "}}"
        ),
        text,
    )


def _named_before(task: Node) -> list[str]:
    """The tasks of its own level that a task comes after: those that it lists, and those whose outputs it is given."""
    given = [value for key in ("parameters", "artifacts") for value in task.get("inputs").get(key).values()]
    makers = [
        value.get(f"taskOutput{kind}").get("producerTask").raw for value in given for kind in ("Parameter", "Artifact")
    ]
    return list(dict.fromkeys([*(node.raw for node in task.get("dependentTasks").texts()), *filter(None, makers)]))
