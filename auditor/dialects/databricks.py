"""Databricks jobs that code describes: the settings that it gives to the jobs API, and the tasks of the SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds
from auditor.model.facts import IN_WORKSPACE, Command, Step, Word
from auditor.model.ir import Assign, Call, Const, Do, Expr, Group, Record, Return, Table
from auditor.program import Resolved
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import placed
from auditor.program.naming.words import records

TOOL = "databricks"
WANTED = frozenset({"notebook_task", "spark_python_task"})
"""What a description of a task is known by; a file that writes none of these out describes none."""
_STARTED = {"notebook_task": ("notebook_path", IN_WORKSPACE), "spark_python_task": ("python_file", "python")}


class _Task(NamedTuple):
    key: str
    line: int
    command: Command
    after: tuple[str, ...]


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """One pipeline for each of the files that describes tasks, in the order in which they stand there."""
    for path in paths:
        if not resolved.code.words(path).mentions(WANTED) and WANTED.isdisjoint(resolved.code.texts(path)):
            continue
        tasks = sorted(_tasks(resolved, path), key=lambda task: task.line)
        if tasks:
            yield _pipeline(path, tasks)


def _pipeline(path: str, tasks: list[_Task]) -> Pipeline:
    name, ids = path.rpartition("/")[2].rpartition(".")[0], StepIds()
    known = {task.key: ids.new(path, task.key) for task in tasks}
    steps = tuple(
        CodeStep(
            known[task.key],
            path,
            Step(task.key, TOOL, task.line, task.line, commands=(task.command,)),
            after=tuple(known[key] for key in task.after if key in known),
        )
        for task in tasks
    )
    return Pipeline(name, TOOL, path, tasks[0].line, steps, tasks[-1].line)


def _tasks(resolved: Resolved, path: str) -> Iterator[_Task]:
    """The tasks that the tables and calls of a file describe, each key once; a table has no line but its statement's."""
    met: set[str] = set()
    for number in resolved.code.scopes(path):
        frame = Frame(path, number)
        for at in placed(resolved.code.scope(path, number).body):
            parts = reversed(list(records(at.statement))) if type(at.statement) in (Assign, Do, Return) else ()
            for task in (task for part in parts for task in _described(resolved, part, frame, at.line)):
                if task.key not in met:
                    met.add(task.key)
                    yield task


def _described(resolved: Resolved, part: Record, frame: Frame, line: int) -> Iterator[_Task]:
    fields = _fields(part)
    line = part.line if type(part) is Call else line
    for kind in sorted(WANTED & fields.keys()):
        inner, word = _STARTED[kind]
        target = _text(resolved, _fields(fields[kind]).get(inner), frame)
        if target:
            key = _text(resolved, fields.get("task_key"), frame) or target
            after = tuple(_depended(resolved, fields.get("depends_on"), frame))
            yield _Task(key, line, Command((Word(word), Word(target)), line), after)


def _depended(resolved: Resolved, given: Expr | None, frame: Frame) -> Iterator[str]:
    for item in given.items if type(given) is Group else ():
        key = _text(resolved, _fields(item).get("task_key"), frame)
        if key:
            yield key


def _fields(record: Record) -> dict[str, Expr]:
    """What a table or the call of a class of the SDK says, by name."""
    if type(record) is Table:
        pairs = zip(record.keys, record.values, strict=True)
        return {key.value: value for key, value in pairs if type(key) is Const and isinstance(key.value, str)}
    return {name: value for name, value in record.keywords if name} if type(record) is Call else {}


def _text(resolved: Resolved, expr: Expr | None, frame: Frame) -> str:
    """The one text that an expression stands for; "" for any other."""
    values = resolved.evaluator.values(expr, frame) if expr is not None else ()
    return values[0].text() if len(values) == 1 and values[0].exact else ""
