"""Questions about `_target_`: whether the classes and functions that a Hydra configuration names are there."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.place import Place
from auditor.program.naming.code import Code

_KEY = "_target_"


class Target(msgspec.Struct, frozen=True):
    """A dotted name in a document that leads into the repository, and the part of it that is not there."""

    dotted: str
    place: Place
    missing: str


def targets(world: World, owned: Callable[[str], bool]) -> tuple[list[Target], int]:
    """The names that documents of a component hand to `instantiate` and that lead nowhere, and how many lead into the repository."""
    broken, seen = [], 0
    for path, facts in sorted(world.files.items()):
        if not owned(path) or not places.is_product(path) or facts.program is not None:
            continue
        for leaf in facts.leaves:
            value = leaf.value
            if (
                leaf.key.rpartition(".")[2] != _KEY
                or not isinstance(value, str)
                or not value.replace(".", "").isidentifier()
            ):
                continue
            missing = _missing(world.resolved.code, value)
            if missing is not None:
                seen += 1
            if missing:
                broken.append(Target(value, Place(path, leaf.line), missing))
    return broken, seen


def _missing(code: Code, dotted: str) -> str | None:
    """The first part of a name that its module lacks; "" where it is whole; None where it is a library's or nobody can tell."""
    parts = dotted.split(".")
    if code.knowledge.library(parts[0]) is not None:
        return None
    for count in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:count])
        home = code.modules.resolve("", module, 0)
        if home is None or home not in code.programs:
            continue
        stars = any(name.name == "*" for statement, _, _ in code.index(home, 0).imports for name in statement.names)
        if stars or code.named(home, "__getattr__") is not None or code.files[home].troubles:
            return None
        name = parts[count]
        bound = code.index(home, 0).bindings
        if name in bound or code.modules.resolve("", f"{module}.{name}", 0) is not None:
            return ""
        return f"{home} has no {name}"
    return None
