"""Argo workflows: the tasks of their graphs as steps, each with the template that it runs.

A task whose template is itself a graph is no step: that graph's tasks are, once, however often it is called; what is given
to it is bound to where it comes from over all its callers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.language.container import container_commands, script_commands
from auditor.language.credentials import mask
from auditor.language.node import ABSENT, Node
from auditor.model.facts import Command, Ref, Step
from auditor.model.regex import regex

TOOL = "argo"
MAX_DEPTH = 12
MAX_TASKS = 2_000

_NAME = regex(r"[A-Za-z0-9][\w-]*")
_MADE = regex(r"\b(?:tasks|steps)\.([\w-]+)\.outputs\.(?:(parameters|artifacts)\.([\w-]+)|(result|exitCode))")
_GIVEN = regex(r"\binputs\.(parameters|artifacts)\.([\w-]+)")
_SETTING = regex(r"\bworkflow\.parameters\.([\w-]+)")
_INDEXED = regex(r"\[['\"]([\w-]+)['\"]\]")
_WHOLE = regex(r"\{\{-?\s*(inputs|workflow)\.parameters\.([\w-]+)\s*-?\}\}")


class _Task(msgspec.Struct, frozen=True):
    """A task in the template that lists it, with the tasks that come before it."""

    owner: str
    name: str
    node: Node
    before: tuple[str, ...]


class Workflow:
    """One workflow or library of templates. `taken` are the names of steps that the file has already."""

    def __init__(self, spec: Node, name: str, taken: set[str]) -> None:
        self.spec = spec
        self.name = name
        self._taken = taken
        self._templates = {node.get("name").raw: node for node in spec.get("templates").maps()}
        self._entries = [node.raw for node in (spec.get("entrypoint"), spec.get("onExit")) if node.is_scalar]
        self._tasks: dict[str, dict[str, _Task]] = {}
        self._callers: dict[str, list[_Task]] = defaultdict(list)
        self._names: dict[tuple[str, str], str] = {}
        self._results: set[str] = set()
        for template in dict.fromkeys((*self._entries, *self._templates)):
            self._list(template)

    def steps(self, *, library: bool) -> Iterator[Step]:
        """A step per task; templates that no task calls are steps too where others can call them."""
        tasks = [task for listed in self._tasks.values() for task in listed.values() if self._key(task) in self._names]
        reads = {self._key(task): tuple(dict.fromkeys(self._reads(task))) for task in tasks}
        self._results = {ref.path for refs in reads.values() for ref in refs}
        for task in tasks:
            yield self._step(task, reads[self._key(task)])
        for name, template in self._templates.items():
            called = name in self._callers or name in self._tasks
            if not called and (library or name in self._entries):
                yield self._single(name, template)

    # --- tasks and their names ---

    def _list(self, template: str) -> None:
        node = self._templates.get(template, ABSENT)
        listed = list(_dag(template, node.get("dag")) if node.get("dag") else _groups(template, node.get("steps")))
        if not (node.get("dag") or node.get("steps")) or len(self._names) > MAX_TASKS:
            return
        self._tasks[template] = {task.name: task for task in listed}
        for task in listed:
            called = task.node.get("template").raw
            self._callers[called].append(task)
            if not self._inner(task):
                bare = task.name if template == (self._entries or [template])[0] else f"{template}.{task.name}"
                self._names[self._key(task)] = self._free(bare)

    def _free(self, name: str) -> str:
        chosen = f"{self.name}/{name}" if name in self._taken and self.name else name
        self._taken.add(chosen)
        return chosen

    @staticmethod
    def _key(task: _Task) -> tuple[str, str]:
        return task.owner, task.name

    def _inner(self, task: _Task) -> str:
        """The template of a task, if that is a graph of this file."""
        called = task.node.get("template").raw
        node = self._templates.get(called, ABSENT)
        return called if node.get("dag") or node.get("steps") else ""

    def _members(self, owner: str, name: str, depth: int = 0) -> Iterator[str]:
        """The steps that a task stands for."""
        task = self._tasks.get(owner, {}).get(name)
        if task is None or depth > MAX_DEPTH:
            return
        inner = self._inner(task)
        if not inner and self._key(task) in self._names:
            yield self._names[self._key(task)]
        for other in self._tasks.get(inner, {}):
            yield from self._members(inner, other, depth + 1)

    def _before(self, task: _Task, depth: int = 0) -> Iterator[str]:
        for name in task.before:
            yield from self._members(task.owner, name)
        if not task.before and depth < MAX_DEPTH:
            for caller in self._callers[task.owner]:
                yield from self._before(caller, depth + 1)

    # --- what a task runs ---

    def _step(self, task: _Task, reads: tuple[Ref, ...]) -> Step:
        node = task.node
        template = node.get("inline") or self._templates.get(node.get("template").raw, ABSENT)
        name = self._names[self._key(task)]
        items = node.get("withItems")
        loop = node.get("withParam").raw or node.get("withSequence").get("count").raw
        made = self._made_step(name, template, node, self._filling(template, node.get("arguments")))
        reference = node.get("templateRef")
        uses = (f"template:{reference.get('name').raw}/{reference.get('template').raw}",) if reference else ()
        return Step(
            name=name,
            tool=TOOL,
            line=node.line,
            end_line=max(node.line, node.end_line),
            commands=made.commands,
            reads=tuple(dict.fromkeys((*reads, *made.reads))),
            writes=(*made.writes, *self._wanted(name, made.writes)),
            params=tuple(self._settings(node, template)),
            after=tuple(dict.fromkeys(self._before(task))),
            condition=node.get("when").raw[:500],
            variants=len(items.parts) if items.kind == "list" else 0 if items or loop else 1,
            loop=(loop or ", ".join(part.raw for part in items.parts))[:500],
            uses=(*made.uses, *uses),
            attrs=self._provides(task.owner),
        )

    def _single(self, name: str, template: Node) -> Step:
        made = self._made_step(self._free(name), template, template, self._filling(template, ABSENT))
        return Step(
            name=made.name,
            tool=TOOL,
            line=template.line,
            end_line=max(template.line, template.end_line),
            commands=made.commands,
            reads=made.reads,
            writes=made.writes,
            params=tuple(self._settings(template, ABSENT)),
            uses=made.uses,
            attrs=self._provides(name),
        )

    def _provides(self, template: str) -> tuple[tuple[str, str], ...]:
        """What other workflows call this by: the template, or the whole workflow."""
        return (("provides", f"template:{self.name}/{template}"), ("provides", f"template:{self.name}/"))

    def _made_step(self, name: str, template: Node, node: Node, fill: Callable[[str], str]) -> Step:
        """What the template alone says: commands, images, and its own inputs and outputs."""
        holders = [
            template.get("container"),
            template.get("script"),
            *template.get("containerSet").get("containers").maps(),
        ]
        return Step(
            name=name,
            tool=TOOL,
            line=node.line,
            end_line=node.end_line,
            commands=tuple(command for holder in holders for command in _commands(holder, fill)),
            reads=tuple(_stored(template.get("inputs").get("artifacts"), fill)),
            writes=tuple(_outputs(name, template.get("outputs"), fill)),
            uses=tuple(mask(fill(holder.get("image").raw)) for holder in holders if holder.get("image")),
        )

    def _wanted(self, name: str, writes: Iterable[Ref]) -> Iterator[Ref]:
        """Outputs that others read though the template does not list them: `result`, or those of another file."""
        listed = {ref.path for ref in writes}
        for path in sorted(self._results):
            if path.startswith(f"mem:{name}.") and path not in listed:
                yield Ref(path, "dataset", "outputs", 0)

    def _filling(self, template: Node, arguments: Node) -> Callable[[str], str]:
        """Fills parameters whose value is written out: given by the task, else the default."""
        given = {**_values(template.get("inputs")), **_values(arguments)}
        shared = _values(self.spec.get("arguments"))

        def fill(text: str, depth: int = 0) -> str:
            def value(match: re.Match[str]) -> str:
                if match.group(1) == "workflow":
                    return shared.get(match.group(2)) or match.group()
                # What the caller gives may name its own inputs, which mean something else here.
                found = fill(given.get(match.group(2), ""), depth + 1) if not depth else ""
                return found if found and "inputs." not in found else match.group()

            return _WHOLE.sub(value, text) if "{{" in text else text

        return fill

    def _settings(self, *nodes: Node) -> Iterator[Ref]:
        seen: set[str] = set()
        for node in nodes:
            for text in _texts(node):
                for name in _SETTING.findall(_INDEXED.sub(r".\1", text.raw)):
                    if name not in seen:
                        seen.add(name)
                        yield Ref(
                            "", "param", "parameters", text.line, attrs=(("keys", f"workflow.parameters.{name}"),)
                        )

    # --- data ---

    def _reads(self, task: _Task) -> Iterator[Ref]:
        arguments = task.node.get("arguments")
        for how in ("artifacts", "parameters"):
            for argument in arguments.get(how).maps():
                for text in (argument.get("from"), argument.get("fromExpression"), argument.get("value")):
                    yield from self._sources(task.owner, text, how, 0)
        for key in ("when", "withParam"):
            yield from self._sources(task.owner, task.node.get(key), key, 0)
        yield from _stored(arguments.get("artifacts"), mask)

    def _sources(self, owner: str, text: Node, how: str, depth: int) -> Iterator[Ref]:
        """The outputs of steps that a text of a template names, through inputs of the template too."""
        if not text.is_scalar or "." not in text.raw or depth > MAX_DEPTH:
            return
        written = _INDEXED.sub(r".\1", text.raw)
        for name, kind, output, word in _MADE.findall(written):
            yield from self._made(owner, name, kind, output or word, how, text.line, depth + 1)
        for kind, name in _GIVEN.findall(written):
            for caller in self._callers[owner]:
                for argument in caller.node.get("arguments").get(kind).maps():
                    if argument.get("name").raw == name:
                        for given in (argument.get("from"), argument.get("value")):
                            yield from self._sources(caller.owner, given, how, depth + 1)

    def _made(self, owner: str, task: str, kind: str, output: str, how: str, line: int, depth: int) -> Iterator[Ref]:
        found = self._tasks.get(owner, {}).get(task)
        if found is None or depth > MAX_DEPTH:
            return
        inner = self._inner(found)
        if not inner:
            name = self._names.get(self._key(found))
            if name is not None:
                yield Ref(f"mem:{name}.{output}", "dataset", how, line)
            return
        for made in self._templates[inner].get("outputs").get(kind).maps():
            if made.get("name").raw == output:
                source = made.get("valueFrom")
                for text in (
                    made.get("from"),
                    made.get("fromExpression"),
                    source.get("parameter"),
                    source.get("expression"),
                ):
                    for ref in self._sources(inner, text, how, depth + 1):
                        yield Ref(ref.path, ref.kind, how, line)


def _dag(owner: str, dag: Node) -> Iterator[_Task]:
    listed = list(dag.get("tasks").maps())
    names = {task.get("name").raw for task in listed}
    for task in listed:
        depends = _NAME.findall(re.sub(r"\.\w+", "", task.get("depends").raw))
        before = [*(node.raw for node in task.get("dependencies").texts()), *depends]
        yield _Task(owner, task.get("name").raw, task, tuple(name for name in dict.fromkeys(before) if name in names))


def _groups(owner: str, steps: Node) -> Iterator[_Task]:
    before: tuple[str, ...] = ()
    for group in steps.parts:
        listed = list(group.maps())
        for task in listed:
            yield _Task(owner, task.get("name").raw, task, before)
        before = tuple(task.get("name").raw for task in listed) or before


def _commands(holder: Node, fill: Callable[[str], str]) -> tuple[Command, ...]:
    source = holder.get("source")
    if source.is_scalar:
        return script_commands((part.raw for part in holder.get("command").texts()), source, fill)
    return container_commands(holder.get("command"), holder.get("args"), fill)


def _values(holder: Node) -> dict[str, str]:
    return {
        part.get("name").raw: part.get("value").raw for part in holder.get("parameters").maps() if part.get("value")
    }


def _outputs(name: str, outputs: Node, fill: Callable[[str], str]) -> Iterator[Ref]:
    for how in ("artifacts", "parameters"):
        for part in outputs.get(how).maps():
            yield Ref(f"mem:{name}.{part.get('name').raw}", "dataset", how, part.line)
    yield from _stored(outputs.get("artifacts"), fill)


def _stored(artifacts: Node, fill: Callable[[str], str]) -> Iterator[Ref]:
    """Artifacts that lie in a store outside the workflow."""
    for part in artifacts.maps():
        address = fill(_address(part))
        if address:
            yield Ref(
                mask(address), "dataset", "artifacts", part.line, "{{" in address, (("name", part.get("name").raw),)
            )


def _address(artifact: Node) -> str:
    for key, scheme in (("s3", "s3"), ("gcs", "gs"), ("oss", "oss")):
        place = artifact.get(key)
        if place.get("key"):
            return f"{scheme}://{place.get('bucket').raw or '{artifact-repository}'}/{place.get('key').raw}"
    azure, git = artifact.get("azure"), artifact.get("git")
    if azure:
        return f"{azure.get('endpoint').raw}/{azure.get('container').raw}/{azure.get('blob').raw}"
    if git:
        revision = git.get("revision").raw
        return git.get("repo").raw + (f"@{revision}" if revision else "")
    return artifact.get("http").get("url").raw or artifact.get("hdfs").get("path").raw


def _texts(node: Node, depth: int = 0) -> Iterator[Node]:
    if node.is_scalar:
        yield node
    for part in (*node.parts, *node.values()) if depth < MAX_DEPTH else ():
        yield from _texts(part, depth + 1)
