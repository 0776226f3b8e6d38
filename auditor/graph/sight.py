"""What can be said of one file by looking at it alone: all such looks share one view of the file, and are kept with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from auditor.graph import places
from auditor.graph.observed.fitting import Fitting
from auditor.graph.observed.flows import Flows, SomeProgram
from auditor.program.calls.effects import Effect, Effects
from auditor.program.calls.seen import SeenEffects
from auditor.program.kept.answers import Topic, View

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Sight(Protocol):
    """What a look may see: of the world, or of one file and what that leads to."""

    @property
    def resolved(self) -> SomeProgram:
        """The resolved program."""

    @property
    def flows(self) -> Flows:
        """What flows into fits, saves and writes."""

    def trains(self, effect: Effect) -> bool:
        """Whether an effect fits a model."""


def concerns(sight: Sight, path: str, roots: frozenset[str]) -> bool:
    """Whether a program is a product and imports one of some libraries."""
    return places.is_product(path) and not roots.isdisjoint(sight.resolved.code.roots(path))


class Look(msgspec.Struct, Generic[T_co], frozen=True, eq=False):
    """A question about one file, which hangs on that file and what it leads to: not on which component owns it, nor on what
    all files say. `kind` is the type of its answers, which are plain data (see `Topic`).

    A look that is `rare` is asked of few files: it has a view of its own there, and others do not pay for it. Such a one without
    `lines` holds no lines of other files, nor is it found by such lines (see `PartlyWatched`).
    """

    name: str
    find: Callable[[Sight, str], T_co]
    kind: type[T_co]
    rare: bool = False
    lines: bool = True


class Failed(msgspec.Struct, frozen=True):
    """In the place of an answer: what a look broke by. It is raised to whoever asks, and is not kept."""

    error: Exception


def looks_at(name: str, looks: tuple[Look[Any], ...], effects: Effects) -> Topic[tuple[Any, ...]]:
    """Some looks as one topic: the answers in the order of the looks."""

    def find(view: View) -> tuple[Any, ...]:
        sight = _FileSight(view, effects)
        found = tuple(_found(look, sight, view) for look in looks)
        sight.close()
        return found

    kinds: Any = tuple(look.kind for look in looks)
    return Topic(name, find, tuple[kinds], partly=True, lines=any(look.lines for look in looks))


def _found(look: Look[T], sight: Sight, view: View) -> T | Failed:
    try:
        return look.find(sight, view.path)
    except Exception as error:  # noqa: BLE001  # the other looks have their answers; who asks this one gets to know
        view.code.trace.whole = False
        return Failed(error)


class _SeenProgram:
    def __init__(self, view: View, effects: Effects) -> None:
        self.code = view.code
        self.knowledge = view.code.knowledge
        self.evaluator = view.evaluator
        self.effects = SeenEffects(view, effects)


class _FileSight:
    def __init__(self, view: View, effects: Effects) -> None:
        self.resolved = _SeenProgram(view, effects)

    @cached_property
    def flows(self) -> Flows:
        return Flows(self.resolved)

    @cached_property
    def _fitting(self) -> Fitting:
        return Fitting(self.resolved)

    def trains(self, effect: Effect) -> bool:
        return self._fitting.trains(effect)

    def close(self) -> None:
        """Let go of all: its parts hold each other, and an audit collects no cycles while it runs."""
        self.resolved.effects.close()
        vars(self).clear()
