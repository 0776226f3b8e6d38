"""Source that git is told to leave out by the name of a folder of data or models, wherever a folder of that name lies."""

from __future__ import annotations

from posixpath import dirname

from auditor.graph.world import World
from auditor.model.place import Place
from auditor.model.regex import regex

_ANYWHERE = regex(r"(?:\*\*/)?(\w+)/?")
"""A pattern that says no more than a name: it holds at every depth."""

_SOURCE_TOO = frozenset({"data", "dataset", "datasets", "model", "models", "lib", "env", "parts", "target", "instance"})
"""Names of folders of data, weights and builds that templates leave out, and that packages of source have, too."""


class LeftOut:
    """What a tree's files for git keep out of packages of source."""

    def __init__(self, world: World) -> None:
        self._paths = world.identities.tree
        self._names: dict[str, list[tuple[str, Place]]] = {}
        for path, facts in sorted(world.files.items()):
            for line in facts.patterns if facts.kind == "gitignore" else ():
                name = _ANYWHERE.fullmatch(line.pattern.strip())
                if name is not None and name[1] in _SOURCE_TOO:
                    below = f"{dirname(path)}/".lstrip("/")
                    self._names.setdefault(name[1], []).append((below, Place(path, line.line)))

    def by(self, program: str) -> Place | None:
        """The line that keeps out a program which is not there, of a package of which the tree has the rest."""
        parts = dirname(program).split("/")
        for depth, name in enumerate(parts):
            package = "/".join(parts[:depth])
            if f"{package}/__init__.py" in self._paths:
                for below, place in self._names.get(name, ()):
                    if f"{package}/".startswith(below):
                        return place
        return None
