"""Airflow's DAGs, groups and tasks, and what a group stands for in an order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.dialects.symbolic.things import Arguments, Function, Items, Made, Table, Thing, Where, options


@dataclass(eq=False)
class Group:
    """A task group: its tasks carry its name before theirs, and stand for it in an order."""

    name: str
    dag: Dag | None
    parent: Group | None = None
    prefixes: bool = True
    members: list[Task | Group] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """What stands before the names of its tasks."""
        above = self.parent.prefix if self.parent is not None else ""
        return f"{above}{self.name}." if self.prefixes and self.name else above


@dataclass(eq=False)
class Dag:
    """One DAG."""

    name: str
    where: Where
    args: Arguments
    tasks: list[Task] = field(default_factory=list)


@dataclass(eq=False)
class Task:
    """One task; `kind` is the class of its operator, or `task` and what follows it for a decorated function."""

    name: str
    kind: str
    dag: Dag | None
    group: Group | None
    where: Where
    args: Arguments
    func: Thing | None = None
    mapped: bool = False
    before: list[Task | Group] = field(default_factory=list)  # what comes first
    feeds: list[Task] = field(default_factory=list)  # whose results it is given

    @property
    def label(self) -> str:
        """The id that Airflow shows: with the names of the groups around it."""
        return f"{self.group.prefix if self.group is not None else ''}{self.name}"


@dataclass(eq=False)
class Output:
    """What a task returns: `task.output`, or the call of a decorated function."""

    task: Task


@dataclass(eq=False)
class Label:
    """A label on an edge: `a >> Label("x") >> b`."""

    ends: list[Task | Group]


@dataclass(eq=False)
class Decorated:
    """A function under `@task`, `@dag` or `@task_group`; `given` are the options of the decorator."""

    kind: str
    func: Thing
    given: Arguments
    mapped: bool = False
    partial: Arguments = field(default_factory=Arguments)


@dataclass(eq=False)
class Blank:
    """An operator whose arguments are not all given yet: `Operator.partial(…)`."""

    dotted: str
    args: Arguments
    of: Function | None = None


def ends(thing: Thing | None) -> Iterator[Task | Group]:
    """The tasks and groups that a thing stands for in an order."""
    for option in options(thing) if thing is not None else ():
        if isinstance(option, (Task, Group)):
            yield option
        elif isinstance(option, Output):
            yield option.task
        elif isinstance(option, Label):
            yield from option.ends
        elif isinstance(option, Items):
            for item in option.items:
                yield from ends(item)
        elif isinstance(option, Table):
            for value in option.values():
                yield from ends(value)


def roots(end: Task | Group) -> Iterator[Task]:
    """The tasks that start when an end is reached: of a group, those that wait for none of its own."""
    if isinstance(end, Task):
        yield end
        return
    inside = set(members(end))
    for task in inside:
        if not any(earlier in inside for before in task.before for earlier in leaves(before)):
            yield task


def leaves(end: Task | Group) -> Iterator[Task]:
    """The tasks that must be done for an end to be passed: of a group, those that none of its own waits for."""
    if isinstance(end, Task):
        yield end
        return
    inside = list(members(end))
    awaited = {id(earlier) for task in inside for before in task.before for earlier in _plain(before)}
    yield from (task for task in inside if id(task) not in awaited)


def _plain(end: Task | Group) -> Iterator[Task]:
    yield from (end,) if isinstance(end, Task) else members(end)


def members(group: Group) -> Iterator[Task]:
    """All tasks of a group and of the groups in it."""
    for member in group.members:
        yield from (member,) if isinstance(member, Task) else members(member)


def feeding(args: Arguments) -> Iterator[Task]:
    """The tasks whose results are among some arguments."""
    seen: set[int] = set()
    for thing in (*args.positional, *args.keywords.values()):
        for task in _results(thing):
            if id(task) not in seen:
                seen.add(id(task))
                yield task


def _results(thing: Thing) -> Iterator[Task]:
    for option in options(thing):
        if isinstance(option, Output):
            yield option.task
        elif isinstance(option, (Items, Table)):
            for value in option.items if isinstance(option, Items) else option.values():
                yield from _results(value)
        elif isinstance(option, Made):
            yield from feeding(option.args)
