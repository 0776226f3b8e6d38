"""Programs that run the steps of other programs in one process, which settles the order of those steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, reduce
from operator import and_

from auditor.graph import places
from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.program.calls.effects import Site
from auditor.program.condensed import places_of


class OneRun:
    """Which program calls the code of both a writer and a reader."""

    def __init__(self, world: World) -> None:
        self.world = world

    def of(self, writer: str, written: Touch, reader: str, read: Touch) -> str | None:
        """The program, neither of the two, that runs the step that writes and the step that reads."""
        both = self._running(writer, written) & self._running(reader, read)
        found = (self._drivers[number] for number in places_of(both))
        return next((program for program in found if program not in (writer, reader)), None)

    def _running(self, program: str, touch: Touch) -> int:
        """The drivers that reach the function which touches the file, or all of its file that the program itself calls."""
        site = touch.effect.origin[0] if touch.effect.origin else touch.site
        calls = self.world.resolved.effects.calls.get((program, 0), ())
        own = {(call.callee.path, call.callee.scope) for call in calls if call.direct and call.callee.path == program}
        all_of_it = reduce(and_, map(self._leading, own)) if own else 0
        return all_of_it | (self._leading(site) if site[1] and site[0] == program else 0)

    @cached_property
    def _drivers(self) -> list[str]:
        """The programs that are started, or call something outright."""
        calls = self.world.resolved.effects.calls
        plain = {path for (path, scope), called in calls.items() if not scope and any(call.direct for call in called)}
        return sorted(filter(places.is_product, {*self.world.lineage.entries, *plain}))

    @cached_property
    def _leading(self) -> Callable[[Site], int]:
        """By scope the drivers that lead to it, as bits of a number."""
        return self.world.lineage.handed({program: 1 << number for number, program in enumerate(self._drivers)})
