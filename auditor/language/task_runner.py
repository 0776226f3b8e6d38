"""Tasks that a project file names for a runner: poe, PDM, taskipy, hatch, rye, pixi."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.node import Node
from auditor.language.paths import kind_of_path
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Ref, Step

TOOL = "tasks"
MAX_DEPTH = 5

_COMMANDS = ("cmd", "shell", "command")
_BEFORE = ("depends-on", "depends_on", "deps", "sequence")


def read_tasks(root: Node) -> Iterator[Step]:
    """A step per task of the runners that pyproject.toml knows."""
    tool = root.get("tool")
    tables = (
        tool.get("poe").get("tasks"), tool.get("taskipy").get("tasks"), tool.get("pdm").get("scripts"),
        tool.get("rye").get("scripts"), tool.get("pixi").get("tasks"),
    )  # fmt: skip
    for table in tables:
        yield from read_table(table)
    for environment in tool.get("hatch").get("envs").values():
        yield from read_table(environment.get("scripts"))


def read_table(table: Node) -> Iterator[Step]:
    """A step per entry of a table of tasks: a text, a list of texts, or a table with command, inputs and outputs."""
    for name, task in table.items():
        if name.startswith("_"):
            continue
        line = table.line_of(name)
        yield Step(
            name=name,
            tool=TOOL,
            line=line,
            end_line=max(line, task.end_line),
            commands=tuple(_commands(task, 0)),
            reads=tuple(_refs(task, "inputs")),
            writes=tuple(_refs(task, "outputs")),
            after=tuple(node.raw for key in _BEFORE for node in task.get(key).texts()),
            folder=task.get("cwd").raw,
        )


def _commands(task: Node, depth: int) -> Iterator[Command]:
    if task.is_scalar:
        yield from read_shell(task.raw, line=task.line)
    for part in task.parts if depth < MAX_DEPTH else ():
        yield from _commands(part, depth + 1)
    for key in _COMMANDS if task.kind == "map" else ():
        words = task.get(key)
        if words.kind == "list" and all(part.is_scalar for part in words.parts):
            yield from read_shell(" ".join(part.raw for part in words.parts), line=words.line)
        elif words.is_scalar:
            yield from read_shell(words.raw, line=words.line)


def _refs(task: Node, key: str) -> Iterator[Ref]:
    for node in task.get(key).texts():
        yield Ref(mask(node.raw), kind_of_path(node.raw), key, node.line, "{" in node.raw or "*" in node.raw)
