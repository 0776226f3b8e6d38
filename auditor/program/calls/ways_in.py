"""Which calls on the way from a start are ruled out by what the calls before them hand on.

`run(args.stage)` leads to a function that picks by its parameter: seen alone it may do anything, seen from this start it does
one thing. All calls that lead to it are looked at, each in the frames of all that lead to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from auditor.program.calls.branches import Reach, both, reach
from auditor.program.calls.lookups import picked
from auditor.program.calls.records import LocalCall, Site
from auditor.program.naming.code import Frame

if TYPE_CHECKING:
    from auditor.program.calls.effects import Effects
    from auditor.program.symbolic.evaluate import Evaluator

MOST_FRAMES = 12
"""Ways into a function that are told apart; of one with more nothing is ruled out."""


def is_open(effects: Effects, edge: LocalCall, frame: Frame, runs: frozenset[int]) -> bool:
    """Whether some of the starts come to a call in a frame of its function."""
    left = effects.left_alone(edge) if frame == Frame(*edge.caller) else left_in(effects.evaluator, edge, frame)
    return left.possible and (not left.runs or bool(left.runs & runs))


def left_in(evaluator: Evaluator, edge: LocalCall, frame: Frame) -> Reach:
    """What is left of the starts of a program where a call in a frame of its function happens."""
    at = frame.at(edge.site.conditions)
    return both(reach(evaluator, at), picked(evaluator, edge, at))


class WaysIn:
    """Answers which calls some starts do not come to, of all that seem to run."""

    def __init__(self, effects: Effects, start: Site, found: Mapping[Site, object], runs: frozenset[int]) -> None:
        """`found`: the scopes that seem to run from `start`, more rather than less."""
        self._effects = effects
        self._start = start
        self._found = found
        self._runs = runs
        self._known: dict[Site, list[Frame] | None] = {start: None}

    def ruled_out(self, among: Iterable[Site]) -> frozenset[int]:
        """The calls of some of these scopes, by their identity, that are not come to."""
        calls = self._effects.calls
        return frozenset(
            id(edge) for site in among for edge in calls.get(site, ()) if edge.chosen and not self._comes_to(edge)
        )

    def _comes_to(self, edge: LocalCall) -> bool:
        frames = self._frames(edge.caller)
        return frames is None or any(is_open(self._effects, edge, frame, self._runs) for frame in frames)

    def _frames(self, site: Site) -> list[Frame] | None:
        """The frames in which a function is called; None where not all of them are known, or nobody calls it."""
        if site not in self._known:
            self._known[site] = None  # while it is asked: what hangs on itself is not known
            self._known[site] = self._called_in(site)
        return self._known[site]

    def _called_in(self, site: Site) -> list[Frame] | None:
        code, objects = self._effects.code, self._effects.evaluator.objects
        if not code.scope(*site).params:
            return None
        edges = [edge for edge in self._effects.callers.get(site, ()) if edge.caller in self._found]
        if not edges or not all(edge.direct for edge in edges):
            return None
        found: dict[object, Frame] = {}
        for edge in edges:
            if edge.guarded and edge.caller != self._start:
                continue
            for outer in self._frames(edge.caller) or [Frame(*edge.caller)]:
                if edge.chosen and not is_open(self._effects, edge, outer, self._runs):
                    continue
                for frame in self._effects.frames(edge.caller, edge.site, outer):
                    given = objects.arguments(edge.callee, edge.call, frame, constructed=edge.constructs)
                    inner = code.bind(Frame(*site, None, frame.depth), given)
                    found[inner.key] = inner
                if len(found) > MOST_FRAMES:
                    return None
        return list(found.values())
