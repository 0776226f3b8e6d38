"""Luigi: task classes, what they require and where their outputs lie, parameters in paths, decorators that inherit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname

import msgspec

from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds, memory_homes, reaching
from auditor.dialects.naming import path_identity
from auditor.dialects.symbolic import Machine, Meaning
from auditor.dialects.symbolic.calls import class_member
from auditor.dialects.symbolic.things import (
    DEFAULTED,
    NOTHING,
    Arguments,
    Bound,
    Function,
    Items,
    Made,
    Plain,
    Table,
    Text,
    Thing,
    Where,
    options,
    weakened,
)
from auditor.language.credentials import mask
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step
from auditor.program import Resolved
from auditor.program.naming.code import Local
from auditor.program.symbolic.values import hole

TOOL = "luigi"
_GIVING = frozenset({"requires", "inherits", "copies"})
_PROJECT = ("luigi.cfg", "luigi.toml", "pyproject.toml", "requirements.txt", "setup.py")
_MEMBERS = ("run", "output", "requires")


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every task class of the given files and those that import them."""
    meaning = Luigi()
    machine = meaning.machine = Machine(resolved, meaning)
    for path in reaching(resolved, paths):
        machine.start(path)
        meaning.classes(path)
    yield from _Statements(machine, meaning).all()
    yield from machine.cut(paths)


@dataclass(eq=False)
class Task:
    """A task with its parameters as far as they are given."""

    of: Function
    given: dict[str, Thing] = field(default_factory=dict)
    open: bool = False


class Luigi(Meaning):
    """Collects the task classes of a program and the tasks that are made of them."""

    def __init__(self) -> None:
        self.machine: Machine | None = None
        self.tasks: dict[Local, Function] = {}
        self.above: dict[Local, set[Local]] = {}
        self.decorated: dict[Local, list[Thing]] = {}
        self.inherited: dict[Local, list[Function]] = {}
        self.made: set[Local] = set()
        self.seen: list[Task] | None = None

    def classes(self, path: str) -> None:
        """Take in the task classes of a module."""
        machine = self.machine
        for scope in machine.code.scopes(path) if machine is not None else ():
            local = Local(path, scope)
            if machine is not None and machine.code.scope(*local).kind == "class" and self._is_task(local):
                self.tasks.setdefault(local, Function(local))
                bases = machine.resolved.evaluator.denoter.bases(local)
                self.above[local] = {base for base in bases if isinstance(base, Local)}

    def _is_task(self, local: Local) -> bool:
        ancestry = self.machine.resolved.evaluator.denoter.ancestry(local) if self.machine is not None else []
        found = [dotted for dotted in ancestry if dotted.startswith("luigi.")]
        return any(_last(dotted).endswith("Task") for dotted in found)

    # --- meaning ---

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """`@requires(A, B)`, `@inherits(A)`: parameters of other tasks, and for the first what comes before."""
        if isinstance(decorator, Made) and decorator.dotted.startswith("luigi.") and isinstance(thing, Function):
            if _last(decorator.dotted) in _GIVING:
                others = [*decorator.args.positional, *decorator.args.keywords.values()]
                tasks = [one for other in others for one in options(other) if isinstance(one, Function)]
                self.inherited.setdefault(thing.local, []).extend(tasks)
                if _last(decorator.dotted) == "requires":
                    single = others[0] if len(others) == 1 else Items("list", others)
                    self.decorated[thing.local] = [
                        Table(decorator.args.keywords) if decorator.args.keywords else single
                    ]
            return thing
        return None

    def construct(self, of: Function, ancestry: tuple[str, ...], args: Arguments, where: Where) -> Thing | None:
        """A task that is made; a target of a class of the repository is like those of the library."""
        library = [_last(dotted) for dotted in ancestry if dotted.startswith("luigi.")]
        if any(name.endswith("Task") for name in library):
            return self._task(of, dict(args.keywords), args)
        if any(name.endswith("Target") for name in library):
            return Made("luigi.LocalTarget", args)
        return None

    def _task(self, of: Function, given: dict[str, Thing], args: Arguments) -> Task:
        if args.positional:
            given = {**dict(zip(self._parameters(of), args.positional, strict=False)), **given}
        task = Task(of, given, args.open)
        self.made.add(of.local)
        if self.seen is not None:
            self.seen.append(task)
        return task

    def _parameters(self, of: Function) -> list[str]:
        names = self.machine.in_class(of).names if self.machine is not None else {}
        return [name for name, thing in names.items() if _is_parameter(thing)]

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Methods of tasks: what they require, take in and give out."""
        if not isinstance(receiver, Task) or self.machine is None:
            return None
        if name == "input":
            return self._outputs(self.requires(receiver))
        if name == "clone":
            return self._cloned(receiver, args)
        if name == "clone_parent":
            parents = self.inherited.get(receiver.of.local, [])
            return self._task(parents[0], dict(receiver.given), Arguments()) if parents else NOTHING
        if name == "requires":
            return self.requires(receiver)
        found = self.machine.class_member(receiver.of, name)
        if isinstance(found, Function):
            return self.machine.enter(found, msgspec.structs.replace(args, positional=(receiver, *args.positional)))
        return NOTHING

    def _cloned(self, task: Task, args: Arguments) -> Thing:
        wanted = args.get("cls", 0)
        of = (
            next((one for one in options(wanted) if isinstance(one, Function)), None) if wanted is not None else task.of
        )
        return self._task(of, {**task.given, **args.keywords}, Arguments()) if of is not None else NOTHING

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """A parameter: what is given, else its default, else a hole of its name."""
        if isinstance(receiver, Made) and name in ("path", "fn") and _last(receiver.dotted).endswith("Target"):
            return receiver.args.get("path", 0)
        if not isinstance(receiver, Task) or self.machine is None:
            return None
        if name in receiver.given:
            return receiver.given[name]
        member = class_member(self.machine, receiver.of, name)
        for parent in self.inherited.get(receiver.of.local, ()) if member is None else ():
            member = class_member(self.machine, parent, name)
            if member is not None:
                break
        if _is_parameter(member):
            default = member.args.get("default") if isinstance(member, Made) else None
            known = isinstance(default, (Plain, Text)) and not (isinstance(default, Plain) and default.value is None)
            return weakened(default, DEFAULTED) if known else Text(hole("cli", name))
        return Bound(receiver, name) if member is None or isinstance(member, Function) else member

    # --- questions ---

    def requires(self, task: Task) -> Thing:
        """What a task requires, as its method gives it or its decorator says."""
        if self.machine is None:
            return NOTHING
        found = self.machine.class_member(task.of, "requires")
        if not isinstance(found, Function):
            declared = self._declared(task.of.local)
            return self._of_classes(declared[0], task) if declared else Items("list")
        held, self.seen = self.seen, []
        returned = self.machine.enter(found, Arguments((task,)))
        yielded, self.seen = self.seen, held
        if list(_tasks(returned)):
            return returned
        return yielded[0] if len(yielded) == 1 else Items("list", yielded)

    def _declared(self, local: Local, depth: int = 0) -> list[Thing]:
        found = self.decorated.get(local, [])
        for above in sorted(self.above.get(local, ())) if not found and depth < 8 else ():
            found = found or self._declared(above, depth + 1)
        return found

    def _of_classes(self, thing: Thing, task: Task) -> Thing:
        """Tasks of the classes in a decorator, with the parameters of the one that it stands on."""
        if isinstance(thing, Items):
            return Items("list", [self._of_classes(part, task) for part in thing.items])
        if isinstance(thing, Table):
            return Table({key: self._of_classes(part, task) for key, part in thing.entries.items()})
        return self._task(thing, dict(task.given), Arguments()) if isinstance(thing, Function) else NOTHING

    def _outputs(self, thing: Thing) -> Thing:
        """The outputs of tasks, in the shape in which they are required."""
        if isinstance(thing, Items):
            return Items(thing.kind, [self._outputs(part) for part in thing.items], open=thing.open)
        if isinstance(thing, Table):
            return Table({key: self._outputs(part) for key, part in thing.entries.items()}, open=thing.open)
        return self.output(thing) if isinstance(thing, Task) else NOTHING

    def output(self, task: Task) -> Thing:
        """The target of a task, or several in a container."""
        found = self.machine.class_member(task.of, "output") if self.machine is not None else None
        if not isinstance(found, Function) or self.machine is None:
            return NOTHING
        return self.machine.enter(found, Arguments((task,)))

    def ask(self, task: Task, name: str) -> Thing:
        """`requires` or `output` of a task, each with fuel of its own."""
        if self.machine is None:
            return NOTHING
        found = self.machine.class_member(task.of, name)
        if not isinstance(found, Function):
            return self.requires(task) if name == "requires" else NOTHING
        held, self.seen = self.seen, []
        returned = self.machine.run_function(found.local, Arguments((task,)), found.around)
        yielded, self.seen = self.seen, held
        return returned if name == "output" or list(_tasks(returned)) else Items("list", yielded)


class _Statements:
    """What all task classes of a tree say."""

    def __init__(self, machine: Machine, meaning: Luigi) -> None:
        self.machine = machine
        self.meaning = meaning
        below = {above for several in meaning.above.values() for above in several}
        chosen = [local for local in meaning.tasks if self._code(local) and _own(machine, local)]
        self.needs: dict[Local, dict[Local, list[Task]]] = {}
        for local in chosen:
            self.needs[local] = self._needs(Task(meaning.tasks[local], open=True))
        used = {other for several in self.needs.values() for other in several}
        self.locals = [local for local in chosen if local not in below or local in used | meaning.made]
        self.homes = memory_homes((local.path, self._name(local)) for local in self.locals)
        self.plain = {local for local in self.locals if self._is_plain(local)}
        ids = StepIds()
        self.ids = {local: ids.new(local.path, self._name(local)) for local in self.locals}

    def all(self) -> Iterator[Statement]:
        """One pipeline for each task that no other requires, with all that it requires in turn."""
        required = {other for local in self.locals for other in self.needs[local] if other != local}
        steps = {local: self._step(local) for local in self.locals}
        for local in self.locals:
            if local not in required:
                scope = self.machine.code.scope(*local)
                parts = tuple(steps[part] for part in self._below(local))
                yield Pipeline(self._name(local), TOOL, local.path, scope.line, parts, scope.end_line)

    def _is_plain(self, local: Local) -> bool:
        """Whether whoever requires a task means the same data: one class alone, or nobody with parameters of its own."""
        asked = [several[local] for several in self.needs.values() if local in several]
        return len(asked) == 1 or not any(task.given for several in asked for task in several)

    def _below(self, local: Local) -> list[Local]:
        found: dict[Local, None] = {local: None}
        todo = [local]
        while todo:
            for other in self.needs.get(todo.pop(), {}):
                if other in self.ids and other not in found:
                    found[other] = None
                    todo.append(other)
        return list(found)

    def _needs(self, task: Task) -> dict[Local, list[Task]]:
        found: dict[Local, list[Task]] = {}
        for other in _tasks(self.meaning.ask(task, "requires")):
            if other.of.local != task.of.local:  # the same class with other parameters: a task of yesterday
                found.setdefault(other.of.local, []).append(other)
        return found

    def _step(self, local: Local) -> CodeStep:
        scope = self.machine.code.scope(*local)
        needs = self.needs[local]
        reads = [
            declared for several in needs.values() for other in several for declared in self._targets(other, scope.line)
        ]
        writes = tuple(self._targets(Task(self.meaning.tasks[local], open=True), scope.line))
        step = Step(self._name(local), TOOL, scope.line, scope.end_line)
        return CodeStep(
            self.ids[local], local.path, step, tuple(dict.fromkeys(reads)), tuple(dict.fromkeys(writes)),
            after=tuple(self.ids[other] for other in needs if other in self.ids), implements=self._run(local),
        )  # fmt: skip

    def _targets(self, task: Task, line: int) -> Iterator[Declared]:
        """Where the output of a task lies; in memory where that is not known."""
        if task.of.local not in self.ids:
            return
        said = self.meaning.ask(task, "output")
        found = [declared for thing in _parts(said) if (declared := self._target(thing, task.of.local.path, line))]
        name = self._name(task.of.local)
        if not found and task.of.local in self.plain and any(True for _ in _parts(said)):
            home = self.homes[task.of.local.path, name]
            found = [Declared(f"mem:{home}", None, Ref(name, "dataset", "output", line), name, NodeKind.DATASET, 0.9)]
        yield from found

    def _target(self, thing: Thing, path: str, line: int) -> Declared | None:
        if not isinstance(thing, Made) or not _last(thing.dotted).endswith("Target"):
            return None
        given = thing.args.get("path", 0)
        for value in self.machine.values(given)[:1] if given is not None else ():
            text = value.text()
            root = "" if value.anchored else self._root(text, path)
            identity = path_identity(mask(text), root)
            if identity is not None:
                ref = Ref(mask(text), "dataset", _last(thing.dotted), line, not value.exact)
                return Declared(*identity, ref, mask(text), NodeKind.DATASET if "{" in text else None, value.confidence)
        return None

    def _root(self, text: str, path: str) -> str:
        """The folder that tasks of a file run in: the nearest project, or where the file already lies."""
        tree = self.machine.resolved.tree
        folder = dirname(path)
        if folder and f"{folder}/{text}" in tree:
            return folder
        while folder and not any(f"{folder}/{name}" in tree for name in _PROJECT):
            folder = dirname(folder)
        return folder

    def _code(self, local: Local) -> tuple[Local, ...]:
        """The methods of a task that are code of the repository."""
        members = (self.machine.class_member(self.meaning.tasks[local], name) for name in _MEMBERS)
        return tuple(member.local for member in members if isinstance(member, Function))

    def _run(self, local: Local) -> tuple[Local, ...]:
        member = self.machine.class_member(self.meaning.tasks[local], "run")
        return (member.local,) if isinstance(member, Function) else ()

    def _name(self, local: Local) -> str:
        return self.machine.code.scope(*local).name.rpartition(".")[2]


def _own(machine: Machine, local: Local) -> bool:
    """Whether a class stands in a module, not within a function: those are made anew for each call."""
    return machine.code.scope(*local).parent == 0


def _is_parameter(thing: Thing) -> bool:
    return isinstance(thing, Made) and thing.dotted.startswith("luigi.") and _last(thing.dotted).endswith("Parameter")


def _tasks(thing: Thing) -> Iterator[Task]:
    yield from (part for part in _parts(thing) if isinstance(part, Task))


def _parts(thing: Thing) -> Iterator[Thing]:
    """The members of containers, or the thing."""
    for option in options(thing):
        if isinstance(option, (Items, Table)):
            for part in option.items if isinstance(option, Items) else option.values():
                yield from _parts(part)
        elif not (isinstance(option, Plain) and option.value is None) and option != NOTHING:
            yield option


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]
