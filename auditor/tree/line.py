"""The line of commits that a branch went along: its first parents, with their times and tags."""

from __future__ import annotations

import msgspec

from auditor.tree.between import repository_of
from auditor.tree.git import Git, GitError, Objects, mendable
from auditor.tree.names import display

LATEST = 4_102_444_800  # 2100-01-01: a clock that is further ahead is broken, and dates have an end


class Station(msgspec.Struct, frozen=True):
    """One commit of the line: its id, when it was committed (seconds since 1970), and the tags that name it."""

    commit: str
    time: int
    tags: tuple[str, ...]


class Line(msgspec.Struct, frozen=True):
    """The commits from the oldest that is here to the newest, and whether the clone has them all: `full`, `shallow`, `partial`."""

    stations: tuple[Station, ...]
    history: str


def line(target: str, rev: str | None = None) -> Line:
    """The first-parent line that leads to `rev` (default: what is checked out). Raises UsageError as `between` does."""
    git, _ = repository_of(target)
    with mendable(target):
        head = git.commit(rev)
        history = "shallow" if git.is_shallow() else "partial" if git.is_partial() else "full"
        if head is None:
            return Line((), history)
        tags = _tags(git)
        objects = Objects(git)
    try:
        text = objects.run("log", "--first-parent", "--format=%H %ct", head, "--").decode("ascii", "replace")
    except GitError:  # commits are missing, and nothing says so: what is here ends somewhere
        return Line((Station(head, 0, tags.get(head, ())),), "partial")
    finally:
        objects.close()
    rows = (row.split() for row in text.splitlines())
    found = [
        Station(row[0], min(int(row[1]), LATEST), tags.get(row[0], ()))
        for row in rows
        if len(row) == 2 and row[1].isdigit()
    ]
    return Line(tuple(reversed(found)), history)


def _tags(git: Git) -> dict[str, tuple[str, ...]]:
    """The tags of each commit, by name."""
    form = "--format=%(objectname) %(*objectname) %(refname:strip=2)"
    found: dict[str, list[str]] = {}
    for row in display(git.run("for-each-ref", form, "refs/tags")).splitlines():
        thing, peeled, name = row.split(" ", 2)
        found.setdefault(peeled or thing, []).append(name)
    return {commit: tuple(sorted(names)) for commit, names in found.items()}
