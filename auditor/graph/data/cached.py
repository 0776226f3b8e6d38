"""Fetches whose answers are kept in files that the tree holds: whoever clones it trains on these."""

from __future__ import annotations

from auditor.graph.artefacts.identity import matches
from auditor.graph.data.optional import does_without
from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.program.calls.effects import Site

_FAR = 3
"""How many calls lie between a fetch and what looks into the cache first, at most."""


def cache_of(world: World, fetch: Touch) -> str:
    """The path or pattern of tracked files which some caller of a fetch reads where they are there, and writes where not; "" for
    none."""
    if fetch.artefact.path is not None:
        return ""
    for site in _callers(world, fetch.site):
        touches = world.lineage.touches.get(site, ())
        written = {touch.artefact.path for touch in touches if touch.way == "write"}
        for touch in touches:
            path = touch.artefact.path
            if (
                touch.way == "read"
                and path
                and path in written
                and _is_tracked(world, path)
                and does_without(world, touch)
            ):
                return path
    return ""


def _callers(world: World, site: Site) -> list[Site]:
    """A scope and those that call it, near ones first."""
    found = [site]
    last = [site]
    for _ in range(_FAR):
        last = [edge.caller for each in last for edge in world.resolved.effects.callers.get(each, ())]
        last = [each for each in dict.fromkeys(last) if each not in found]
        found += last
    return found


def _is_tracked(world: World, path: str) -> bool:
    """Whether the tree holds the file, or one that a pattern covers."""
    if path in world.identities.tree:
        return True
    folder = path.partition("{")[0].rpartition("/")[0]
    return "{" in path and any(matches(path, each) for each in world.identities.tree if each.startswith(f"{folder}/"))
