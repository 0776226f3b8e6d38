"""Lists of packages that ask for the name of an import: an index has nothing of that name which could be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.declared.environments import ENVIRONMENTS
from auditor.graph.world import World
from auditor.language.requirement import canonical
from auditor.model.facts import Requirement
from auditor.model.place import Place

_NO_PACKAGES = frozenset({
    "cv2", "skimage", "sklearn", "PIL", "yaml", "dateutil", "pkg_resources", "mpl_toolkits", "MySQLdb", "win32api",
})  # fmt: skip
"""Names of imports under which the usual index has nothing, no files, or a stub that refuses to be installed."""
_EMPTY = {"sklearn": frozenset({"0", "0.0"})}
"""Versions of such a stub that do install, with nothing in them: pinned to one, the line fails nobody."""


class Misnamed(msgspec.Struct, frozen=True):
    """One line that asks for an import, and the distribution that brings it."""

    name: str
    distribution: str
    place: Place


def misnamed(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, list[Misnamed]]]:
    """By list the lines that no index can meet. A list that names an index of its own may find anything there."""
    known = {canonical(name): name for name in _NO_PACKAGES}
    for path, facts in sorted(world.files.items()):
        if facts.kind not in ENVIRONMENTS or not owned(path) or not places.is_product(path):
            continue
        lines = [
            Misnamed(name, world.resolved.knowledge.distributions(name)[0], Place(path, each.line))
            for each in facts.requirements
            if each.source == "pypi" and (name := known.get(each.name)) and not each.marker and not _empty(each)
        ]
        if lines and not {"index", "extra-index", "find-links"} & {key for key, _ in facts.attrs}:
            yield path, lines


def _empty(asked: Requirement) -> bool:
    """Whether a line is pinned to a version that has nothing in it and refuses nothing."""
    return asked.pinned and asked.specifier.lstrip("= ") in _EMPTY.get(asked.name, ())
