"""Which files import a module, directly or through others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, reduce
from operator import or_

from auditor.program.condensed import Condensed


class Importing:
    """Answers it for a tree."""

    def __init__(self, imports: Mapping[str, Iterable[str]]) -> None:
        """`imports` gives for each file the modules that it imports directly."""
        self._direct: dict[str, set[str]] = {path: set() for path in imports}
        for path, targets in imports.items():
            for target in targets:
                self._direct.setdefault(target, set()).add(path)
        self._known: dict[str, frozenset[str]] = {}

    def of(self, path: str) -> frozenset[str]:
        """The files that import a module."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self.of_any((path,))
        return known

    def of_any(self, paths: Iterable[str]) -> frozenset[str]:
        """The other files that import any of some modules."""
        found: set[str] = set()
        asked = frozenset(paths)
        todo = list(asked)
        while todo:
            path = todo.pop()
            known = self._known.get(path)
            if known is not None:
                found |= known
                continue
            new = self._direct.get(path, set()) - found
            found |= new
            todo += new
        return frozenset(found - asked)

    def told(self, said: Mapping[str, int]) -> Callable[[str], int]:
        """By module what is said, as bits of a number, of the files that import it: for whoever asks of many."""
        beyond = self._condensed.gathered(said.get)
        rounds: dict[int, tuple[int, list[tuple[str, int]]]] = {}

        def of(path: str) -> int:
            if path not in self._direct or not self._condensed.is_on_cycle(path):
                return reduce(or_, map(beyond, self._direct.get(path, ())), 0)
            members = self._condensed.together(path)
            known = rounds.get(id(members))
            if known is None:
                others = {other for member in members for other in self._direct[member]}.difference(members)
                outside = reduce(or_, map(beyond, others), 0)
                known = rounds[id(members)] = outside, [(each, said[each]) for each in members if said.get(each)]
            outside, inside = known
            return reduce(or_, (bits for each, bits in inside if each != path), outside)  # it does not import itself

        return of

    @cached_property
    def _condensed(self) -> Condensed[str]:
        return Condensed(self._direct.__getitem__)
