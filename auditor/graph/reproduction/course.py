"""In which order a program does things: its calls numbered as a start of it comes to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import cached_property, partial, reduce
from operator import or_
from typing import TypeAlias

import msgspec

from auditor.graph.world import World
from auditor.model.ir import Imported
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.following import classes_of
from auditor.program.condensed import Condensed
from auditor.program.naming.code import Code

_Run: TypeAlias = tuple[int, int, tuple[str, ...]]
"""Modules that an import runs, after the scope and the line of the import."""


class _Event(msgspec.Struct, frozen=True):
    line: int
    order: int
    effect: int  # identity of an effect, 0 for none
    into: tuple[Site, ...]


class Courses:
    """What programs do in order, from their starts on; all but the start of each reads alike in every program that comes to it."""

    def __init__(self, world: World, programs: Iterable[str]) -> None:
        self._world = world
        self._starts = {program: self._entered((program, 0), starts=True) for program in programs}
        self._known = _Known(partial(self._events, starts=False))
        self._onward: dict[Site, frozenset[Site]] = {}
        self.sites = self.come_to(self._starts)
        """The scopes that some program comes to."""

    def come_to(self, programs: Iterable[str]) -> set[Site]:
        """The scopes that some of the programs come to."""
        found = {(program, 0) for program in programs}
        todo = {site for program, _ in found for site in self._starts[program]}
        passed: set[Site] = set()
        while todo:
            site = todo.pop()
            passed.add(site)
            todo |= self._onward_of(site) - passed
        return found | passed

    def gathered(self, said: Mapping[Site, int]) -> Callable[[str], int]:
        """By program what is said, as bits of a number, of the scopes that it comes to."""
        beyond = self._condensed.gathered(said.get)

        def of(program: str) -> int:
            return reduce(or_, map(beyond, self._starts[program]), said.get((program, 0), 0))

        return of

    def leading(self, goals: Iterable[Site]) -> Container[Site]:
        """The scopes from which some program comes to one of the goals."""
        before: dict[Site, list[Site]] = defaultdict(list)
        for site, onward in self._onward.items():
            for other in onward:
                before[other].append(site)
        found, todo = set[Site](), list(goals)
        while todo:
            site = todo.pop()
            if site not in found:
                found.add(site)
                todo += before[site]
        return found

    def of(self, program: str, leading: Container[Site]) -> Course:
        """The course of a program, without what it does in scopes that are not `leading`."""
        return Course((program, 0), self._events((program, 0), starts=True), self._known, leading)

    @cached_property
    def _condensed(self) -> Condensed[Site]:
        return Condensed(self._onward.__getitem__)

    def _onward_of(self, site: Site) -> frozenset[Site]:
        found = self._onward.get(site)
        if found is None:
            found = self._onward[site] = self._entered(site, starts=False)
        return found

    def _entered(self, site: Site, *, starts: bool) -> frozenset[Site]:
        """The scopes that a scope comes to next, in whatever order."""
        calls = self._world.resolved.effects.calls.get(site, ())
        found = {(each.callee.path, each.callee.scope) for each in calls if starts or not each.guarded}
        found.update(self._classes(site), *(event.into for event in self._imported(site)))
        return frozenset(found)

    def _events(self, site: Site, *, starts: bool) -> tuple[_Event, ...]:
        effects = self._world.resolved.effects
        found = [
            _Event(effect.line, 1, id(effect), ())
            for effect in effects.own.get(site, ())
            if starts or not effect.guarded
        ]
        for edge in effects.calls.get(site, ()):
            if edge.guarded and not starts:
                continue
            last = edge.registered and not edge.direct  # a library calls it when the module has been read
            found.append(_Event(10**9 if last else edge.line, 0, 0, ((edge.callee.path, edge.callee.scope),)))
        found += self._imported(site)
        for cls in self._classes(site):
            found.append(_Event(self._world.resolved.code.scope(*cls).line, 0, 0, (cls,)))
        return tuple(sorted(found, key=lambda event: (event.line, event.order)))

    def _classes(self, site: Site) -> tuple[Site, ...]:
        """The classes whose bodies a module runs."""
        return classes_of(self._world.resolved.code, site[0]) if site[1] == 0 else ()

    def _imported(self, site: Site) -> Iterator[_Event]:
        for number, line, homes in self._world.resolved.code.of_imports(_run, site[0], tuple[_Run, ...]):
            if number == site[1]:
                yield _Event(line, 0, 0, tuple((path, 0) for path in homes))


class _Known(dict[Site, tuple[_Event, ...]]):
    """What scopes do in order where they are not the start, found when it is first asked for: of few programs the order matters."""

    def __init__(self, find: Callable[[Site], tuple[_Event, ...]]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, site: Site) -> tuple[_Event, ...]:
        found = self[site] = self._find(site)
        return found


class Course:
    """The calls of one program in the order of its first pass: functions where they are first called, modules where imported."""

    def __init__(
        self, start: Site, events: Iterable[_Event], known: Mapping[Site, Iterable[_Event]], leading: Container[Site]
    ) -> None:
        """`events` are those of the start, `known` those of all other scopes, of which none are entered that are not `leading`."""
        self.sites: dict[Site, None] = {start: None}
        """The scopes in which it does something, in the order in which it comes to them."""
        self._steps: dict[int, int] = {}
        self._walk(events, known, leading)

    def step(self, effect: Effect) -> int | None:
        """The number of the step at which what a call does is come to; None where it is not."""
        return self._steps.get(id(effect))

    def _walk(self, events: Iterable[_Event], known: Mapping[Site, Iterable[_Event]], leading: Container[Site]) -> None:
        stack = [iter(events)]
        steps, sites = self._steps, self.sites
        while stack:
            for event in stack[-1]:
                if event.effect:
                    steps[event.effect] = len(steps)
                fresh = [site for site in event.into if site in leading and site not in sites] if event.into else ()
                for site in reversed(fresh):
                    sites[site] = None
                    stack.append(iter(known[site]))
                if fresh:  # first what is entered, then the rest of this scope
                    break
            else:
                stack.pop()


def _run(code: Code, path: str) -> tuple[_Run, ...]:
    """The modules of the repository that the imports of a program run."""
    found = []
    for number in code.scopes(path):
        for statement, _, _ in code.index(path, number).imports:
            for imported in statement.names:
                homes = tuple(_homes(code, path, imported, statement.level))
                if homes:
                    found.append((number, statement.line, homes))
    return tuple(found)


def _homes(code: Code, path: str, imported: Imported, level: int) -> Iterator[str]:
    """The module that an import names, and the one that it brings in as a name of that."""
    named = [imported.module]
    if imported.name and imported.name != "*":
        named.append(f"{imported.module}.{imported.name}" if imported.module else imported.name)
    for dotted in named:
        home = code.modules.resolve(path, dotted, level)
        if home is not None and not home.endswith("/"):
            yield home
