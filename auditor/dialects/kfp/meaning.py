"""What the decorators, groups and tasks of Kubeflow pipelines mean, in both versions of the language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from auditor.dialects.flowing import Call, Flow, Flowing, Result, Unit, results
from auditor.dialects.kfp.components import Component, at_address, in_file, in_text, library_name, outputs, task_name
from auditor.dialects.symbolic.things import (
    NOTHING,
    Arguments,
    Function,
    Items,
    Made,
    Object,
    Partial,
    Plain,
    Table,
    Thing,
    Where,
    options,
)
from auditor.model.facts import Trigger
from auditor.program.naming.code import Library

GOOGLE = "google_cloud_pipeline_components"
_MADE = "kfp.made"
"""What is put together from outputs of tasks: a text, a comparison, an item of a loop."""
_LOADERS = {
    "load_component_from_file": ("filename", in_file),
    "load_component_from_url": ("url", at_address),
    "load_component_from_text": ("text", in_text),
    "load_component": ("name", at_address),
}
_TASKS = frozenset({
    "ContainerOp", "VolumeOp", "ResourceOp", "VolumeSnapshotOp", "importer", "CreatePVC", "DeletePVC", "CreatePVCFromSnapshot",
})  # fmt: skip
_GROUPS = frozenset({"Condition", "If", "Elif", "Else", "ParallelFor", "ExitHandler"})
_SAME = frozenset({"output", "outputs", "pvolume", "pvolumes", "volume", "volumes", "uri", "path", "metadata"})
_TUPLES = frozenset({"typing.NamedTuple", "collections.namedtuple"})


@dataclass(eq=False)
class Task(Call):
    """A step with the guard it stands under."""

    condition: str = ""


@dataclass(eq=False)
class Block:
    """What encloses tasks: a condition, a loop, an exit handler, a pipeline within another. `before` comes before all."""

    kind: str
    before: list[Call] = field(default_factory=list)
    condition: str = ""
    items: Thing = None
    last: list[Call] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    returned: Thing = None


class Kubeflow(Flowing):
    """Collects the pipelines of a program; `packages` are those that are compiled to a file, `starts` what runs such a file."""

    roots = ("kfp",)
    steps = frozenset({
        "component", "container_component", "python_component", "func_to_container_op", "create_component_from_func",
        "create_component_from_func_v2",
    })  # fmt: skip
    flows = frozenset({"pipeline"})

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.closed: list[Block] = []  # of the pipeline that is being run
        self.asked: dict[int, list[Call]] = {}
        self.packages: dict[str, Unit] = {}
        self.starts: dict[str, list[tuple[str, Trigger]]] = defaultdict(list)

    # --- components and pipelines ---

    def run(self, unit: Unit, given: Arguments | None = None) -> Flow:
        """One pipeline, with blocks of its own."""
        self.closed = []
        return super().run(unit, given)

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """Also under `partial(create_component_from_func, …)`."""
        if isinstance(decorator, Partial) and isinstance(decorator.func, Library):
            decorator = Made(decorator.func.dotted, decorator.args)
        return super().decorate(decorator, thing, where)

    def name_of(self, func: Thing) -> str:
        """The name of a function, a component in a file, or one of a library."""
        if isinstance(func, Component):
            return func.name
        return library_name(func.dotted) if isinstance(func, Library) else super().name_of(func)

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Components that are made or loaded, tasks of the library, groups."""
        root, _, _ = dotted.partition(".")
        last = dotted.rpartition(".")[2]
        if root == GOOGLE:
            return self._task(Unit("step", Library(dotted), Arguments(), where), args, where, last[:1].isupper())
        if root != "kfp" or self.machine is None:
            return None
        if last in _LOADERS:
            return self._loaded(last, args, where)
        if last in _TASKS:
            return self._task(Unit("step", Library(dotted), args, where), args, where, True)
        if last in _GROUPS:
            return self._group(last, args)
        if dotted.startswith("kfp.kubernetes."):
            return self._configured(args)
        func = args.get("func", 0)
        if self.kind_of(dotted) == "step" and isinstance(func, Function):
            return Unit("step", func, args, where)
        return None

    def _configured(self, args: Arguments) -> Thing | None:
        """A task that is given a secret or a volume: it comes after what tells their names."""
        task = args.get("task", 0)
        for option in options(task):
            if isinstance(option, Result):
                option.call.before += _tasks(Items("tuple", [*args.positional[1:], *args.keywords.values()]))
        return task

    def _loaded(self, last: str, args: Arguments, where: Where) -> Unit:
        name, find = _LOADERS[last]
        thing = args.get(name, 0) or args.get("file_path")
        if find is in_file and self.machine is not None:
            return Unit("step", in_file(self.machine, thing, where.path), Arguments(), where)
        one = in_text if find is in_text else at_address
        component = one(self.machine, thing) if self.machine is not None else Component("")
        return Unit("step", component, Arguments(), where)

    def _task(self, unit: Unit, args: Arguments, where: Where, known: bool) -> Thing | None:  # told once
        return Result(self._step(unit, args, where)) if known and self.current is not None else None

    def invoke(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        """Calls of components and of pipelines; a named tuple of outputs."""
        if isinstance(thing, Made) and thing.dotted in _TUPLES:
            return Table(args.keywords) if args.keywords else Items("tuple", args.positional)
        if isinstance(thing, Unit) and thing.kind == "step" and self._only_calls(thing.func):
            return (
                self.machine.enter(thing.func, args) if self.machine and isinstance(thing.func, Function) else NOTHING
            )
        if isinstance(thing, Unit) and thing.kind == "flow" and self.current is not None:
            return self._nested(thing, args)
        return super().invoke(thing, args, where)

    def _only_calls(self, func: Thing) -> bool:
        """Whether the function of a component only builds a task of a container, as in version 1."""
        if not isinstance(func, Function) or self.machine is None:
            return False
        return any(
            getattr(site.call.func, "name", getattr(site.call.func, "id", "")) == "ContainerOp"
            for site in self.machine.code.index(*func.local).calls
        )

    def _nested(self, unit: Unit, args: Arguments) -> Block:
        """The tasks of a pipeline that another calls are tasks of that one, after all that it is given."""
        self.within.add(id(unit))
        given = [result.call for thing in (*args.positional, *args.keywords.values()) for result in results(thing)]
        block = Block("pipeline", given)
        self.blocks.append(block)
        if self.machine is not None and isinstance(unit.func, Function):
            block.returned = self.machine.enter(unit.func, args)
        self._close(block)
        return block

    def _step(self, unit: Unit, args: Arguments, where: Where) -> Call:
        name = task_name(self.text(unit.given.get("name")) or self.name_of(unit.func)) or "task"
        conditions = [block.condition for block in self.blocks if block.condition]
        call = Task(self._free(name), unit, self._placed(where), args, condition=" && ".join(conditions)[:500])
        for given in (*args.positional, *args.keywords.values()):
            call.feeds += results(given)
        call.before += [result.call for result in call.feeds]
        call.before += self._finished(call.before)
        for block in self.blocks:
            call.before += block.before
            block.calls.append(call)
        if self.current is not None:
            self.current.calls.append(call)
        return call

    def _finished(self, calls: list[Call]) -> list[Call]:
        """The last tasks of the blocks that some tasks stand in and that are over: what they give is had when those end."""
        blocks = [block for block in self.closed if any(call in block.calls for call in calls)]
        return [one for block in blocks for one in block.calls if not any(one in other.before for other in block.calls)]

    def _close(self, block: Block) -> None:
        """A block is over. It began when all was there that any of its tasks needs: so did its first tasks."""
        self.blocks.remove(block)
        self.closed.append(block)
        inside = {id(call) for call in block.calls}
        needed = [one for call in block.calls for one in call.before if id(one) not in inside]
        for call in block.calls:
            if not any(id(one) in inside for one in call.before):
                call.before += [one for one in needed if one not in call.before]

    def _placed(self, where: Where) -> Where:
        repeated = where.repeated or any(block.kind == "ParallelFor" for block in self.blocks)
        return msgspec.structs.replace(where, repeated=repeated)

    def _free(self, name: str) -> str:
        """A second task of a name is `name-2`."""
        taken = {call.name for call in self.current.calls} if self.current is not None else set()
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        return free

    # --- groups ---

    def _group(self, kind: str, args: Arguments) -> Block:
        first = args.get("condition", 0) or args.get("loop_args") or args.get("items") or args.get("exit_task")
        before = [result.call for result in results(first)] if first is not None else []
        if kind == "ExitHandler":
            return Block(kind, last=list(_tasks(first)))
        if kind == "ParallelFor":
            return Block(kind, before, items=first)
        if kind in ("Elif", "Else"):  # what the conditions before it asked for is asked first
            before += self.asked.get(len(self.blocks), [])
        self.asked[len(self.blocks)] = before
        return Block(kind, before, condition=self._shown(first) or kind)

    def _shown(self, thing: Thing | None) -> str:
        """A condition in words."""
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Result):
                return f"{option.call.name}.{option.index}" if option.index is not None else option.call.name
            if isinstance(option, Made) and option.dotted == _MADE:
                parts = [self._shown(part) or "?" for part in option.args.positional]
                return f" {self.text(option.args.get('op'))} ".join(parts)
            return self.text(option)
        return ""

    def enter(self, thing: Thing, where: Where) -> Thing | None:
        """`with dsl.ParallelFor(…) as item`."""
        for option in options(thing):
            if isinstance(option, Block):
                self.blocks.append(option)
                return Made(_MADE, Arguments((option.items,))) if option.kind == "ParallelFor" else option
        return None

    def leave(self, thing: Thing) -> None:
        """The task of an exit handler comes after all within."""
        for option in options(thing):
            if isinstance(option, Block) and option in self.blocks:
                self._close(option)
                for call in option.last:
                    call.before += option.calls

    # --- outputs ---

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """Outputs of a task; what stands for the item of a loop."""
        if isinstance(receiver, Result):
            return receiver if name in _SAME else None
        if isinstance(receiver, Block):
            return self._returned(receiver) if name == "output" else receiver
        if isinstance(receiver, Made) and receiver.dotted == _MADE:
            return receiver
        return receiver.func if isinstance(receiver, Unit) and name == "python_func" else None

    def item(self, receiver: Thing, key: Thing) -> Thing | None:
        """One output of a task or of a pipeline."""
        if isinstance(receiver, Made) and receiver.dotted == _MADE:
            return receiver
        if isinstance(receiver, Block):
            return self._output(receiver.returned, key)
        return super().item(receiver, key)

    def _output(self, returned: Thing, key: Thing) -> Thing:
        """What a pipeline returns under a name."""
        name = str(key.value) if isinstance(key, Plain) else ""
        for option in options(returned):
            if isinstance(option, Object):
                return option.attributes.get(name, NOTHING)
            if isinstance(option, Table):
                return option.entries.get(name, NOTHING)
            if isinstance(option, Block):
                return self._output(option.returned, key)
            if isinstance(option, Result):
                return self._named(option, name)
        return returned if any(True for _ in results(returned)) else NOTHING

    def _named(self, result: Result, name: str) -> Result:
        """One output of a task whose outputs a pipeline returns all; the one output that it returns."""
        known = dict(outputs(self.machine, result.call.unit)) if self.machine is not None else {}
        return Result(result.call, name) if result.index is None and name in known else result

    def _returned(self, block: Block) -> Thing:
        while isinstance(block.returned, Block):
            block = block.returned
        return block.returned

    def operate(self, op: str, left: Thing, right: Thing, where: Where) -> Thing | None:
        """Comparisons and sums of outputs."""
        touched = any(True for side in (left, right) for _ in results(side))
        return Made(_MADE, Arguments((left, right), {"op": Plain(op)})) if touched else None

    def compose(self, parts: Sequence[Thing]) -> Thing | None:
        """Texts with outputs in them."""
        return Made(_MADE, Arguments(tuple(parts))) if any(True for part in parts for _ in results(part)) else None

    # --- methods ---

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Order of tasks; compilers, clients and their schedules."""
        if isinstance(receiver, (Result, Block)):
            self._settled_task(receiver, name, args)
            return receiver
        if name in ("compile", "create_run_from_pipeline_func") and _of_library(receiver):
            self._compiled(args, where)
            return Plain(None)
        if name in ("create_recurring_run", "create_schedule"):
            self._scheduled(receiver, args, where)
        if name.startswith("load_component") and name in _LOADERS and _of_library(receiver):
            return self._loaded(name, args, where)
        return None

    def _settled_task(self, receiver: Result | Block, name: str, args: Arguments) -> None:
        calls = [receiver.call] if isinstance(receiver, Result) else receiver.calls
        given = [*args.positional, *args.keywords.values()]
        for call in calls:
            call.before += [first for thing in given for first in _tasks(thing)]
            if name == "add_pvolumes":
                call.feeds += [result for thing in given for result in results(thing)]

    def _compiled(self, args: Arguments, where: Where) -> None:
        """A pipeline that is compiled or run; without a decorator, it is one for that."""
        for option in options(args.get("pipeline_func", 0)):
            if isinstance(option, Function):
                option = self.units.setdefault(option.local, Unit("flow", option, Arguments(), self._home(option)))
            if isinstance(option, Unit):
                self.packages[self.text(args.get("package_path", 1))] = option

    def _home(self, func: Function) -> Where:
        scope = self.machine.code.scope(*func.local) if self.machine is not None else None
        return Where(func.local.path, scope.line, scope.end_line) if scope is not None else Where(func.local.path, 1, 1)

    def _scheduled(self, receiver: Thing, args: Arguments, where: Where) -> None:
        """A recurring run of a compiled pipeline."""
        source = receiver.args if isinstance(receiver, Made) else Arguments()
        package = self.text(args.get("pipeline_package_path")) or self.text(source.get("template_path"))
        times = self.text(args.get("cron_expression")) or self.text(args.get("cron")) or "interval"
        if package:
            self.starts[package].append((where.path, Trigger("schedule", times, where.line)))

    def triggers(self, flow: Flow) -> tuple[tuple[str, Trigger], ...]:
        """What starts a pipeline."""
        packages = [package for package, unit in self.packages.items() if unit is flow.unit]
        return tuple(dict.fromkeys(start for package in packages for start in self.starts[package]))


def _of_library(receiver: Thing) -> bool:
    return isinstance(receiver, (Made, Library)) and receiver.dotted.startswith("kfp.")


def _tasks(thing: Thing) -> Iterator[Call]:
    """The tasks in a thing."""
    for option in options(thing):
        if isinstance(option, Block):
            yield from option.calls
        else:
            yield from (result.call for result in results(option))
