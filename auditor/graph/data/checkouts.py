"""Absolute paths into a checkout of the repository on somebody's machine: which file of the tree they mean."""

from __future__ import annotations

from auditor.graph.world import World
from auditor.model.regex import regex

_HOME = regex(r"host:(?:/home/|/Users/|/root/|/mnt/c/Users/|[A-Za-z]:[\\/])")
_FEWEST = 5
"""Letters from which the name of a folder at the root is not that of any project."""
_ANY = frozenset({
    "assets", "build", "config", "configs", "dataset", "datasets", "documents", "downloads", "experiments", "images", "input",
    "inputs", "model", "models", "notebook", "notebooks", "output", "outputs", "pipeline", "pipelines", "processed", "project",
    "projects", "results", "script", "scripts", "source", "tests", "train", "training", "utils", "users", "desktop", "github",
    "master", "repository",
})  # fmt: skip
"""Names of folders that lie in any project."""


def inside(world: World, artefact: str) -> str | None:
    """The path in the tree of what an id names on one machine: below a folder called like the repository, or, in a home,
    below folders that are the tree's own; None where nothing says that the path lies in a checkout."""
    kind, _, path = artefact.partition(":")
    if kind != "host":
        return None
    parts = [part for part in path.replace("\\", "/").split("/") if part]
    for at, part in enumerate(parts[:-1]):
        if at and part.lower() in world.once(_own_names):
            return "/".join(parts[at + 1 :])
    for at in range(1, len(parts) - 1) if _HOME.match(artefact) else ():
        one, two = parts[at], "/".join(parts[at : at + 2])
        telling = len(one) >= _FEWEST and one.lower() not in _ANY
        if (telling and one in world.identities.folders) or (at + 2 < len(parts) and two in world.identities.folders):
            return "/".join(parts[at:])
    return None


def _own_names(world: World) -> frozenset[str]:
    """What a checkout is called: as the target, or as the address that it was cloned from."""
    target = world.listing.target
    cloned = (target.remote or "").rstrip("/").removesuffix(".git")
    names = {name.lower() for name in (target.name.rpartition("/")[2], cloned.rpartition("/")[2])}
    return frozenset(name for name in names if len(name) >= _FEWEST and name not in _ANY)
