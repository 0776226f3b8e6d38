"""What of a tree commands look for, by name: a path by its last part, a module by the parts of its name.

What is looked for by some names is found again as long as nothing of these names comes, goes or runs in another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Self


class Looking:
    """Notes the names by which something is looked for."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def among(self, paths: Iterable[str]) -> frozenset[str]:
        """Some paths; each that is asked for is noted."""
        return _Noting(paths, self)

    def for_file(self, name: str) -> None:
        """Note that a file is looked for by its name; `*.py` for all that end so."""
        self._names.add(name)

    def for_module(self, folder: str, dotted: str) -> None:
        """Note that a module is looked for below a folder."""
        self._names.update(f"{folder}/{dotted}".replace("/", ".").split("."))

    def again(self, names: set[str]) -> None:
        """Note what was looked for before, which is made use of now."""
        self._names |= names

    @contextmanager
    def noted(self) -> Iterator[set[str]]:
        """The names by which something is looked for meanwhile."""
        before, self._names = self._names, set()
        try:
            yield self._names
        finally:
            self._names = before


class Unnoted(Looking):
    """Lets look for anything, and notes no path: for a process that asks of one tree."""

    def among(self, paths: Iterable[str]) -> frozenset[str]:
        """The paths as they are."""
        return frozenset(paths)


class _Noting(frozenset[str]):
    _looking: Looking

    def __new__(cls, paths: Iterable[str], looking: Looking) -> Self:
        found = super().__new__(cls, paths)
        found._looking = looking
        return found

    def __contains__(self, path: object) -> bool:
        self._looking.for_file(str(path).rpartition("/")[2])
        return super().__contains__(path)


def names_of(paths: Iterable[str]) -> Iterator[str]:
    """The names by which some files or folders may be looked for, other than as modules."""
    for path in paths:
        name = path.rpartition("/")[2]
        yield from (name, f"*.{name.rpartition('.')[2]}")
