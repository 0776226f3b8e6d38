"""What an effect is for a caller: named anew in the frames of the calls that lead from there to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from auditor.model.ir import Attr
from auditor.program.calls.branches import ALWAYS, Reach, both, reach
from auditor.program.calls.file_effects import frames_of
from auditor.program.calls.lookups import picked
from auditor.program.calls.records import Effect, LocalCall, Site
from auditor.program.calls.targets import Named, Targets
from auditor.program.calls.trials import Trials
from auditor.program.kept.answers import View
from auditor.program.kept.replays import Replay
from auditor.program.naming.code import Code, Frame, Instance, Library, Local
from auditor.program.naming.scopes import CallSite

MOST_FRAMES = 20
_MOCKS = ("unittest.mock.", "mock.")

Chain: TypeAlias = "tuple[LocalCall, ...]"
"""Calls from the outermost caller to the function of an effect."""


class Carried(msgspec.Struct, frozen=True):
    """Where the effects of a file land, in the order found, and the functions with more callers than are followed.

    `widest` is how often one of them landed at the most, where each might land `most` times. `replays` is by file of callers
    what was asked of it.
    """

    landed: tuple[tuple[Site, Effect], ...]
    cut: frozenset[Site]
    widest: int
    most: int
    replays: Mapping[str, Replay[Effect | None]] = {}

    def is_the_same(self, most: int) -> bool:
        """Whether the same would be found if each might land that often."""
        return self.most == most or (not self.cut and self.widest < most)


class Landing:
    """Names the effects of one file anew for its callers in another."""

    def __init__(self, view: View) -> None:
        self.code = view.code
        self.evaluator = view.evaluator
        self.targets = Targets(view.code, view.evaluator)
        self.trials = Trials(view.code, view.evaluator)
        self._known: dict[tuple[object, ...], tuple[list[Frame], Reach]] = {}

    def through(self, effect: Effect, chain: Chain) -> Effect | None:
        """An effect as the outermost caller of a chain has it, named anew in the frames of the chain."""
        trial = self.trials.of(chain[0].caller)
        if trial.replaces(effect.name) or any((c.callee.path, c.callee.scope) in trial.functions for c in chain):
            return None
        frames, left = self._entered(chain, effect)
        if not left.possible or self._is_stand_in(effect, frames[0]):
            return None
        named = self.targets.named(effect.call, effect.entry, frames)
        named = named.moved() if named is not None and trial.moved else named
        named = named.limited(left) if named is not None else None
        if named is None:
            return None
        dead = effect.dead or any(edge.site.dead for edge in chain)
        return landed(self.code, effect, chain, named, chain[0].call.end_line, dead)

    def _is_stand_in(self, effect: Effect, frame: Frame) -> bool:
        """Whether a caller hands over an object of its own, or a mock, where a library's is annotated."""
        denoter, func = self.evaluator.denoter, effect.call.func
        receiver = denoter.denote(func.base, frame) if type(func) is Attr else None
        if type(receiver) is Instance and type(receiver.of) is Local and not denoter.ancestry(receiver.of):
            return True
        meant = denoter.denote(func, frame)
        return type(meant) is Local or (type(meant) is Library and meant.dotted.startswith(_MOCKS))

    def _entered(self, chain: Chain, effect: Effect) -> tuple[list[Frame], Reach]:
        """The innermost frames of a chain of calls, from the outermost caller in, and the starts that come so far."""
        return self._placed(self._led(chain, effect.site), effect.site, effect.at)

    def _led(self, chain: Chain, onward: Site) -> tuple[list[Frame], Reach]:
        """The frames of the function that goes on behind a chain of calls, and the starts that come so far: the same for all
        that lands by it."""
        key = (onward, *map(id, chain))
        found = self._known.get(key)
        if found is None:
            *outer, edge = chain
            around = self._led(tuple(outer), edge.caller) if outer else ([Frame(*edge.caller)], ALWAYS)
            frames, left = self._placed(around, edge.caller, edge.site)
            left = both(left, picked(self.evaluator, edge, frames[0]))
            found = self._known[key] = [self._inside(edge, frame, onward) for frame in frames], left
        return found

    def _placed(self, led: tuple[list[Frame], Reach], site: Site, call: CallSite) -> tuple[list[Frame], Reach]:
        """The frames in which a call happens in a function that was led to, and the starts that come so far."""
        inner, left = led
        frames = [each for frame in inner for each in frames_of(self.evaluator, site, call, frame)][:MOST_FRAMES]
        return frames, both(left, reach(self.evaluator, frames[0]))

    def _inside(self, edge: LocalCall, frame: Frame, onward: Site) -> Frame:
        """The frame of the function that goes on when an edge is followed from a frame."""
        args = self.evaluator.objects.arguments(edge.callee, edge.call, frame, constructed=edge.constructs)
        if (edge.callee.path, edge.callee.scope) != onward:  # the method runs on the object that was constructed
            scope = self.code.scope(*onward)
            args = {scope.params[0].name: (edge.call, frame)} if scope.params else {}
        return self.code.bind(Frame(*onward, None, frame.depth), args)


def landed(code: Code, effect: Effect, chain: Chain, named: Named, end_line: int, dead: bool) -> Effect:
    """An effect where it lands: at the outermost of the calls that lead to it, whose last line is told, by what it is named there."""
    outer = chain[0]
    return replace(
        effect,
        targets=named.targets,
        dest=named.dest,
        source=named.source,
        site=outer.caller,
        line=outer.line,
        end_line=end_line,
        dead=dead,
        guarded=outer.guarded,
        origin=(effect.site, effect.line),
        via=tuple(code.scope(edge.callee.path, edge.callee.scope).name for edge in chain),
        chain=chain,
    )
