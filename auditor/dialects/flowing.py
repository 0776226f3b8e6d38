"""Frameworks where functions are steps, a function is the pipeline, and data flow as it calls them: ZenML, Prefect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from auditor.dialects.contract import Program, running
from auditor.dialects.symbolic import Machine, Meaning
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
from auditor.model.declared import Declared
from auditor.program import Resolved
from auditor.program.naming.code import Library, Local
from auditor.program.symbolic.values import Value

MOST_RUNS = 5
"""Calls of one pipeline that are looked at, each with its own arguments."""


@dataclass(eq=False)
class Unit:
    """A function or class that the framework runs; `kind` is `step` or `flow`, `given` the options of its decorator."""

    kind: str
    func: Thing
    given: Arguments
    where: Where
    mapped: bool = False


@dataclass(eq=False)
class Call:
    """One step of a pipeline: a unit that its function calls."""

    name: str
    unit: Unit
    where: Where
    args: Arguments
    before: list[Call] = field(default_factory=list)  # what comes first
    feeds: list[Result] = field(default_factory=list)  # whose results it is given


@dataclass(eq=False)
class Result:
    """What a step returns, or one of several, by number or name."""

    call: Call
    index: int | str | None = None


@dataclass(eq=False)
class Named:
    """A stored artefact that is asked for by name."""

    name: str
    trust: float


@dataclass(eq=False)
class Flow:
    """One pipeline, with the steps of all the runs of it that were looked at."""

    unit: Unit
    name: str
    calls: list[Call] = field(default_factory=list)
    returned: Thing = None


class Flowing(Meaning):
    """Collects pipelines and their steps. A framework says which decorators make them, and what else it knows."""

    roots: tuple[str, ...] = ()
    steps: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()
    waiting: tuple[str, ...] = ()
    """Arguments of a step that name what must come first."""

    def __init__(self) -> None:
        self.machine: Machine | None = None
        self.units: dict[Local, Unit] = {}
        self.found_in: dict[Local, str] = {}
        """The file by whose run each pipeline was found."""
        self.called: dict[int, list[Arguments]] = {}
        self.current: Flow | None = None
        self.within: set[int] = set()  # pipelines that another calls

    # --- what a framework may say besides ---

    def declaring(self) -> frozenset[str]:
        """Names of the framework without one of which no pipeline is made."""
        return self.flows

    def triggered(self, unit: Unit, args: Arguments, name: str, where: Where) -> None:
        """A method of a pipeline that may start it (`serve`, `with_options`)."""

    def composed(self) -> bool:
        """Whether a pipeline that another calls becomes part of it; otherwise it is a step of its own."""
        return False

    def waits(self, unit: Unit, key: int | str) -> bool:
        """Whether an argument of a step only says what must come first."""
        return key in self.waiting

    def named(self, unit: Unit, args: Arguments) -> str:
        """The name of a step."""
        return self.text(args.get("id")) or self.text(unit.given.get("name")) or self.name_of(unit.func)

    # --- meaning ---

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """Functions and classes under the decorators of the framework."""
        dotted = decorator.dotted if isinstance(decorator, (Library, Made)) else ""
        given = decorator.args if isinstance(decorator, Made) else Arguments()
        kind = self.kind_of(dotted)
        if kind is None:
            return None
        unit = Unit(kind, thing, given, where)
        if kind == "flow" and isinstance(thing, Function):
            self.units[thing.local] = unit
            self.found_in.setdefault(thing.local, self.machine.main if self.machine is not None else "")
        return unit

    def kind_of(self, dotted: str) -> str | None:
        """Whether a decorator makes a step or a pipeline."""
        if dotted.partition(".")[0] not in self.roots:
            return None
        last = dotted.rpartition(".")[2]
        return "step" if last in self.steps else "flow" if last in self.flows else None

    def invoke(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        """A step that is called in a pipeline; a pipeline that is called."""
        if not isinstance(thing, Unit):
            return None
        if thing.kind == "flow" and (self.current is None or self.composed()):
            return self._flow_called(thing, args)
        if self.current is None:
            return thing if thing.kind == "step" else NOTHING
        return Result(self._step(thing, args, where))

    def _flow_called(self, unit: Unit, args: Arguments) -> Thing:
        if self.current is not None:
            self.within.add(id(unit))
            return self.machine.enter(unit.func, args) if self.machine and isinstance(unit.func, Function) else NOTHING
        self.called.setdefault(id(unit), []).append(args)
        return unit

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """`task.fn` is the plain function."""
        return receiver.func if isinstance(receiver, Unit) and name in ("fn", "entrypoint") else None

    def item(self, receiver: Thing, key: Thing) -> Thing | None:
        """One of several results."""
        if not isinstance(receiver, Result):
            return None
        index = key.value if isinstance(key, Plain) and isinstance(key.value, (int, str)) else None
        return Result(receiver.call, index if receiver.index is None else receiver.index)

    def _step(self, unit: Unit, args: Arguments, where: Where) -> Call:
        call = Call(self.named(unit, args), unit, where, args)
        given_to: list[tuple[int | str, Thing]] = [*enumerate(args.positional), *args.keywords.items()]
        for key, given in given_to:
            found = list(results(given))
            call.before += [result.call for result in found]
            if not self.waits(unit, key):
                call.feeds += found
            elif self.current is not None:
                wanted = set(self.shown(given))
                call.before += [other for other in self.current.calls if other.name in wanted]
        if self.current is not None:
            self.current.calls.append(call)
        return call

    # --- running ---

    def begin(self, resolved: Resolved, paths: Iterable[str]) -> Machine:
        """Runs whatever can declare a pipeline or start one: of the given files and those that import them what names what makes
        one, leads there, or is brought in on the way.

        A file apart from all that can have no pipeline in its hands: what it runs (reports, whole trainings) says nothing here.
        """
        return self.start_all(resolved, running(resolved, paths, self.roots, self.declaring()))

    def start_all(self, program: Program, starts: Iterable[str]) -> Machine:
        """Runs some files, one after the other."""
        self.machine = Machine(program, self)
        for path in starts:
            self.machine.start(path)
        return self.machine

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What a module does when it is imported is no step of the pipeline that imports it."""
        held, self.current = self.current, None
        try:
            yield
        finally:
            self.current = held

    def run(self, unit: Unit, given: Arguments | None = None) -> Flow:
        """One pipeline: its function is run with what is given, as it was called, else with what its defaults say."""
        flow = Flow(unit, self.text(unit.given.get("name")) or self.name_of(unit.func))
        runs: list[list[Call]] = []
        asked = [given] if given is not None else self.called.get(id(unit), [])[:MOST_RUNS]
        for args in asked or [Arguments(open=True)]:
            held, self.current = self.current, flow
            if self.machine is not None and isinstance(unit.func, Function):
                flow.returned = self.machine.run_function(
                    unit.func.local, msgspec.structs.replace(args, open=True), unit.func.around
                )
            self.current = held
            runs.append(flow.calls)
            flow.calls = []
        flow.calls = _once(runs)
        return flow

    def text(self, thing: Thing | None) -> str:
        """A name as far as it is known, holes shown; "" for none."""
        found = self.values(thing)
        return found[0].text() if found else ""

    def shown(self, thing: Thing | None) -> Iterator[str]:
        """All texts in a list, or the one; holes shown, since steps of a loop have the same."""
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Items):
                for item in option.items:
                    yield from self.shown(item)
            else:
                yield from (value.text() for value in self.values(option))

    def values(self, thing: Thing | None) -> tuple[Value, ...]:
        """What a thing can be as text."""
        return self.machine.values(thing) if thing is not None and self.machine is not None else ()

    def name_of(self, func: Thing) -> str:
        """The name of a function or class."""
        if isinstance(func, Partial):
            return self.name_of(func.func)
        if isinstance(func, Object):
            return self.name_of(func.of)
        if isinstance(func, Function) and self.machine is not None:
            return self.machine.code.scope(*func.local).name.rpartition(".")[2]
        return func.dotted.rpartition(".")[2] if isinstance(func, (Library, Made)) else ""


def _once(runs: Iterable[list[Call]]) -> list[Call]:
    """The calls of several runs of a pipeline: what two of them do at one place is one step, fed by what feeds any."""
    first: dict[tuple[object, ...], Call] = {}
    kept: dict[int, Call] = {}
    for calls in runs:
        counts: Counter[tuple[object, ...]] = Counter()
        for call in calls:
            place = (call.name, call.where.path, call.where.line)
            counts[place] += 1
            one = kept[id(call)] = first.setdefault((*place, counts[place]), call)
            if one is not call:
                one.before += call.before
                one.feeds += call.feeds
    for call in first.values():
        call.before = [kept.get(id(other), other) for other in call.before]
        call.feeds = [Result(kept.get(id(result.call), result.call), result.index) for result in call.feeds]
    return list(first.values())


def results(thing: Thing) -> Iterator[Result]:
    """The results of steps in a thing, through containers."""
    for option in options(thing):
        if isinstance(option, Result):
            yield option
        elif isinstance(option, (Items, Table)):
            for value in option.items if isinstance(option, Items) else option.values():
                yield from results(value)
        elif isinstance(option, Made):
            for value in (*option.args.positional, *option.args.keywords.values()):
                yield from results(value)


def stored(thing: Thing) -> Iterator[Named]:
    """The artefacts asked for by name in a thing, through containers."""
    for option in options(thing):
        if isinstance(option, Named):
            yield option
        elif isinstance(option, (Items, Table)):
            for value in option.items if isinstance(option, Items) else option.values():
                yield from stored(value)


def numbered(calls: Iterable[Call]) -> dict[int, str]:
    """A name for the result of each call that no other of the pipeline has: a second call of a step has its own."""
    names: dict[int, str] = {}
    counts: Counter[str] = Counter()
    for call in calls:
        counts[call.name] += 1
        names[id(call)] = call.name if counts[call.name] == 1 else f"{call.name}@{counts[call.name]}"
    return names


def doubted(found: Iterable[Declared], doubt: float) -> tuple[Declared, ...]:
    """What a step touches, each once, with the confidence of a step that may not run."""
    return tuple(dict.fromkeys(replace(one, confidence=round(one.confidence * doubt, 3)) for one in found))


def given_to(machine: Machine, call: Call, code: tuple[Local, ...]) -> tuple[tuple[str, Value], ...]:
    """The texts that a pipeline gives to the parameters of a step."""
    params = [p.name for p in machine.code.scope(*code[0]).params if p.name != "self"] if code else []
    named = {**dict(zip(params, call.args.positional, strict=False)), **call.args.keywords}
    found = {name: machine.values(thing) for name, thing in named.items() if name in params}
    return tuple((name, values[0]) for name, values in found.items() if len(values) == 1 and values[0].exact)


def code_of(machine: Machine, unit: Unit, methods: tuple[str, ...] = ("entrypoint", "run")) -> tuple[Local, ...]:
    """The functions that a unit runs: for a class, its methods of those names."""
    func = unit.func
    while isinstance(func, Partial):
        func = func.func
    of = func.of if isinstance(func, Object) else func
    if not isinstance(of, Function):
        return ()
    if machine.code.scope(*of.local).kind != "class":
        return (of.local,)
    members = (machine.class_member(of, name) for name in methods)
    return tuple(member.local for member in members if isinstance(member, Function))
