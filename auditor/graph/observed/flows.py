"""What flows into fits, saves and writes: origins of values, read as roles of calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from auditor.knowledge import Entry, Knowledge
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Expr, Group
from auditor.program.calls.effects import Effect
from auditor.program.calls.origins import Origin, Origins, Traced
from auditor.program.calls.seen import SomeEffects
from auditor.program.naming.code import Code, Frame, Library
from auditor.program.running.invocations import argument
from auditor.program.symbolic.evaluate import Evaluator

_FITS = frozenset({"fit", "fit_predict", "partial_fit", "fit_generator"})

_PARAMETERS = frozenset(
    {"params", "parameters", "vars", "vars_list", "args", "argslist", "seq_of_parameters", "values"}
)
"""Under which names a statement is given its values."""


class SomeProgram(Protocol):
    """The resolved program, as much of it as one file may ask for."""

    @property
    def code(self) -> Code:
        """All programs."""

    @property
    def knowledge(self) -> Knowledge:
        """What a call means."""

    @property
    def evaluator(self) -> Evaluator:
        """Who tells what names stand for."""

    @property
    def effects(self) -> SomeEffects:
        """What all calls do."""


class Flows:
    """Questions about values, answered once for all that ask."""

    def __init__(self, resolved: SomeProgram) -> None:
        self.resolved = resolved
        self.origins = Origins(resolved.effects)
        self._behind: dict[tuple[int, Frame, int, bool, bool], tuple[Expr, Traced]] = {}

    def dotted(self, expr: Expr, frame: Frame) -> str:
        """The qualified name of what an expression stands for outside the repository; "" if it is nothing of the kind."""
        found = self.resolved.evaluator.denoter.denote(expr, frame)
        return found.dotted if type(found) is Library else ""

    def entry(self, origin: Origin) -> Entry | None:
        """What the tables know of a call."""
        dotted = self.dotted(origin.call.func, origin.frame)
        return self.resolved.knowledge.lookup(dotted) if dotted else None

    def of_role(self, traced: Traced, *roles: Role) -> Iterator[tuple[Origin, Entry]]:
        """The calls of some roles among the origins of a value."""
        for origin in traced.calls:
            entry = self.entry(origin)
            if entry is not None and entry.role in roles:
                yield origin, entry

    def behind(self, expr: Expr, effect: Effect, *, loosely: bool = False, held: bool = False) -> Traced:
        """The origins of an argument of an effect's call."""
        frame = effect.frame
        key = id(expr), frame, effect.line, loosely, held
        found = self._behind.get(key)
        if found is None:  # the expression is kept with its answer, so that its identity stays its own
            found = expr, self.origins.of(expr, frame, effect.line, loosely=loosely, held=held)
            self._behind[key] = found
        return found[1]

    def saved(self, effect: Effect) -> Expr | None:
        """What a call writes or saves: the argument that the tables name, or the receiver; None where neither is known."""
        spec = effect.entry.object
        shown = argument(effect.call, spec.arg, spec.pos) if spec is not None else None
        if shown is None and effect.entry.parse_as == "sql":
            return _inserted(effect)
        if shown is None and type(effect.call.func) is Attr:
            base = effect.call.func.base
            return None if self.dotted(base, effect.frame) else base
        return shown


def _inserted(effect: Effect) -> Expr | None:
    """What a call gives a statement in SQL beside its text; the text where that is all."""
    call, at = effect.call, effect.entry.path
    if at is None:
        return None
    beside = call.args[at.pos + 1 :] if at.pos is not None else ()
    given = (*beside, *(value for name, value in call.keywords if name in _PARAMETERS))
    if len(given) > 1:
        return Group("tuple", given)
    return given[0] if given else argument(call, at.arg, at.pos)


def features(effect: Effect) -> Expr | None:
    """The features a fit is given; None for calls that take none (a step of an optimiser)."""
    call = effect.call
    if type(call.func) is not Attr or call.func.name not in _FITS:
        return None
    return argument(call, "X", 0) or argument(call, "x", 0)


def labels(effect: Effect) -> Expr | None:
    """The labels a fit is given."""
    return argument(effect.call, "y", 1)
