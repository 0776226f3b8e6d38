"""Flyte: workflows of promises (1), and tasks of an environment that call each other (2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds, memory_homes, reaching
from auditor.dialects.flowing import Call, Flow, code_of, doubted, given_to, numbered
from auditor.dialects.flyte.environments import Environments
from auditor.dialects.flyte.promises import Promises
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Plain
from auditor.language.shell import read_shell
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Command, Ref, Step, Word
from auditor.program import Resolved
from auditor.program.naming.code import Library

TOOL = "flyte"
CONDITIONAL = 0.8

Meaning: TypeAlias = Promises | Environments


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every workflow of the given files and those that import them, and every task that calls tasks."""
    for meaning in (Promises(), Environments()):
        own = [path for path in paths if _imports(resolved, path, meaning.roots)]
        machine = meaning.machine = Machine(resolved, meaning)
        for path in reaching(resolved, own) if own else ():
            machine.start(path)
        yield from _Statements(machine, meaning, meaning.run_all()).all()


def _imports(resolved: Resolved, path: str, roots: tuple[str, ...]) -> bool:
    return any(
        imported.module.partition(".")[0] in roots
        for number in resolved.code.scopes(path)
        for statement, _, _ in resolved.code.index(path, number).imports
        for imported in statement.names
    )


class _Statements:
    """What all workflows of a tree say."""

    def __init__(self, machine: Machine, meaning: Meaning, flows: list[Flow]) -> None:
        self.machine = machine
        self.meaning = meaning
        self.flows = flows
        self.homes = memory_homes((flow.unit.where.path, flow.name) for flow in flows)
        self.ids = StepIds()
        self.names = {key: name for flow in flows for key, name in numbered(flow.calls).items()}
        self.used = {id(result.call) for flow in flows for call in flow.calls for result in call.feeds}

    def all(self) -> Iterator[Statement]:
        """One pipeline for each workflow."""
        for flow in self.flows:
            where = flow.unit.where
            ids = {id(call): self.ids.new(call.where.path, call.name) for call in flow.calls}
            steps = tuple(self._step(flow, call, ids) for call in flow.calls)
            elsewhere = tuple(dict.fromkeys(self.meaning.triggers[id(flow.unit)]))
            yield Pipeline(flow.name, TOOL, where.path, where.line, steps, where.end_line, elsewhere=elsewhere)

    def _step(self, flow: Flow, call: Call, ids: dict[int, str]) -> CodeStep:
        where = call.where
        code = code_of(self.machine, call.unit)
        step = Step(
            call.name, TOOL, where.line, where.end_line,
            commands=tuple(self._commands(call)), variants=0 if where.repeated or call.unit.mapped else 1,
        )  # fmt: skip
        reads = [self._result(flow, result.call, where.line) for result in call.feeds]
        writes = [self._result(flow, call, where.line)] if id(call) in self.used else []
        doubt = CONDITIONAL if where.conditional else 1.0
        before = dict.fromkeys(ids[id(other)] for other in call.before if id(other) in ids and other is not call)
        return CodeStep(
            ids[id(call)], where.path, step, doubted(reads, doubt), doubted(writes, doubt), after=tuple(before),
            implements=code, given=given_to(self.machine, call, code), confidence=round(0.95 * doubt, 3),
        )  # fmt: skip

    def _result(self, flow: Flow, call: Call, line: int) -> Declared:
        home = self.homes[flow.unit.where.path, flow.name]
        ref = Ref(call.name, "dataset", "result", line)
        return Declared(f"mem:{home}/{self.names[id(call)]}", None, ref, call.name, NodeKind.DATASET, 0.95)

    def _commands(self, call: Call) -> Iterator[Command]:
        """The script of a shell task, the notebook of a notebook task."""
        if not isinstance(call.unit.func, Library):
            return
        given = call.unit.given
        for value in self.machine.values(given.get("script") or given.get("script_file") or Plain(None))[:1]:
            for command in read_shell(value.text(), line=call.where.line, braces=not value.exact):
                yield Command(command.words, call.where.line, command.cwd, command.reads, command.writes)
        for value in self.machine.values(given.get("notebook_path") or Plain(None))[:1]:
            yield Command((Word("papermill"), Word(value.text(), value.exact)), call.where.line)
