"""Commands that the packages of the repository define: console scripts, and the tasks of project tools."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname

import msgspec

from auditor.language.shell import read_shell
from auditor.model.facts import Command, Facts, Word
from auditor.model.ir import Call, Const, Expr, Group, Table
from auditor.model.regex import regex
from auditor.program.naming.code import Code

MOST_COMMANDS = 20  # of one task

_TASK = regex(
    r"tool\.(?P<poe>poe)\.tasks\.(?P<poe_name>[^.]+)(?:\.(?:cmd|shell)|(?:\.sequence)?\.\d+(?:\.(?:cmd|shell))?)?"
    r"|tool\.(?P<pdm>pdm|rye)\.scripts\.(?P<pdm_name>[^.]+)(?:\.(?:cmd|shell)|\.(?:composite|chain)\.\d+)?"
    r"|tool\.(?P<hatch>hatch)\.envs\.[^.]+\.scripts\.(?P<hatch_name>[^.]+)(?:\.\d+)?"
    r"|tool\.(?P<taskipy>taskipy)\.tasks\.(?P<taskipy_name>[^.]+)(?:\.cmd)?"
    r"|(?:tool\.pixi\.)?(?:feature\.[^.]+\.)?(?P<pixi>tasks)\.(?P<pixi_name>[^.]+)(?:\.cmd)?"
)
_RUNNERS = {"poe": "poe", "task": "taskipy", "pdm": "pdm", "rye": "pdm", "hatch": "hatch", "pixi": "tasks"}


class Point(msgspec.Struct, frozen=True):
    """What a console script runs: `entry` of `module`, declared by a package in `folder`."""

    folder: str
    module: str
    entry: str


class _Task(msgspec.Struct, frozen=True):
    folder: str
    commands: tuple[Command, ...]


class EntryPoints:
    """Console scripts by name, and tasks by runner and name."""

    def __init__(self, files: Mapping[str, Facts], code: Code) -> None:
        self._points: dict[str, list[Point]] = defaultdict(list)
        self._tasks: dict[tuple[str, str], list[_Task]] = defaultdict(list)
        for path, facts in sorted(files.items()):
            for point in facts.entry_points:
                self._add(dirname(path), point.name, point.target)
            if facts.kind == "pyproject" or path.rpartition("/")[2] == "pixi.toml":
                self._read_tasks(path, facts)
            if path.rpartition("/")[2] == "setup.py" and facts.program is not None:
                for name, target in _setup_scripts(call for _, call in code.calls(path)):
                    self._add(dirname(path), name, target)

    def are_the_same(self, others: EntryPoints) -> bool:
        """Whether every name means the same to others."""
        return self._points == others._points and self._tasks == others._tasks

    def _add(self, folder: str, name: str, target: str) -> None:
        module, _, entry = target.partition("[")[0].strip().partition(":")
        self._points[name].append(Point(folder, module, entry))

    def all(self) -> Iterator[Point]:
        """All console scripts, in the order of the files that declare them."""
        for points in self._points.values():
            yield from points

    def console(self, name: str, folder: str) -> Point | None:
        """The console script of that name: that of the nearest package above a folder, else the only one."""
        points = self._points.get(name, [])
        above = [point for point in points if not point.folder or f"{folder}/".startswith(f"{point.folder}/")]
        nearest = max(above, key=lambda point: len(point.folder), default=None)
        return nearest or (points[0] if len({point.module for point in points}) == 1 else None)

    def task(self, runner: str, name: str, rest: tuple[Word, ...], folder: str) -> list[Command]:
        """The commands of a task that a runner (`poe`, `pdm run`, …) starts; none where it knows no such task."""
        tasks = self._tasks.get((_RUNNERS.get(runner, ""), name.rpartition(":")[2] if runner == "hatch" else name), [])
        task = next((task for task in tasks if task.folder == folder), tasks[0] if len(tasks) == 1 else None)
        if task is None or not task.commands:
            return []
        *first, last = task.commands
        return [
            *first,
            Command(
                (*last.words, *rest), last.line, last.cwd, environment=last.environment, assignments=last.assignments
            ),
        ]

    def _read_tasks(self, path: str, facts: Facts) -> None:
        texts: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for leaf in facts.leaves:
            found = _TASK.fullmatch(leaf.key) if isinstance(leaf.value, str) else None
            if found is not None:
                groups = [group for group in found.groups() if group is not None]
                runner, name = groups[0].replace("rye", "pdm"), groups[1]
                texts[runner, name].append((str(leaf.value), leaf.line))
        for (runner, name), lines in texts.items():
            commands = [c for text, line in lines[:MOST_COMMANDS] for c in self._commands(texts, runner, text, line)]
            self._tasks[runner, name].append(_Task(dirname(path), tuple(commands[:MOST_COMMANDS])))

    @staticmethod
    def _commands(
        texts: Mapping[tuple[str, str], list[tuple[str, int]]], runner: str, text: str, line: int
    ) -> Iterator[Command]:
        """A line of a task; a lone name of another task stands for that one."""
        for inner, at in texts.get((runner, text), [(text, line)]):
            yield from read_shell(re.sub(r"\{args[^}]*\}", "", inner), line=at)


def _setup_scripts(calls: Iterable[Call]) -> Iterator[tuple[str, str]]:
    """The console scripts of `setup(entry_points={"console_scripts": ["name = module:function"]})`."""
    for call in calls:
        points = next((value for name, value in call.keywords if name == "entry_points"), None)
        if type(points) is Table:
            for key, value in zip(points.keys, points.values, strict=True):
                if type(key) is Const and key.value in ("console_scripts", "gui_scripts"):
                    yield from _lines(value)


def _lines(value: Expr) -> Iterator[tuple[str, str]]:
    items = value.items if type(value) is Group else (value,)
    texts = [str(item.value) for item in items if type(item) is Const and isinstance(item.value, str)]
    for line in "\n".join(texts).splitlines():
        name, equals, target = line.partition("=")
        if equals:
            yield name.strip(), target.strip()
