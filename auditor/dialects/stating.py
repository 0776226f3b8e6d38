"""From flows to what a dialect says of them: a pipeline for each flow, a step for each call in it.

Said once for the frameworks where a function is the pipeline; a dialect says what a step is, what it reads and writes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds, memory_homes
from auditor.dialects.flowing import Call, Flow, code_of, doubted, given_to, numbered
from auditor.dialects.symbolic import Machine
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step, Trigger
from auditor.program.naming.code import Local

CONDITIONAL = 0.8
"""How much of its confidence a step keeps that only some runs come to."""

Triggers = Mapping[int, Sequence[tuple[str, Trigger]]]


class Statements(ABC):
    """What all flows of a tree say. `triggers` are those of a unit by its `id`, each with the file that declares it."""

    tool = ""

    def __init__(self, machine: Machine, flows: list[Flow], triggers: Triggers) -> None:
        self.machine = machine
        self.flows = flows
        self.triggers = triggers
        self.homes = memory_homes((flow.unit.where.path, self.name(flow)) for flow in flows)
        self.names = {key: name for flow in flows for key, name in numbered(flow.calls).items()}
        self._ids = StepIds()

    def all(self) -> Iterator[Statement]:
        """One pipeline for each flow that has steps."""
        for flow in self.flows:
            calls = self.calls(flow)
            if calls is not None:
                ids = {id(call): self._ids.new(call.where.path, call.name) for call in calls}
                steps = tuple(self._step(flow, call, ids) for call in calls)
                yield msgspec.structs.replace(
                    self.pipeline(flow), steps=steps, elsewhere=tuple(dict.fromkeys(self.started(flow)))
                )

    def pipeline(self, flow: Flow) -> Pipeline:
        """A pipeline as far as its place tells it."""
        where = flow.unit.where
        return Pipeline(self.name(flow), self.tool, where.path, where.line, (), where.end_line)

    def in_memory(self, flow: Flow, call: Call, how: str, line: int, part: int | str | None = None) -> Declared:
        """What a call gives, or one of several parts of it, handed on inside its pipeline."""
        name = self.names.get(id(call), call.name)
        name = name if part is None else f"{name}.{part}"
        home = self.homes[flow.unit.where.path, self.name(flow)]
        label = call.name if part is None else name
        return Declared(f"mem:{home}/{name}", None, Ref(label, "dataset", how, line), label, NodeKind.DATASET, 0.95)

    def _step(self, flow: Flow, call: Call, ids: Mapping[int, str]) -> CodeStep:
        code = self.code(flow, call)
        doubt = CONDITIONAL if call.where.conditional else 1.0
        before = dict.fromkeys(ids[id(other)] for other in call.before if id(other) in ids and other is not call)
        return CodeStep(
            ids[id(call)], call.where.path, self.step(call), doubted(self.reads(flow, call, code), doubt),
            doubted(self.writes(flow, call, code), doubt), after=tuple(before), implements=code,
            given=given_to(self.machine, call, code), starts=self.starts(flow, call), confidence=round(0.95 * doubt, 3),
        )  # fmt: skip

    # --- what a dialect says ---

    def step(self, call: Call) -> Step:
        """What is plain text of a step."""
        where = call.where
        varied = where.repeated or call.unit.mapped
        return Step(call.name, self.tool, where.line, where.end_line, variants=0 if varied else 1)

    @abstractmethod
    def reads(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterable[Declared]:
        """What a step reads."""

    @abstractmethod
    def writes(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterable[Declared]:
        """What a step writes."""

    def name(self, flow: Flow) -> str:
        """What a flow is called."""
        return flow.name

    def calls(self, flow: Flow) -> list[Call] | None:
        """The steps of a flow; None for a flow that is no pipeline."""
        return flow.calls

    def started(self, flow: Flow) -> Iterable[tuple[str, Trigger]]:
        """What starts a flow."""
        return self.triggers.get(id(flow.unit), ())

    def code(self, flow: Flow, call: Call) -> tuple[Local, ...]:
        """The functions that a step runs."""
        return code_of(self.machine, call.unit)

    def starts(self, flow: Flow, call: Call) -> tuple[str, ...]:
        """The pipelines that a step sets off."""
        return ()
