"""What calls do, as an answer about one file sees it: all that it makes use of is noted in its trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar, cast

from auditor.program.calls.effects import Effects
from auditor.program.calls.records import Effect, LocalCall, Site
from auditor.program.kept.answers import View
from auditor.program.naming.code import Code
from auditor.program.symbolic.evaluate import Evaluator

T = TypeVar("T")


class SomeEffects(Protocol):
    """The effects of a tree, file by file: those of all, or as an answer about one file sees them."""

    @property
    def code(self) -> Code:
        """The program."""

    @property
    def evaluator(self) -> Evaluator:
        """Who tells what names stand for."""

    @property
    def own(self) -> Mapping[Site, Sequence[Effect]]:
        """Effects by the scope that has them."""

    @property
    def calls(self) -> Mapping[Site, Sequence[LocalCall]]:
        """Calls of functions of the repository, by the scope that calls."""

    @property
    def callers(self) -> Mapping[Site, Sequence[LocalCall]]:
        """The same by the scope that is called."""


class SeenEffects:
    """The effects of a tree as an answer about one file sees them: file by file, and each file that is asked for is noted."""

    def __init__(self, view: View, effects: Effects) -> None:
        self._view = view
        self._effects = effects
        self.code = view.code
        self.evaluator = view.evaluator
        self.own: Mapping[Site, list[Effect]] = _Seen(self, effects.own)
        self.calls: Mapping[Site, list[LocalCall]] = _Seen(self, effects.calls)
        self.callers: Mapping[Site, list[LocalCall]] = _Callers(self, effects)
        self.lifted: Mapping[Site, tuple[Effect, ...]] = _Landed(view)

    def called(self, site: Site) -> bool:
        """Whether anything calls a scope."""
        return self._view.called(site)

    def note(self, path: str) -> None:
        """Note that the effects of a file are made use of."""
        self._effects.files.seen_from(self._view, path)

    def calling(self, site: Site) -> tuple[str, ...]:
        """The files that call a scope."""
        return self._view.calling(site)

    def close(self) -> None:
        """Let go of all: its parts hold each other."""
        vars(self).clear()


class _Landed(Mapping[Site, tuple[Effect, ...]]):
    def __init__(self, view: View) -> None:
        self._view = view

    def __getitem__(self, site: Site) -> tuple[Effect, ...]:
        known = self._view.code.trace.lifted
        if site not in known:
            known[site] = self._view.tree.lifted(site)
        return cast("tuple[Effect, ...]", known[site])

    def __iter__(self) -> Iterator[Site]:
        raise LookupError("an answer about one file may not look at all files")

    def __len__(self) -> int:
        raise LookupError("an answer about one file may not count all files")


class _Callers(Mapping[Site, list[LocalCall]]):
    def __init__(self, by: SeenEffects, effects: Effects) -> None:
        self._by = by
        self._effects = effects

    def __getitem__(self, site: Site) -> list[LocalCall]:
        paths = self._by.calling(site)
        if not paths:
            raise KeyError(site)
        for path in paths:
            self._by.note(path)
        return self._effects.callers[site]

    def __iter__(self) -> Iterator[Site]:
        raise LookupError("an answer about one file may not look at all files")

    def __len__(self) -> int:
        raise LookupError("an answer about one file may not count all files")


class _Seen(Mapping[Site, list[T]]):
    def __init__(self, by: SeenEffects, whole: Mapping[Site, list[T]]) -> None:
        self._by = by
        self._whole = whole
        self._noted: set[str] = set()

    def __getitem__(self, site: Site) -> list[T]:
        if site[0] not in self._noted:
            self._noted.add(site[0])
            self._by.note(site[0])
        found = self._whole.get(site)
        if found is None:
            raise KeyError(site)
        return found

    def __iter__(self) -> Iterator[Site]:
        raise LookupError("an answer about one file may not look at all files")

    def __len__(self) -> int:
        raise LookupError("an answer about one file may not count all files")
