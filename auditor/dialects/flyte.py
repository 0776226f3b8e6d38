"""Flyte: tasks, workflows and workflows within them, order by `>>`, conditionals, mapped tasks, launch plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from auditor.dialects.contract import CodeStep, Dialect, Pipeline, Statement, StepIds, memory_homes, reaching
from auditor.dialects.flowing import Call, Flow, Flowing, Result, Unit, code_of, doubted, given_to, numbered, results
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Arguments, Items, Made, Partial, Plain, Thing, Where, options
from auditor.language.shell import read_shell
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Command, Ref, Step, Trigger, Word
from auditor.program import Resolved
from auditor.program.naming.code import Library

TOOL = "flyte"
CONDITIONAL = 0.8
_MADE = "flytekit.made"
"""What is put together from results: a comparison."""
_MAPS = frozenset({"map_task", "map", "array_node_map_task"})
_PLANS = frozenset({"get_or_create", "create", "get_default_launch_plan"})
_SETTINGS = frozenset({"with_overrides", "is_true", "is_false", "is_none", "runs_before", "with_runtime_override"})


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every workflow of the given files and those that import them."""
    meaning = Flyte()
    machine = meaning.machine = Machine(resolved, meaning)
    for path in reaching(resolved, paths):
        machine.start(path)
    flows = [meaning.run(unit) for unit in list(meaning.units.values())]
    yield from _Statements(machine, meaning, [flow for flow in flows if flow.calls]).all()


class Choice:
    """`conditional(…)`: what its conditions look at, and the results of its arms."""

    def __init__(self) -> None:
        self.before: list[Call] = []
        self.taken: list[Thing] = []


class Flyte(Flowing):
    """What the decorators, promises and launch plans of Flyte mean."""

    roots = ("flytekit",)
    steps = frozenset({"task", "dynamic", "eager", "reference_task"})
    flows = frozenset({"workflow"})

    def __init__(self) -> None:
        super().__init__()
        self.triggers: dict[int, list[tuple[str, Trigger]]] = defaultdict(list)

    def composed(self) -> bool:
        """The tasks of a workflow that another calls are tasks of that one."""
        return True

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Tasks of the library, mapped tasks, conditionals, launch plans."""
        if not dotted.startswith(("flytekit.", "flytekitplugins.")):
            return None
        last = dotted.rpartition(".")[2]
        if last in _MAPS:
            return _mapped(args.get("task_function", 0) or args.get("target"), where)
        if last == "conditional":
            return Choice()
        if last == "create_node":
            return self.invoke(args.positional[0], args._replace(positional=()), where) if args.positional else None
        if last in _PLANS and ".LaunchPlan." in dotted:
            return self._planned(args, where)
        if last.endswith("Task"):
            return Unit("step", Library(dotted), args, where)
        return None

    def _planned(self, args: Arguments, where: Where) -> Thing | None:
        """A launch plan: the workflow, with the times at which it starts."""
        found = [one for thing in (*args.positional, *args.keywords.values()) for one in options(thing)]
        unit = next((one for one in found if isinstance(one, Unit) and one.kind == "flow"), None)
        for option in options(args.get("schedule")) if unit is not None else ():
            if isinstance(option, Made):
                cron = self.text(option.args.get("schedule")) or self.text(option.args.get("cron_expression"))
                self.triggers[id(unit)].append((where.path, Trigger("schedule", cron or "interval", where.line)))
        return unit

    def named(self, unit: Unit, args: Arguments) -> str:
        """The name of a task: that of its function, or what a task of the library is told."""
        told = self.text(unit.given.get("name")) if isinstance(unit.func, Library) else ""
        return told or self.name_of(unit.func)

    def invoke(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        """A task whose arguments may come from a conditional."""
        positional = tuple(_settled(given) for given in args.positional)
        keywords = {name: _settled(given) for name, given in args.keywords.items()}
        return super().invoke(thing, args._replace(positional=positional, keywords=keywords), where)

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Settings of promises; the arms of a conditional."""
        if isinstance(receiver, Choice):
            self._arm(receiver, name, args)
            return receiver
        if isinstance(receiver, Result):
            for thing in args.positional if name == "runs_before" else ():
                for later in results(thing):
                    later.call.before.append(receiver.call)
            return receiver if name in _SETTINGS else None
        if isinstance(receiver, Unit) and name == "with_overrides":
            return receiver
        return None

    def _arm(self, choice: Choice, name: str, args: Arguments) -> None:
        found = [result for thing in args.positional for result in results(thing)]
        if name in ("if_", "elif_"):
            choice.before += [result.call for result in found]
        elif name == "then":
            choice.taken += args.positional
            for result in found:
                result.call.before += choice.before

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """One output of a task by its name."""
        if isinstance(receiver, Result) and name not in _SETTINGS:
            return Result(receiver.call, name if receiver.index is None else receiver.index)
        return receiver.func if isinstance(receiver, Unit) and name == "task_function" else None

    def operate(self, op: str, left: Thing, right: Thing, where: Where) -> Thing | None:
        """`a >> b`, and comparisons of promises."""
        touched = [*results(left), *results(right)]
        if op == ">>" and touched:
            for later in results(right):
                later.call.before += [first.call for first in results(left)]
            return right
        return Made(_MADE, Arguments((left, right))) if touched else None


def _mapped(thing: Thing | None, where: Where) -> Thing | None:
    for option in options(thing) if thing is not None else ():
        if isinstance(option, Partial) and isinstance(option.func, Unit):
            return Partial(_mapped(option.func, where), option.args)
        if isinstance(option, Unit):
            return Unit(option.kind, option.func, option.given, where, mapped=True)
    return None


def _settled(thing: Thing) -> Thing:
    """A conditional as one of the results of its arms."""
    return Items("tuple", thing.taken) if isinstance(thing, Choice) else thing


class _Statements:
    """What all workflows of a tree say."""

    def __init__(self, machine: Machine, meaning: Flyte, flows: list[Flow]) -> None:
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


DIALECT = Dialect(TOOL, ("flytekit", "flytekitplugins"), read)
