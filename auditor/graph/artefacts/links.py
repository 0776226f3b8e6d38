"""Where symbolic links of a tree lead, within it."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import dirname, join

from auditor.model.listing import Content, Entry
from auditor.program.symbolic.values import is_absolute, normal

MOST_STEPS = 40
"""Links that are followed for one path, as many as a kernel does: those of a cycle end there."""


class Links:
    """The symbolic links of a tree. None is followed out of it."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._targets = {e.path: e.target for e in entries if e.content is Content.LINK and e.target}
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(self._targets):
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)

    def named(self, name: str) -> list[str]:
        """The paths of all links of a name, sorted."""
        return self._by_name.get(name, [])

    def real(self, path: str) -> str | None:
        """A path without links on its way; None where it leaves the tree or never ends."""
        for _ in range(MOST_STEPS):
            link = self._first(path)
            if link is None:
                return path
            target = self._targets[link]
            path = normal(join(dirname(link), target) + path[len(link) :])
            if is_absolute(target) or path == ".." or path.startswith("../"):
                return None
        return None

    def _first(self, path: str) -> str | None:
        """The outermost link on the way of a path."""
        parts = path.split("/") if self._targets else []
        ways = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
        return next((way for way in ways if way in self._targets), None)
