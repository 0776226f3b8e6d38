"""The files of one commit after another, from their trees: those that the last one had are not read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from auditor.tree.git import Objects

Row: TypeAlias = tuple[str, str, bytes]
"""Mode, id and name, or raw path, of what a tree holds."""

MOST_ROWS = 200_000  # of a commit with more, git lists the files: it is told when to stop
TREE, LINK, SUBMODULE = "040000", "120000", "160000"


class Trees:
    """The trees of the last commit that was listed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Row, ...]] = {}

    def files(self, objects: Objects, commit: str) -> list[Row] | None:
        """All files of a commit, in no order; None where that is not known: git can say why."""
        found: list[Row] = []
        used: dict[str, tuple[Row, ...]] = {}
        todo = [(b"", f"{commit}^{{tree}}")]
        while todo:
            trees = {tree for _, tree in todo} - used.keys()
            used.update((tree, self._known[tree]) for tree in trees & self._known.keys())
            if not _read(objects, sorted(trees - used.keys()), len(commit) // 2, used):
                return None
            inner = []
            for folder, tree in todo:
                for mode, held, name in used[tree]:
                    if mode == TREE:
                        inner.append((b"%b%b/" % (folder, name), held))
                    else:
                        found.append((mode, held, folder + name))
                if len(found) + len(inner) > MOST_ROWS:
                    return None
            todo = inner
        self._known = used
        return found


def _read(objects: Objects, trees: list[str], width: int, into: dict[str, tuple[Row, ...]]) -> bool:
    """Add what some trees hold, whose ids are so many bytes wide; whether it is known of all."""
    for tree, data in zip(trees, list(objects.contents(trees)), strict=True):
        try:
            into[tree] = tuple(_rows(data, width)) if data is not None else ()
        except ValueError:
            data = None
        if data is None:
            return False
    return True


def _rows(data: bytes, width: int) -> Iterator[Row]:
    """What a tree holds, modes as git lists them. Raises ValueError where it is no tree."""
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        held = data[end + 1 : end + 1 + width]
        if len(held) != width:
            raise ValueError("a tree ends early")
        yield _mode(int(data[at:space], 8)), held.hex(), data[space + 1 : end]
        at = end + 1 + width


def _mode(mode: int) -> str:
    kind = mode & 0o170000
    if kind == 0o100000:
        return "100755" if mode & 0o100 else "100644"
    return {0o040000: TREE, 0o120000: LINK}.get(kind, SUBMODULE)
