"""Kubeflow pipelines in Python, versions 1 and 2 of the language: components, tasks, groups, artefacts, recurring runs."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.dialects.commanding import commands, words
from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds, memory_homes, reaching
from auditor.dialects.flowing import Call, Flow, Result, code_of, doubted, given_to
from auditor.dialects.kfp.components import SINGLE, Component, outputs, port_of
from auditor.dialects.kfp.meaning import GOOGLE, Kubeflow, Task
from auditor.dialects.naming import path_identity
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Arguments, Made, Plain, Thing, options
from auditor.dialects.worker_pools import first_pool
from auditor.language.credentials import mask
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step
from auditor.program import Resolved
from auditor.program.naming.code import Library

TOOL = "kfp"
CONDITIONAL = 0.8


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every pipeline of the given files and those that import them."""
    meaning = Kubeflow()
    machine = meaning.machine = Machine(resolved, meaning)
    for path in reaching(resolved, paths):
        machine.start(path)
    flows = [meaning.run(unit) for unit in list(meaning.units.values())]
    yield from _Statements(machine, meaning, [flow for flow in flows if flow.calls]).all()
    yield from machine.cut(paths)


class _Statements:
    """What all pipelines of a tree say."""

    def __init__(self, machine: Machine, meaning: Kubeflow, flows: list[Flow]) -> None:
        self.machine = machine
        self.meaning = meaning
        self.flows = flows
        self.homes = memory_homes((flow.unit.where.path, flow.name) for flow in flows)
        self.ids = StepIds()
        self.outputs = {id(call): outputs(machine, call.unit) for flow in flows for call in flow.calls}
        self.used = {
            id(call): [r for other in flow.calls for r in other.feeds if r.call is call]
            for flow in flows
            for call in flow.calls
        }

    def all(self) -> Iterator[Statement]:
        """One pipeline for each function that is one."""
        for flow in self.flows:
            where = flow.unit.where
            ids = {id(call): self.ids.new(call.where.path, call.name) for call in flow.calls}
            steps = tuple(self._step(flow, call, ids) for call in flow.calls)
            elsewhere = self.meaning.triggers(flow)
            yield Pipeline(flow.name, TOOL, where.path, where.line, steps, where.end_line, elsewhere=elsewhere)

    def _step(self, flow: Flow, call: Call, ids: dict[int, str]) -> CodeStep:
        where = call.where
        code = code_of(self.machine, call.unit)
        container = self._container(call)
        pool = first_pool(self.machine, container.get("worker_pool_specs"))  # a job of Vertex AI
        found = [
            *words(self.machine, container.get("command")),
            *words(self.machine, _arguments(container)),
            *pool.words,
        ]
        step = Step(
            call.name, TOOL, where.line, where.end_line,
            commands=tuple(commands(found, where.line)),
            condition=call.condition if isinstance(call, Task) else "",
            variants=0 if where.repeated else 1,
            uses=(*self._uses(call, container), *((mask(pool.image),) if pool.image else ())),
        )  # fmt: skip
        doubt = CONDITIONAL if where.conditional else 1.0
        reads = [self._result(flow, result, where.line) for result in call.feeds]
        reads += self._imported(call)
        names = [Result(call, name) for name, _ in self.outputs[id(call)]]
        writes = [self._result(flow, result, where.line) for result in (*names, *self.used[id(call)])]
        before = dict.fromkeys(ids[id(other)] for other in call.before if id(other) in ids and other is not call)
        return CodeStep(
            ids[id(call)], where.path, step, doubted(reads, doubt), doubted(writes, doubt), after=tuple(before),
            implements=code, given=given_to(self.machine, call, code), confidence=round(0.95 * doubt, 3),
        )  # fmt: skip

    def _result(self, flow: Flow, result: Result, line: int) -> Declared:
        """One output of a task, in memory of its pipeline."""
        known = dict(self.outputs[id(result.call)]) if id(result.call) in self.outputs else {}
        only = next(iter(known)) if len(known) == 1 else SINGLE
        name = f"{result.call.name}.{only if result.index is None else port_of(str(result.index), known)}"
        kind = known.get(name.rpartition(".")[2], NodeKind.DATASET)
        home = self.homes[flow.unit.where.path, flow.name]
        return Declared(f"mem:{home}/{name}", None, Ref(name, "dataset", "output", line), name, kind, 0.95)

    def _imported(self, call: Call) -> Iterator[Declared]:
        """The address that an importer takes in."""
        if not isinstance(call.unit.func, Library) or not call.unit.func.dotted.endswith(".importer"):
            return
        made = call.args.get("artifact_class", 1)
        model = isinstance(made, Library) and made.dotted.endswith("Model")
        for value in self.machine.values(call.args.get("artifact_uri", 0) or Plain(None))[:1]:
            identity = path_identity(mask(value.text()), "")
            if identity is not None and value.exact:
                kind = NodeKind.MODEL if model else NodeKind.DATASET
                ref = Ref(mask(value.text()), "dataset", "importer", call.where.line)
                yield Declared(*identity, ref, mask(value.text()), kind, 0.9)

    # --- what runs ---

    def _container(self, call: Call) -> Arguments:
        """The image and command of a container: of a task of version 1, or what the function of a component returns."""
        if isinstance(call.unit.func, Library):
            return call.args
        given = call.unit.given
        for local in code_of(self.machine, call.unit):
            if any(
                getattr(s.call.func, "name", getattr(s.call.func, "id", "")) == "ContainerSpec"
                for s in self.machine.code.index(*local).calls
            ):
                for option in options(self.machine.run_function(local)):
                    if isinstance(option, Made) and option.dotted.endswith(".ContainerSpec"):
                        return option.args
        return Arguments((), {"image": image} if (image := given.get("base_image")) is not None else {})

    def _uses(self, call: Call, container: Arguments) -> Iterator[str]:
        func = call.unit.func
        if isinstance(func, Component) and func.path:
            yield _relative(func.path, call.where.path)
        if isinstance(func, Library) and func.dotted.startswith(GOOGLE):
            return
        for value in self.machine.values(container.get("image") or Plain(None))[:1]:
            if value.exact:
                yield mask(value.text())


def _arguments(container: Arguments) -> Thing | None:
    return container.get("args") or container.get("arguments")


def _relative(path: str, source: str) -> str:
    """A file as seen from the folder of another."""
    depth = source.count("/")
    return f"./{'../' * depth}{path}"
