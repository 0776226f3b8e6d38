"""Data and model files that git itself holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from auditor.graph import places
from auditor.graph.data.versions import NOT_DATA
from auditor.graph.world import World
from auditor.model.listing import Content, Entry
from auditor.model.regex import regex

LARGE = 5_000_000
CHURNED = 1_000_000
VERSIONS = 5


class Blob(msgspec.Struct, frozen=True):
    """A data or model file kept in git. `size` in bytes, `versions` counts the contents that it has had."""

    path: str
    size: int
    versions: int


class Blobs(msgspec.Struct, frozen=True):
    """The data in git: files to name, their total size in bytes, and those whose size this clone does not tell."""

    found: tuple[Blob, ...]
    total: int
    unknown: tuple[str, ...]


def blobs(world: World, owned: Callable[[str], bool]) -> Blobs:
    """Data and model files in git: which are large or change often, how much they are together, whose size is not known."""
    kept = [entry for entry in world.listing.entries if entry.tracked and owned(entry.path) and _is_kept_data(entry)]
    counted = {entry.path for entry in kept if entry.size >= CHURNED}
    commits = world.history.commits if counted else ()
    had: dict[str, set[str]] = {path: set() for path in counted}
    for change in (change for commit in commits for change in commit.changes):
        if change.path in counted and change.status != "D":
            had[change.path].add(change.blob)  # a change of the mode, or back to what was, adds nothing to a clone
    found = []
    for entry in kept:
        versions = len(had.get(entry.path, ()))
        if entry.size >= LARGE or (entry.size >= CHURNED and versions >= VERSIONS):
            found.append(Blob(entry.path, entry.size, versions))
    unknown = tuple(entry.path for entry in kept if entry.size < 0)
    total = sum(entry.size for entry in kept if entry.size > 0)
    return Blobs(tuple(sorted(found, key=lambda blob: (-blob.size, blob.path))), total, unknown)


def _is_kept_data(entry: Entry) -> bool:
    """A data or model file that is no test data and no link: by its suffix, or by the folder of data it lies in."""
    return entry.content in (Content.HERE, Content.TOO_LARGE, Content.ABSENT) and _is_called_data(entry.path)


@lru_cache(maxsize=100_000)
def _is_called_data(path: str) -> bool:
    """The same as far as its path tells: lists of packages and their locks belong into git."""
    named = (places.is_data(path) or places.is_model(path)) and not _is_media(path)
    return (named or _lies_with_data(path)) and not places.is_test(path) and not _OF_PACKAGES.search(path)


_OF_PACKAGES = regex(r"(^|/)(package|composer|bower|deno|[\w.-]*[-.]?(lock|shrinkwrap|packages\.config))\.json$", re.I)
_DATA_FOLDER = regex(r"(^|/)(data|datasets?|raw|corpus|corpora)/", re.I)
_IN_OTHER_FORMATS = NOT_DATA | {
    "rst",
    "txt",
    "xml",
    "svg",
    "webp",
    "r",
    "rmd",
    "java",
    "js",
    "ts",
    "c",
    "cpp",
    "h",
    "pl",
    "dvc",
    "gitkeep",
    "gitignore",
    "docx",
    "pptx",
}


def _lies_with_data(path: str) -> bool:
    """A file of no known kind in a folder of data: formats of one data set have names of their own."""
    name = path.rpartition("/")[2]
    known = "readme" in name.lower() or "license" in name.lower() or name.startswith(".")
    return bool(_DATA_FOLDER.search(path)) and not known and places.suffix(path) not in _IN_OTHER_FORMATS


def _is_media(path: str) -> bool:
    """Text and documents whose suffix data share."""
    return (
        places.suffix(path) in ("xml", "txt", "bin", "params")
        and not places.is_model(path)
        and "data" not in path.lower()
    )
