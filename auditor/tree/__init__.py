"""What is audited: listing, settings, contents and history of a folder, a git revision, a URL or an archive."""

from __future__ import annotations

from auditor.tree.between import Between, between, identity_of, repository_of
from auditor.tree.line import Line, Station, line
from auditor.tree.names import shown_target
from auditor.tree.opening import open_tree
from auditor.tree.past import Pasts
from auditor.tree.tree import Tree

__all__ = [
    "Between",
    "Line",
    "Pasts",
    "Station",
    "Tree",
    "between",
    "identity_of",
    "line",
    "open_tree",
    "paths_of",
    "read_file",
    "repository_of",
    "shown_target",
]


def paths_of(target: str, rev: str | None = None) -> frozenset[str]:
    """The paths of a target's files. Raises UsageError where there is no such target or revision."""
    with open_tree(target, rev=rev) as tree:
        return frozenset(entry.path for entry in tree.listing.entries)


def read_file(target: str, path: str, rev: str | None = None) -> bytes | None:
    """The bytes of one file of a target, None where it is not there. Raises as `open_tree` does."""
    with open_tree(target, rev=rev) as tree:
        return next((data for _, data in tree.read([path])), None)
