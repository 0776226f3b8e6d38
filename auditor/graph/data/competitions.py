"""Which data are those of a competition: they were given out once, and do not change."""

from __future__ import annotations

import re

from auditor.graph.world import World
from auditor.model.regex import regex

_ADDRESSES = ("url:https://www.kaggle.com/competitions/", "name:kaggle:", "name:kagglehub:")
"""Where competitions are downloaded from, by a command or a call; the names of other sets there say whose they are: `owner/name`."""
_ANY = frozenset({"", "data", "input", "train", "test", "raw"})
"""Names of files and folders that are those of any data."""
_PAGE = regex(
    r"kaggle\.com/(?:c|competitions)/(?!competition[-_]name)[\w-]+|kaggle competitions download (?:-c )?(?!competition[-_]name)\w"
    r"|\bkaggle\b[^.\n]{0,60}\b(?:competition|challenge)\b|\b(?:competition|challenge)\b[^.\n]{0,60}\bkaggle\b",
    re.I,
)
"""How a document points to a competition."""
_GIVEN = regex(r"(^|/)(train|test|sample_?submission)(_\w+)?\.(csv|tsv|json|parquet)(\.(zip|gz))?$", re.I)
_MOUNTED = regex(r"(^|/)input/[a-z0-9]+(-[a-z0-9]+){2,}/")
"""Where a notebook of that platform finds what was added to it, under the name of the competition."""


def is_competitions(world: World, path: str) -> bool:
    """Whether the repository downloads the data of a competition by whose name a file or a folder above it is called, or they
    lie where a notebook of that platform finds them; or the file is called as competitions call what they give out, where a
    document points to one."""
    if _MOUNTED.search(path):
        return True
    if not world.once(_downloaded).isdisjoint(part.partition(".")[0] for part in path.split("/")):
        return True
    return bool(_GIVEN.search(path)) and world.once(_pointed)


def _pointed(world: World) -> bool:
    return bool(_PAGE.search(world.documents.text))


def _downloaded(world: World) -> frozenset[str]:
    """The names of the competitions that calls and commands of the repository download."""
    names = {
        edge.source.removeprefix(start) for edge in world.edges for start in _ADDRESSES if edge.source.startswith(start)
    }
    return frozenset(name for name in names - _ANY if "/" not in name)
