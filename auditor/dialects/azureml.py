"""Azure ML, version 2 of the SDK: pipelines under `@pipeline`, components of files and of code, outputs that nodes hand on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from posixpath import dirname

import msgspec
from msgspec.structs import replace

from auditor.dialects.contract import Statement
from auditor.dialects.flowing import Call, Flow, Flowing, Result, Unit, results
from auditor.dialects.naming import path_identity
from auditor.dialects.stating import Statements
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Arguments, Made, Plain, Table, Thing, Where, options
from auditor.language.credentials import mask
from auditor.language.shell import read_shell
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Command, Ref, Step, Trigger
from auditor.program import Resolved
from auditor.program.naming.code import Local
from auditor.program.symbolic.values import Value, normal

TOOL = "azureml"
_LIBRARY = ("azure.ai.ml.", "mldesigner.")
_LOADERS = {"load_component": ("source", "path"), "load_job": ("source", "path")}
_BUILDERS = frozenset({"command", "spark", "parallel_run_function", "import_job"})
_TABLES = frozenset({"classification", "regression", "forecasting", "image_classification", "text_classification"})


class Component(msgspec.Struct, frozen=True):
    """A component that is loaded or built: its name, its file if it lies in the repository, what it is built from."""

    name: str
    path: str = ""
    args: Arguments = Arguments()


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every pipeline of the given files and those that import them."""
    meaning = AzureML()
    own = [path for path in paths if _imports(resolved, path)]
    machine = meaning.begin(resolved, own)
    flows = [meaning.run(unit) for unit in list(meaning.units.values())]
    yield from _Statements(machine, meaning, [flow for flow in flows if flow.calls]).all()
    yield from machine.cut(own)


def _imports(resolved: Resolved, path: str) -> bool:
    """Whether a file imports this part of a library that has many."""
    return any(
        f"{imported.module}.".startswith(_LIBRARY) or (imported.module == "azure.ai" and imported.name == "ml")
        for number in resolved.code.scopes(path)
        for statement, _, _ in resolved.code.index(path, number).imports
        for imported in statement.names
    )


class Outputs(Result):
    """All outputs of a node."""


class AzureML(Flowing):
    """What the decorators and components of Azure ML mean."""

    roots = ("azure", "mldesigner")
    flows = frozenset({"pipeline"})

    def __init__(self) -> None:
        super().__init__()
        self.triggers: dict[int, list[tuple[str, Trigger]]] = defaultdict(list)

    def composed(self) -> bool:
        """The nodes of a pipeline that another calls are nodes of that one."""
        return True

    def kind_of(self, dotted: str) -> str | None:
        """`@pipeline`, `@command_component`."""
        if not dotted.startswith(_LIBRARY):
            return None
        last = dotted.rpartition(".")[2]
        return (
            "flow"
            if last in self.flows
            else "step"
            if last.endswith("_component") and last != "load_component"
            else None
        )

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Components of files, built components, jobs of AutoML."""
        if not dotted.startswith(_LIBRARY):
            return None
        last = dotted.rpartition(".")[2]
        if last in _LOADERS:
            source = next((thing for name in _LOADERS[last] if (thing := args.get(name, 0)) is not None), None)
            found = Component(self.text(args.get("name"))) if source is None else self._loaded(source, where.path)
            return Unit("step", found, Arguments(), where)
        if last == "JobSchedule":
            return self._scheduled(args, where)
        if last in _BUILDERS:
            unit = Unit("step", Component(self.text(args.get("name")) or last, "", args), args, where)
            return self._within(unit, args, where)
        if last in _TABLES and ".automl" in dotted:
            return self._within(Unit("step", Component(f"automl_{last}"), args, where), args, where)
        return None

    def invoke(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        """Also a job that was built within the pipeline and is given its inputs afterwards."""
        if isinstance(thing, Result) and self.current is not None:
            found = [result for given in (*args.positional, *args.keywords.values()) for result in results(given)]
            thing.call.feeds += found
            thing.call.before += [result.call for result in found]
            return thing
        return super().invoke(thing, args, where)

    def _within(self, unit: Unit, args: Arguments, where: Where) -> Thing:
        """A job that is built where a pipeline is described is a node of it; elsewhere it can be called."""
        return Result(self._step(unit, args, where)) if self.current is not None else unit

    def _loaded(self, source: Thing | None, home: str) -> Component:
        values = self.values(source)
        text = values[0].text() if len(values) == 1 and values[0].exact else ""
        for place in self._places(values[0], text, home) if text else ():
            facts = self.machine.resolved.files.get(place) if self.machine is not None else None
            if facts is not None:
                return Component(facts.attr("name") or _stem(place), place)
        return Component(_stem(text) or "component")

    @staticmethod
    def _places(value: Value, text: str, home: str) -> tuple[str, ...]:
        return (normal(text),) if value.anchored else (normal(f"{dirname(home)}/{text}"), normal(text))

    def named(self, unit: Unit, args: Arguments) -> str:
        """The name of a component or of its function."""
        return unit.func.name if isinstance(unit.func, Component) else self.name_of(unit.func)

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Settings of nodes; components that a client is asked for; sweeps."""
        if isinstance(receiver, Result):
            return receiver
        if isinstance(receiver, Unit) and receiver.kind == "step" and name in ("sweep", "with_options"):
            return receiver
        return None

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """Outputs of a node, and one of them."""
        if isinstance(receiver, Outputs):
            return Result(receiver.call, name)
        if isinstance(receiver, Result):
            return Outputs(receiver.call) if name == "outputs" else receiver if receiver.index is not None else None
        return None

    def _scheduled(self, args: Arguments, where: Where) -> Thing | None:
        """A schedule of a pipeline that was called."""
        for job in options(args.get("create_job")):
            for option in options(args.get("trigger")) if isinstance(job, Unit) else ():
                if isinstance(option, Made):
                    times = (
                        self.text(option.args.get("expression"))
                        or self.text(option.args.get("frequency"))
                        or "interval"
                    )
                    self.triggers[id(job)].append((where.path, Trigger("schedule", times, where.line)))
        return None


class _Statements(Statements):
    """What all pipelines of a tree say."""

    tool = TOOL

    def __init__(self, machine: Machine, meaning: AzureML, flows: list[Flow]) -> None:
        super().__init__(machine, flows, meaning.triggers)
        self.meaning = meaning
        self.used = [(flow, result) for flow in flows for call in flow.calls for result in call.feeds]

    def step(self, call: Call) -> Step:
        """A node with its command and the component that it is one of."""
        func = call.unit.func
        up = "../" * call.where.path.count("/")
        uses = (f"./{up}{func.path}",) if isinstance(func, Component) and func.path else ()
        return replace(super().step(call), commands=tuple(self._commands(call)), uses=uses)

    def reads(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterator[Declared]:
        """Outputs of other nodes, and the data that are named in the pipeline."""
        for result in call.feeds:
            yield self.in_memory(flow, result.call, "outputs", call.where.line, result.index)
        for given in call.args.keywords.values():
            yield from self._data(given, call.where)

    def writes(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterator[Declared]:
        """The outputs of a node that others are given."""
        for home, result in self.used:
            if result.call is call:
                yield self.in_memory(home, call, "outputs", call.where.line, result.index)

    def _data(self, thing: Thing, where: Where) -> Iterator[Declared]:
        """The address or file of an `Input`, itself or in a table of inputs."""
        for option in options(thing):
            if isinstance(option, Table):
                for part in option.values():
                    yield from self._data(part, where)
            elif isinstance(option, Made) and option.dotted.endswith(".Input"):
                model = "model" in self.meaning.text(option.args.get("type"))
                for value in self.machine.values(option.args.get("path") or Plain(None))[:1]:
                    text = value.text()
                    identity = path_identity(mask(text), "" if value.anchored else dirname(where.path))
                    registered = text.startswith("azureml:") and "://" not in text  # a name of the workspace, no path
                    if identity is not None and not registered:
                        ref = Ref(mask(value.text()), "dataset", "Input", where.line, not value.exact)
                        kind = NodeKind.MODEL if model else NodeKind.DATASET
                        yield Declared(*identity, ref, mask(value.text()), kind, 0.85)

    def _commands(self, call: Call) -> Iterator[Command]:
        """The command of a job that is built, in the folder of its code."""
        args = call.unit.func.args if isinstance(call.unit.func, Component) else Arguments()
        folder = self.meaning.text(args.get("code"))
        for value in self.machine.values(args.get("command") or Plain(None))[:1]:
            for command in read_shell(value.text(), line=call.where.line, braces=not value.exact):
                cwd = command.cwd or folder
                yield Command(command.words, call.where.line, cwd, command.reads, command.writes)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]
