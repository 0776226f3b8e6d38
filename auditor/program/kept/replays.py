"""Small questions that one view of a file is asked one after the other: kept in their order, and given again while they are the same.

What an evaluator finds, and how many steps that takes, may hang on what it was asked before. So the answers of a former tree
are given as long as the same is asked in the same order; else all is found anew, what was asked before first.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

import msgspec

from auditor.program.kept.answers import View
from auditor.program.kept.traces import Trace, Tree

T = TypeVar("T")

Question: TypeAlias = tuple[object, ...]
"""What is asked, as the very records that it is."""


class Said(msgspec.Struct, Generic[T], frozen=True):
    """An answer, and the steps that it took."""

    question: Question
    answer: T
    steps: int


class Replay(msgspec.Struct, Generic[T], frozen=True):
    """What a view was asked, in this order, and what all of it was found by."""

    said: tuple[Said[T], ...]
    trace: Trace


class Asking(Generic[T]):
    """Asks a view, or takes what was said in a former tree; `begin` makes of a view who answers."""

    def __init__(
        self,
        name: str,
        path: str,
        tree: Tree,
        begin: Callable[[View], Callable[[Question], T]],
        former: Replay[T] | None = None,
        partly: bool = False,
    ) -> None:
        """`partly` as in `View`."""
        self._begin = begin
        self._name, self._path, self._tree, self._partly = name, path, tree, partly
        self._former = former if former is not None and former.trace.holds(tree) else None
        self._view: View | None = None
        self._answer: Callable[[Question], T] | None = None
        self._said: list[Said[T]] = []

    def of(self, question: Question) -> Said[T]:
        """The answer to a question, which is asked after those before it."""
        known = self._former.said[len(self._said) :][:1] if self._former is not None and self._view is None else ()
        found = known[0] if known and _is_same(known[0].question, question) else self._found(question)
        self._said.append(found)
        return found

    def _found(self, question: Question) -> Said[T]:
        if self._view is None or self._answer is None:
            self._view = View(self._name, self._path, self._tree, partly=self._partly)
            self._answer = self._begin(self._view)
            for said in self._said:
                self._answer(said.question)
        before = self._view.evaluator.steps
        answer = self._answer(question)
        return Said(question, answer, self._view.evaluator.steps - before)

    def close(self) -> Replay[T]:
        """All that was asked, for a later tree; lets go of the view, whose parts hold each other."""
        if self._view is None and self._former is not None:
            return self._former
        view = self._view or View(self._name, self._path, self._tree)
        found = Replay(tuple(self._said), view.code.trace)
        view.close()
        return found


def _is_same(one: Question, other: Question) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))
