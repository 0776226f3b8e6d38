"""What is audited: listing, settings, contents and history of a folder, a git revision, a URL or an archive."""

from __future__ import annotations

from auditor.tree.opening import open_tree
from auditor.tree.tree import Tree

__all__ = ["Tree", "open_tree"]
