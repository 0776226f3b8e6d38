"""Which data are those of a competition: they were given out once, and do not change."""

from __future__ import annotations

from auditor.graph.world import World

_ADDRESSES = ("url:https://www.kaggle.com/competitions/", "name:kaggle:", "name:kagglehub:")
"""Where competitions are downloaded from, by a command or a call; the names of other sets there say whose they are: `owner/name`."""
_ANY = frozenset({"", "data", "input", "train", "test", "raw"})
"""Names of files and folders that are those of any data."""


def is_competitions(world: World, path: str) -> bool:
    """Whether the repository downloads the data of a competition by whose name a file or a folder above it is called."""
    return not world.once(_downloaded).isdisjoint(part.partition(".")[0] for part in path.split("/"))


def _downloaded(world: World) -> frozenset[str]:
    """The names of the competitions that calls and commands of the repository download."""
    names = {
        edge.source.removeprefix(start) for edge in world.edges for start in _ADDRESSES if edge.source.startswith(start)
    }
    return frozenset(name for name in names - _ANY if "/" not in name)
