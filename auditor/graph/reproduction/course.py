"""In which order a program does things: its calls numbered as a start of it comes to them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.program.calls.effects import Site


class _Event(msgspec.Struct, frozen=True):
    line: int
    order: int
    call: int  # identity of a call, 0 for none
    into: tuple[Site, ...]


def _known(_world: World) -> dict[Site, tuple[_Event, ...]]:
    """The events of scopes that are not the start, as far as they were asked for."""
    return {}


class Course:
    """The calls of one program in the order of its first pass: functions where they are first called, modules where imported."""

    def __init__(self, world: World, start: Site) -> None:
        self._world = world
        self._start = start
        self.sites: dict[Site, None] = {start: None}
        self._steps: dict[int, int] = {}
        self._walk()

    def step(self, call: object) -> int | None:
        """The number of the step at which a call is come to; None where it is not."""
        return self._steps.get(id(call))

    def _walk(self) -> None:
        known = self._world.once(_known)  # all that is not the start reads alike in every program that shares it
        stack = [iter(self._events(self._start))]
        steps, sites = self._steps, self.sites
        while stack:
            for event in stack[-1]:
                if event.call and event.call not in steps:
                    steps[event.call] = len(steps)
                fresh = [site for site in event.into if site not in sites] if event.into else ()
                for site in reversed(fresh):
                    sites[site] = None
                    if site not in known:
                        known[site] = self._events(site)
                    stack.append(iter(known[site]))
                if fresh:  # first what is entered, then the rest of this scope
                    break
            else:
                stack.pop()

    def _events(self, site: Site) -> tuple[_Event, ...]:
        effects, code = self._world.resolved.effects, self._world.resolved.code
        found = [
            _Event(effect.line, 1, id(effect.call), ())
            for effect in effects.own.get(site, ())
            if site == self._start or not effect.guarded
        ]
        for edge in effects.calls.get(site, ()):
            if site != self._start and edge.guarded:
                continue
            last = edge.registered and not edge.direct  # a library calls it when the module has been read
            found.append(_Event(10**9 if last else edge.call.line, 0, 0, ((edge.callee.path, edge.callee.scope),)))
        found += self._imported(site)
        if site[1] == 0:
            for number in code.scopes(site[0]):
                scope = code.scope(site[0], number)
                if scope.kind == "class" and scope.parent == 0:
                    found.append(_Event(scope.line, 0, 0, ((site[0], number),)))
        return tuple(sorted(found, key=lambda event: (event.line, event.order)))

    def _imported(self, site: Site) -> Iterator[_Event]:
        for number, line, homes in self._world.seen(RUN, site[0]):
            if number == site[1]:
                yield _Event(line, 0, 0, tuple((path, 0) for path in homes))


def _run(world: Sight, path: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    code, found = world.resolved.code, []
    for number in code.scopes(path):
        for statement, _, _ in code.index(path, number).imports:
            for imported in statement.names:
                home = code.modules.resolve(path, imported.module, statement.level)
                homes = [home] if home is not None and not home.endswith("/") else []
                if imported.name and imported.name != "*":
                    dotted = f"{imported.module}.{imported.name}" if imported.module else imported.name
                    inner = code.modules.resolve(path, dotted, statement.level)
                    homes += [inner] if inner is not None and not inner.endswith("/") else []
                if homes:
                    found.append((number, statement.line, tuple(homes)))
    return tuple(found)


RUN = Look("run", _run, tuple[tuple[int, int, tuple[str, ...]], ...])
"""The modules of the repository that the imports of a program run, each with the scope and the line of the import."""
