"""Flyte: workflows of promises (1), and tasks of an environment that call each other (2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec.structs import replace

from auditor.dialects.contract import Statement, imports_library
from auditor.dialects.flowing import Call, Flow
from auditor.dialects.flyte.environments import Environments
from auditor.dialects.flyte.promises import Promises
from auditor.dialects.stating import Statements, Triggers
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Plain
from auditor.language.shell import read_shell
from auditor.model.declared import Declared
from auditor.model.facts import Command, Step, Word
from auditor.program import Resolved
from auditor.program.naming.code import Library, Local

TOOL = "flyte"

Meaning: TypeAlias = Promises | Environments


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every workflow of the given files and those that import them, and every task that calls tasks."""
    for meaning in (Promises(), Environments()):
        own = [path for path in paths if imports_library(resolved, path, meaning.roots)]
        machine = meaning.begin(resolved, own)
        yield from _Statements(machine, meaning.run_all(), meaning.triggers).all()
        yield from machine.cut(own)


class _Statements(Statements):
    """What all workflows of a tree say."""

    tool = TOOL

    def __init__(self, machine: Machine, flows: list[Flow], triggers: Triggers) -> None:
        super().__init__(machine, flows, triggers)
        self.used = {id(result.call) for flow in flows for call in flow.calls for result in call.feeds}

    def step(self, call: Call) -> Step:
        """A task with its commands."""
        return replace(super().step(call), commands=tuple(self._commands(call)))

    def reads(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterator[Declared]:
        """The results that a task is given."""
        return (self.in_memory(flow, result.call, "result", call.where.line) for result in call.feeds)

    def writes(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterator[Declared]:
        """The result of a task that another is given."""
        if id(call) in self.used:
            yield self.in_memory(flow, call, "result", call.where.line)

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
