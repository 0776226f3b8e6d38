"""Which scopes may run each scope next: kept from one tree to the next, but for the files of which something else is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.program.calls.following import Following
from auditor.program.calls.records import Site


class Before:
    """By scope those that may run it next, whatever starts them; what waits in the classes that are made is left out."""

    def __init__(self) -> None:
        self._told: Mapping[str, tuple[Following, ...]] = {}
        self._table: dict[Site, set[Site]] = {}
        self._making: dict[str, list[tuple[Site, Following]]] = {}

    def follow(self, told: Mapping[str, tuple[Following, ...]]) -> None:
        """Hold for a tree: `told` is by file what its scopes run next, the very records of the last tree where they are the same."""
        if told is self._told:
            return
        former, self._told = self._told, told
        for path, scopes in former.items():
            if told.get(path) is not scopes:
                self._drop(path, scopes)
        for path, scopes in told.items():
            if former.get(path) is not scopes:
                self._add(path, scopes)

    def of(self, site: Site) -> Iterable[Site]:
        """The scopes that may run a scope next."""
        return self._table.get(site, ())

    def making(self) -> Iterator[tuple[Site, Following]]:
        """The scopes that make objects of classes, each with what it runs next."""
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
