"""Flyte 2: tasks of an environment. There is no workflow: a task that calls others is the pipeline of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import msgspec

from auditor.dialects.flowing import Flow, Flowing, Result, Unit
from auditor.dialects.symbolic.things import Arguments, Bound, Function, Items, Made, Partial, Thing, Where, options
from auditor.model.facts import Trigger

_ENVIRONMENT = "flyte.TaskEnvironment"
_TOGETHER = frozenset({"asyncio.gather", "asyncio.wait", "asyncio.as_completed"})
_LATER = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.wait_for", "asyncio.shield"})
_GATHERED = frozenset({"builtins.list", "builtins.tuple"})
_INTERVALS = frozenset({"minutely", "hourly", "daily", "weekly", "monthly"})


@dataclass(eq=False)
class _Decorator:
    """`env.task(…)`, not applied yet."""

    given: Arguments


class Environments(Flowing):
    """What the tasks and triggers of Flyte 2 mean."""

    roots = ("flyte", "flyteplugins")

    def __init__(self) -> None:
        super().__init__()
        self.triggers: dict[int, list[tuple[str, Trigger]]] = defaultdict(list)

    def declaring(self) -> frozenset[str]:
        """Every task belongs to an environment."""
        return frozenset({_ENVIRONMENT.rpartition(".")[2]})

    def run_all(self) -> list[Flow]:
        """The tasks that call others; and by itself each that neither calls nor is called."""
        flows = [self.run(unit) for unit in list(self.units.values())]
        called = {id(call.unit.func) for flow in flows for call in flow.calls}
        for flow in flows:
            if not flow.calls and id(flow.unit.func) not in called:
                self.current = flow
                self.invoke(flow.unit, Arguments(), flow.unit.where)
                self.current = None
        return [flow for flow in flows if flow.calls]

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """Functions under `@env.task`."""
        if isinstance(decorator, _Decorator):
            given = decorator.given
        elif isinstance(decorator, Bound) and decorator.name == "task" and _is_environment(decorator.receiver):
            given = Arguments()
        else:
            return None
        unit = Unit("step", thing, given, where)
        if isinstance(thing, Function):
            self.units[thing.local] = unit
            self._trigger(unit, given.get("triggers"), where)
        return unit

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Mapped tasks; what waits for several calls at once."""
        if dotted in ("flyte.map", "flyte.map.aio") and args.positional:
            rest = msgspec.structs.replace(args, positional=args.positional[1:])
            return self._mapped(args.positional[0], rest, where)
        if dotted in _TOGETHER:
            return Items("list", args.positional, open=args.open)
        if args.positional and (dotted in _LATER or (dotted in _GATHERED and isinstance(args.positional[0], Result))):
            return args.positional[0]
        if dotted == "asyncio.to_thread" and args.positional:
            return self.invoke(args.positional[0], msgspec.structs.replace(args, positional=args.positional[1:]), where)
        return None

    def _mapped(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        for option in options(thing):
            if isinstance(option, Partial):
                joined = Arguments(args.positional, {**option.args.keywords, **args.keywords}, args.open)
                return self._mapped(option.func, joined, where)
            if isinstance(option, Unit):
                return self.invoke(Unit("step", option.func, option.given, option.where, mapped=True), args, where)
        return None

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """`env.task(…)`, variants of environments and tasks, calls through `aio`."""
        if _is_environment(receiver):
            return _Decorator(args) if name == "task" else receiver if name == "clone_with" else None
        if isinstance(receiver, Unit):
            return receiver if name == "override" else self.invoke(receiver, args, where) if name == "aio" else None
        return None

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """A part of what a task gives; the function of a task."""
        if isinstance(receiver, Result):
            return Result(receiver.call, name if receiver.index is None else receiver.index)
        return receiver.func if isinstance(receiver, Unit) and name == "func" else None

    def _trigger(self, unit: Unit, thing: Thing | None, where: Where) -> None:
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Items):
                for item in option.items:
                    self._trigger(unit, item, where)
            elif isinstance(option, Made) and option.dotted.startswith("flyte.Trigger"):
                last = option.dotted.rpartition(".")[2]
                kind, when = (
                    ("schedule", f"@{last}") if last in _INTERVALS else self._starts(option.args.get("automation", 1))
                )
                self.triggers[id(unit)].append((where.path, Trigger(kind, when, where.line)))

    def _starts(self, thing: Thing | None) -> tuple[str, str]:
        """The kind of a trigger with its times, or with the artefact that it waits for."""
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Made) and option.dotted.endswith(".Cron"):
                return "schedule", self.text(option.args.get("expression", 0)) or "set in code"
            if isinstance(option, Made) and option.dotted.endswith(".OnArtifact"):
                return "dataset", self.text(option.args.get("name", 0)) or "set in code"
        return "schedule", "interval"


def _is_environment(thing: Thing) -> bool:
    return isinstance(thing, Made) and (thing.dotted == _ENVIRONMENT or thing.dotted.startswith(f"{_ENVIRONMENT}."))
