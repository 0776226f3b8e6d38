"""What the effects of files were found to touch in the tree before: it holds as long as nothing changed that it was found by."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from auditor.program.calls.effects import Effect, Site

if TYPE_CHECKING:
    from auditor.graph.observed.lineage import Touch


class Found(NamedTuple):
    """What some effects touch, the effects of which nothing could be named, and the calls that touch what is temporary."""

    touches: list[Touch]
    unnamed: list[Effect]
    scratch: list[tuple[Site, int, str]]


class _Known(NamedTuple):
    effects: Sequence[Effect]
    tree: tuple[object, ...]
    around: Hashable
    found: Found


class KnownTouches:
    """What the effects of each file touched in one tree, for the next one."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._used: dict[str, _Known] = {}
        self._tree: tuple[object, ...] = ()
        self._written: frozenset[str] = frozenset()

    def begin(self, files: object, written: frozenset[str]) -> None:
        """Another tree comes. `files` is one object as long as its files are the same, `written` what code writes in it."""
        if written != self._written:
            self._written = written
        self._tree = files, self._written
        self._known, self._used = self._used, {}

    def find(self, path: str, effects: Sequence[Effect], around: Hashable, find: Callable[[], Found]) -> Found:
        """What the effects of a file touch: these very records, in the same tree, with the same of what `around` tells."""
        known = self._known.get(path)
        if (
            known is None
            or known.around != around
            or not (_same(known.effects, effects) and _same(known.tree, self._tree))
        ):
            known = _Known(effects, self._tree, around, find())
        self._used[path] = known
        return known.found


def _same(one: Sequence[object], other: Sequence[object]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))
