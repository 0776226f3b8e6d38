"""Prefect 1 to 3: flows and tasks, sub-flows, futures, deployments and their schedules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from posixpath import dirname
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from auditor.dialects.contract import Pipeline, Program, Seen, Statement, running
from auditor.dialects.flowing import Call, Flow, Flowing, Result, Unit, code_of
from auditor.dialects.stating import Statements
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.machine import cut_short
from auditor.dialects.symbolic.things import (
    Arguments,
    Function,
    Items,
    Made,
    Plain,
    Table,
    Thing,
    Where,
    options,
)
from auditor.language.shell import read_shell
from auditor.model.declared import Declared
from auditor.model.facts import Command, Facts, Step, Trigger
from auditor.model.regex import regex
from auditor.program import Resolved
from auditor.program.kept.answers import Topic, View
from auditor.program.naming.code import Library, Local
from auditor.program.symbolic.values import normal

TOOL = "prefect"
_DEPLOYMENTS = regex(r"(^|/)prefect\.ya?ml$|(^|/)[\w-]+-deployment\.ya?ml$")
_ENTRY = regex(r"(?:deployments\.(\d+)\.)?entrypoint$")
_TIMES = regex(r"(?:deployments\.(\d+)\.)?(?:schedules\.\d+|schedule)\.(?:schedule\.)?(cron|interval|rrule)$")
_STARTS = frozenset({"serve", "deploy", "to_deployment", "from_source", "register", "with_options", "run"})
_EDGE = ("upstream_task", "downstream_task")
_CLOCKS = ("cron", "interval", "rrule", "clocks", "schedule", "schedules")
_STARTERS = {
    "run_deployment": "name",
    "arun_deployment": "name",
    "create_flow_run": "flow_name",
    "StartFlowRun": "flow_name",
}
_SHELL = {"shell_run_command": "command", "ShellTask": "command", "ShellOperation": "commands"}


Deployed: TypeAlias = tuple[tuple[Local, tuple[tuple[str, Trigger], ...]], ...]
"""The schedules of flows in files of deployments, each with its file."""


class _Said(msgspec.Struct, frozen=True):
    """What the flows of a tree say that some files lead to when they run, with what deploys them, and where runs were cut short."""

    starts: tuple[str, ...]
    deployed: Deployed
    pipelines: tuple[Pipeline, ...]
    cut: tuple[str, ...]


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every flow of the given files and those that import them, as long as what was looked at stays the same."""
    starts = running(resolved, paths, Prefect.roots, Prefect().declaring())
    if not starts:
        return
    deployed = _deployed(resolved)

    def find(view: View) -> _Said:
        return _said(Seen(view), starts, deployed)

    def fits(known: _Said) -> bool:
        return (known.starts, known.deployed) == (starts, deployed)

    said = resolved.early(Topic(TOOL, find, _Said, partly=True, lines=True), fits).of(starts[0])
    yield from said.pipelines
    yield from cut_short({*said.cut}.intersection(paths))


def _said(program: Program, starts: tuple[str, ...], deployed: Deployed) -> _Said:
    meaning = Prefect()
    machine = meaning.start_all(program, starts)
    flows = [meaning.run(unit) for unit in list(meaning.units.values())]
    statements = _Statements(machine, meaning, [*flows, *meaning.blocks], deployed)
    pipelines = (statement for statement in statements.all() if isinstance(statement, Pipeline))
    return _Said(starts, deployed, tuple(pipelines), tuple(sorted(machine.spent)))


class Prefect(Flowing):
    """What the decorators, futures and deployments of Prefect mean; `blocks` are flows of Prefect 1 (`with Flow(…)`)."""

    roots = ("prefect",)
    steps = frozenset({"task"})
    flows = frozenset({"flow"})
    waiting = ("wait_for", "upstream_tasks")

    def __init__(self) -> None:
        super().__init__()
        self.triggers: dict[int, list[tuple[str, Trigger]]] = defaultdict(list)
        self.blocks: list[Flow] = []
        self.sourced: list[Unit] = []  # flows that are named by file and function: `flow.from_source(…)`
        self._outer: list[Flow | None] = []

    def declaring(self) -> frozenset[str]:
        """With Prefect 1 pipelines are objects of a class, and later versions load them by it."""
        return self.flows | {"Flow"}

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Deployments, flows of Prefect 1, and the tasks that integrations bring."""
        if dotted.partition(".")[0] not in ("prefect", "prefect_shell"):
            return None
        last = dotted.rpartition(".")[2]
        if last == "Flow":
            return self._block(args, where)
        if last == "from_source":
            self.sourced.append(Unit("flow", Plain(None), args, where))
            return self.sourced[-1]
        if last in ("build_from_flow", "Deployment", "DeploymentSpec"):
            for option in options(args.get("flow", 0)):
                if isinstance(option, Unit):
                    self.triggered(option, args, last, where)
            return Plain(None)
        if last in _SHELL or last in _STARTERS or dotted.startswith("prefect.tasks."):
            unit = Unit("step", Library(dotted), args, where)
            outright = self.current is not None and last[:1].islower()
            return Result(self._step(unit, args, where)) if outright else unit
        return None

    def construct(self, of: Function, ancestry: tuple[str, ...], args: Arguments, where: Where) -> Thing | None:
        """Tasks as classes, of Prefect 1."""
        is_task = any(base.startswith("prefect.") and base.endswith("Task") for base in ancestry)
        return Unit("step", of, args, where) if is_task else None

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Futures, mapped and deferred calls, deployments."""
        if isinstance(receiver, Result):
            if name in ("set_upstream", "set_downstream"):
                self._ordered(receiver, args, name)
            return receiver
        if isinstance(receiver, Flow):
            return self._of_block(receiver, name, args, where)
        if not isinstance(receiver, Unit):
            return None
        if name in ("submit", "map", "delay", "apply_async", "run", "bind") and receiver.kind == "step":
            mapped = Unit(receiver.kind, receiver.func, receiver.given, receiver.where, mapped=name == "map")
            return self.invoke(mapped, args, where)
        if name == "with_options" and receiver.kind == "step":
            given = Arguments((), {**receiver.given.keywords, **args.keywords})
            return Unit(receiver.kind, receiver.func, given, receiver.where, receiver.mapped)
        if name in _STARTS:
            self.triggered(receiver, args, name, where)
            return receiver
        return None

    def _ordered(self, result: Result, args: Arguments, name: str) -> None:
        for option in options(args.get("task", 0)):
            if isinstance(option, Result):
                first, second = (option, result) if name == "set_upstream" else (result, option)
                second.call.before.append(first.call)

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """`task.fn`; what a future says of itself."""
        if isinstance(receiver, Result) and name in ("result", "wait", "get"):
            return None
        return super().attribute(receiver, name)

    def enter(self, thing: Thing, where: Where) -> Thing | None:
        """`with Flow("x") as flow`."""
        for option in options(thing):
            if isinstance(option, Flow):
                self._outer.append(self.current)
                self.current = option
                return option
        return None

    def leave(self, thing: Thing) -> None:
        """The end of such a block."""
        if self._outer and any(option is self.current for option in options(thing)):
            self.current = self._outer.pop()

    def _block(self, args: Arguments, where: Where) -> Flow:
        flow = Flow(Unit("flow", Plain(None), args, where), self.text(args.get("name", 0)))
        self.blocks.append(flow)
        self.triggered(flow.unit, Arguments((), {"schedule": args.get("schedule", 1)}), "Flow", where)
        return flow

    def _of_block(self, flow: Flow, name: str, args: Arguments, where: Where) -> Thing | None:
        """`flow.add_task(a)`, `flow.chain(a, b)`, `flow.add_edge(a, b)`, `flow.set_dependencies(b, [a])`, and what starts a flow."""
        held, self.current = self.current, flow
        if name == "chain":
            groups = [self._tasks(given, where) for given in args.positional]
        elif name == "add_edge":
            groups = [self._tasks(args.get(key, number), where) for number, key in enumerate(_EDGE)]
        elif name == "set_dependencies":
            groups = [self._tasks(args.get("upstream_tasks", 1), where), self._tasks(args.get("task", 0), where)]
        elif name == "add_task":
            groups = [self._tasks(args.get("task", 0), where)]
        else:
            groups = []
        for firsts, seconds in pairwise(groups):
            for second in seconds:
                second.before += firsts
        self.current = held
        if name in _STARTS:
            self.triggered(flow.unit, args, name, where)
        return flow if groups or name in _STARTS else None

    def _tasks(self, thing: Thing | None, where: Where) -> list[Call]:
        """The tasks in a thing; one that was not called is a step itself, once in a flow."""
        found: list[Call] = []
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Result):
                found.append(option.call)
            elif isinstance(option, Items):
                found += [call for item in option.items for call in self._tasks(item, where)]
            elif isinstance(option, Unit) and self.current is not None:
                same = (call for call in self.current.calls if call.unit is option)
                found.append(next(same, None) or self._step(option, Arguments(), where))
        return found

    def triggered(self, unit: Unit, args: Arguments, name: str, where: Where) -> None:
        """Note the schedules that a deployment gives a flow."""
        for key in _CLOCKS:
            for text in self._times(args.get(key), key):
                self.triggers[id(unit)].append((where.path, Trigger("schedule", text, where.line)))

    def _times(self, thing: Thing | None, key: str) -> Iterator[str]:
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Items):
                for item in option.items:
                    yield from self._times(item, key)
            elif isinstance(option, Made):
                yield from self._clock(option)
            elif isinstance(option, Table):
                for name in _CLOCKS:
                    yield from self._times(option.entries.get(name), name)
            elif key in ("cron", "interval", "rrule") and not (isinstance(option, Plain) and option.value is None):
                yield self.text(option) or "set in code"

    def _clock(self, made: Made) -> Iterator[str]:
        """`CronSchedule("0 3 * * *")`, `IntervalClock(timedelta(hours=1))`, `Schedule(clocks=[…])`."""
        last = made.dotted.rpartition(".")[2]
        inner = [made.args.get(name, 0 if number == 0 else None) for number, name in enumerate(("cron", *_CLOCKS[1:]))]
        if last == "timedelta":
            yield f"timedelta({', '.join(f'{k}={v.value}' for k, v in made.args.keywords.items() if isinstance(v, Plain))})"
            return
        for name, thing in zip(_CLOCKS, inner, strict=True):
            if thing is not None:
                found = list(self._times(thing, name))
                if not found and isinstance(thing, Plain) and isinstance(thing.value, str):
                    found = [thing.value]
                yield from found
                return


class _Statements(Statements):
    """What all flows of a tree say."""

    tool = TOOL

    def __init__(self, machine: Machine, meaning: Prefect, flows: list[Flow], deployed: Deployed) -> None:
        super().__init__(machine, flows, meaning.triggers)
        self.used = {id(result.call) for flow in flows for call in flow.calls for result in call.feeds}
        self.deployed = {local: list(triggers) for local, triggers in deployed}
        for unit in meaning.sourced:
            local = _target(machine.resolved, meaning.text(unit.given.get("entrypoint", 1)), "")
            if local is not None:
                self.deployed.setdefault(local, []).extend(meaning.triggers[id(unit)])

    def name(self, flow: Flow) -> str:
        """Its own name, or that of its file."""
        return flow.name or flow.unit.where.path.rpartition("/")[2].rpartition(".")[0]

    def calls(self, flow: Flow) -> list[Call] | None:
        """A flow without tasks is its own only step."""
        if flow.calls or not code_of(self.machine, flow.unit):
            return flow.calls or None
        return [Call(self.name(flow), flow.unit, flow.unit.where, Arguments())]

    def started(self, flow: Flow) -> Iterator[tuple[str, Trigger]]:
        """What code and files of deployments say."""
        yield from super().started(flow)
        if isinstance(flow.unit.func, Function):
            yield from self.deployed.get(flow.unit.func.local, ())

    def step(self, call: Call) -> Step:
        """A task with its commands."""
        return replace(super().step(call), commands=tuple(self._commands(call)))

    def code(self, flow: Flow, call: Call) -> tuple[Local, ...]:
        """The function of a task; a sub-flow has a pipeline of its own."""
        return () if _is_flow(flow, call) else code_of(self.machine, call.unit, ("run",))

    def reads(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterator[Declared]:
        """The results that a task is given."""
        return (self.in_memory(flow, result.call, "result", call.where.line) for result in call.feeds)

    def writes(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterator[Declared]:
        """The result of a task that another is given."""
        if id(call) in self.used:
            yield self.in_memory(flow, call, "result", call.where.line)

    def starts(self, flow: Flow, call: Call) -> tuple[str, ...]:
        """A sub-flow, and the flow whose deployment is run."""
        started = self._started(call)
        return tuple(
            self.pipeline(other).id
            for other in self.flows
            if (_is_flow(flow, call) and other.unit is call.unit) or (started and _slug(self.name(other)) == started)
        )

    def _started(self, call: Call) -> str:
        """The flow whose deployment a step starts by name, `FLOW/DEPLOYMENT`; "" for none."""
        func = call.unit.func
        name = _STARTERS.get(func.dotted.rpartition(".")[2]) if isinstance(func, Library) else None
        values = self.machine.values(call.args.get(name, 0) or call.unit.given.get(name, 0)) if name else ()
        return _slug(values[0].text().partition("/")[0]) if len(values) == 1 and values[0].exact else ""

    def _commands(self, call: Call) -> Iterator[Command]:
        """The commands of a shell task."""
        func = call.unit.func
        name = _SHELL.get(func.dotted.rpartition(".")[2]) if isinstance(func, Library) else None
        given = (call.args.get(name) or call.unit.given.get(name)) if name is not None else None
        for option in options(given) if given is not None else ():
            for part in option.items if isinstance(option, Items) else (option,):
                for value in self.machine.values(part)[:1]:
                    for command in read_shell(value.text(), braces=not value.exact):
                        yield Command(command.words, call.where.line, command.cwd, command.reads, command.writes)


def _is_flow(flow: Flow, call: Call) -> bool:
    return call.unit.kind == "flow" and call.unit is not flow.unit


def _slug(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")


def _deployed(resolved: Resolved) -> Deployed:
    """The schedules in files of deployments, by the flow that each starts: of many (`prefect.yaml`), or of one by itself."""
    found: dict[Local, list[tuple[str, Trigger]]] = defaultdict(list)
    for path, facts in sorted(resolved.files.items()):
        if not facts.leaves or not (_DEPLOYMENTS.search(path) or _is_deployment(facts)):
            continue
        entries = {m[1]: str(leaf.value) for leaf in facts.leaves if (m := _ENTRY.match(leaf.key))}
        for leaf in facts.leaves:
            match = _TIMES.match(leaf.key)
            if match is not None and leaf.value is not None:
                local = _target(resolved, entries.get(match[1], ""), dirname(path))
                times = str(leaf.value) if match[2] == "cron" else f"{match[2]} {leaf.value}"
                if local is not None:
                    found[local].append((path, Trigger("schedule", times, leaf.line)))
    return tuple((local, tuple(triggers)) for local, triggers in found.items())


def _is_deployment(facts: Facts) -> bool:
    """Whether a file is what `prefect deployment build` writes: one deployment of one flow."""
    return facts.kind == "config" and {"flow_name", "entrypoint"} <= {leaf.key for leaf in facts.leaves}


def _target(resolved: Program, entry: str, folder: str) -> Local | None:
    """The function that `file.py:function` names, from a folder or from the root."""
    file, _, function = entry.partition(":")
    for base in dict.fromkeys((folder, "")):
        home = normal(f"{base}/{file}" if base else file)
        number = resolved.code.named(home, function) if home in resolved.code.programs else None
        if number is not None:
            return Local(home, number)
    return None
