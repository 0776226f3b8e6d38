"""Flyte 1: tasks, workflows and workflows within them, order by `>>`, conditionals, mapped tasks, launch plans."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from auditor.dialects.flowing import Call, Flow, Flowing, Result, Unit, results
from auditor.dialects.symbolic.things import Arguments, Bound, Items, Made, Partial, Thing, Where, options
from auditor.model.facts import Trigger
from auditor.program.naming.code import Library

_MADE = "flytekit.made"
"""What is put together from results: a comparison."""
_LIBRARY = ("flytekit.", "flytekitplugins.", "union.")
_MAPS = frozenset({"map_task", "map", "array_node_map_task"})
_PLANS = frozenset({"get_or_create", "create", "get_default_launch_plan"})
_SETTINGS = frozenset({"with_overrides", "is_true", "is_false", "is_none", "runs_before", "with_runtime_override"})


class Choice:
    """`conditional(…)`: what its conditions look at, and the results of its arms."""

    def __init__(self) -> None:
        self.before: list[Call] = []
        self.taken: list[Thing] = []


class Promises(Flowing):
    """What the decorators, promises and launch plans of Flyte 1 mean, also under the name of Union."""

    roots = ("flytekit", "flytekitplugins", "union")
    steps = frozenset({"task", "dynamic", "eager", "reference_task"})
    flows = frozenset({"workflow"})

    def __init__(self) -> None:
        super().__init__()
        self.triggers: dict[int, list[tuple[str, Trigger]]] = defaultdict(list)

    def run_all(self) -> list[Flow]:
        """The workflows that call anything."""
        return [flow for flow in map(self.run, list(self.units.values())) if flow.calls]

    def composed(self) -> bool:
        """The tasks of a workflow that another calls are tasks of that one."""
        return True

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Tasks of the library, mapped tasks, conditionals, launch plans."""
        if not dotted.startswith(_LIBRARY):
            return None
        last = dotted.rpartition(".")[2]
        if last in _MAPS:
            return _mapped(args.get("task_function", 0) or args.get("target"), where)
        if last == "conditional":
            return Choice()
        if last == "create_node":
            return (
                self.invoke(args.positional[0], msgspec.structs.replace(args, positional=()), where)
                if args.positional
                else None
            )
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

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """Also tasks of an actor: `@actor.task`."""
        made = decorator.receiver if isinstance(decorator, Bound) and decorator.name == "task" else decorator
        if isinstance(made, Made) and made.dotted.endswith(".ActorEnvironment") and made.dotted.startswith(_LIBRARY):
            return Unit("step", thing, Arguments(), where)
        return super().decorate(decorator, thing, where)

    def named(self, unit: Unit, args: Arguments) -> str:
        """The name of a task: that of its function, or what a task of the library is told."""
        told = self.text(unit.given.get("name")) if isinstance(unit.func, Library) else ""
        return told or self.name_of(unit.func)

    def invoke(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        """A task whose arguments may come from a conditional."""
        positional = tuple(_settled(given) for given in args.positional)
        keywords = {name: _settled(given) for name, given in args.keywords.items()}
        return super().invoke(thing, msgspec.structs.replace(args, positional=positional, keywords=keywords), where)

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
        return receiver if isinstance(receiver, Made) and name == "task" else None  # `@actor.task(…)`

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
