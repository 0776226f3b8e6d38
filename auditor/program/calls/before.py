"""What runs before what, in one tree after another: where the scopes of all files run the same next, it need not be found again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from auditor.program.calls.following import Following
from auditor.program.calls.records import Site
from auditor.program.calls.toward import Toward, Ways
from auditor.program.condensed import Condensed

MOST = 30
"""Ways to goals that are kept: a tree asks for a few."""


class Before:
    """By scope those that may run it next, whatever starts them, and what is found along these."""

    def __init__(self) -> None:
        self._told: Mapping[str, tuple[Following, ...]] = {}
        self._table: dict[Site, set[Site]] = {}
        self._making: dict[str, list[tuple[Site, Following]]] = {}
        self._waiting: Mapping[Site, tuple[Site, ...]] = {}
        self._makers: Mapping[Site, Sequence[Site]] = {}
        self._toward: dict[tuple[frozenset[Site], tuple[Site, ...]], Toward] = {}
        self._condensed: Condensed[Site] | None = None
        self._ways: dict[tuple[Site, ...], Ways] = {}

    def follow(
        self,
        told: Mapping[str, tuple[Following, ...]],
        waiting: Callable[[Iterable[tuple[Site, Following]]], Mapping[Site, tuple[Site, ...]]],
    ) -> None:
        """Hold for a tree: `told` is by file what its scopes run next, the very records of the last tree where they are the same.

        `waiting` finds, for all scopes that make objects with what they run next, what waits in the classes: by scope what it
        runs so.
        """
        if told is self._told:
            return
        former, self._told = self._told, told
        changed = [path for path, scopes in former.items() if told.get(path) is not scopes]
        gone = [path for path in changed if told.get(path) != former[path]]
        new = [path for path, scopes in told.items() if former.get(path) is not scopes and former.get(path) != scopes]
        for path in gone:
            self._drop(path, former[path])
        for path in new:
            self._add(path, told[path])
        waits = waiting(self._all_making())
        if gone or new or waits != self._waiting:
            self._toward.clear()
            self._condensed = None
            self._ways.clear()
            self._waiting, self._makers = waits, _turned(waits)

    def of(self, site: Site) -> Iterable[Site]:
        """The scopes that may run a scope next."""
        found: Iterable[Site] = self._table.get(site, ())
        return (*found, *self._makers[site]) if site in self._makers else found

    def toward(self, goals: frozenset[Site], also: tuple[Site, ...]) -> Toward:
        """The scopes that may lead to some goals, or to one of `also`."""
        found = self._toward.get((goals, also))
        if found is None:
            if len(self._toward) >= MOST:
                self._toward.clear()
            found = self._toward[goals, also] = Toward(goals, self.of, also)
        return found

    def ways(self, also: tuple[Site, ...]) -> Ways:
        """What walks found that lead anywhere, where `also` are those that answer requests."""
        found = self._ways.get(also)
        if found is None:
            found = self._ways[also] = Ways()
        return found

    def condensed(self, onward: Callable[[Site], Iterable[Site]]) -> Condensed[Site]:
        """What all scopes lead to where another file was started: `onward` says what each runs next there."""
        if self._condensed is None:
            self._condensed = Condensed(onward)
        else:
            self._condensed.asks(onward)
        return self._condensed

    def _all_making(self) -> Iterator[tuple[Site, Following]]:
        for scopes in self._making.values():
            yield from scopes

    def _add(self, path: str, scopes: tuple[Following, ...]) -> None:
        making = []
        for number, told in enumerate(scopes):
            for other in told.may:
                self._table.setdefault(other, set()).add((path, number))
            if told.made:
                making.append(((path, number), told))
        if making:
            self._making[path] = making

    def _drop(self, path: str, scopes: tuple[Following, ...]) -> None:
        for number, told in enumerate(scopes):
            for other in told.may:
                self._table[other].discard((path, number))
        self._making.pop(path, None)


def _turned(waiting: Mapping[Site, tuple[Site, ...]]) -> dict[Site, list[Site]]:
    """By what waits the scopes that run it."""
    found: dict[Site, list[Site]] = {}
    for site, others in waiting.items():
        for other in others:
            found.setdefault(other, []).append(site)
    return found
