"""Which versions of a library a component may run on, by what its environments declare."""

from __future__ import annotations

from collections.abc import Callable

from auditor.graph import places
from auditor.graph.world import World
from auditor.language.specifier import keeps


def always(world: World, owned: Callable[[str], bool], name: str, *, below: str = "", least: str = "") -> bool:
    """Whether every environment of a component that names a library keeps it below a version, or at that version or above.

    False where none names it, or one says nothing of its version.
    """
    specifiers = [
        requirement.specifier
        for path, facts in world.files.items()
        if places.is_product(path) and owned(path)
        for requirement in facts.requirements
        if requirement.name == name
    ]
    return bool(specifiers) and all(keeps(each, below=below, least=least) for each in specifiers)
