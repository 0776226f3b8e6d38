"""Programs that run the steps of other programs in one process, which settles the order of those steps."""

from __future__ import annotations

from functools import cached_property

from auditor.graph import places
from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.program.calls.effects import Site


class OneRun:
    """Which program calls the code of both a writer and a reader."""

    def __init__(self, world: World) -> None:
        self.world = world

    def of(self, writer: str, written: Touch, reader: str, read: Touch) -> str | None:
        """The program, neither of the two, that runs the step that writes and the step that reads."""
        for program, reached in self._drivers.items():
            if program in (writer, reader):
                continue
            if self._runs(reached, writer, written) and self._runs(reached, reader, read):
                return program
        return None

    @cached_property
    def _drivers(self) -> dict[str, frozenset[Site]]:
        """The functions that each program leads to, of programs that call into two other files and more."""
        found = {}
        calls = self.world.resolved.effects.calls
        plain = {path for (path, scope), called in calls.items() if not scope and any(call.direct for call in called)}
        for program in sorted({*self.world.lineage.entries, *plain}):
            if places.is_product(program):
                functions = frozenset(site for site in self.world.lineage.reached(program) if site[1])
                if len({path for path, _ in functions} - {program}) > 1:
                    found[program] = functions
        return found

    def _runs(self, reached: frozenset[Site], program: str, touch: Touch) -> bool:
        """Whether the function that touches the file is reached, or all of its file that the program itself calls."""
        site = touch.effect.origin[0] if touch.effect.origin else touch.site
        if site[1] and site[0] == program and site in reached:
            return True
        calls = self.world.resolved.effects.calls.get((program, 0), ())
        own = {(call.callee.path, call.callee.scope) for call in calls if call.direct and call.callee.path == program}
        return bool(own) and own <= reached
