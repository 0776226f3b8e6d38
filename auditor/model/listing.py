"""What a tree holds, before any file is read."""

from __future__ import annotations

from enum import Enum

import msgspec


class Content(str, Enum):
    """Whether the bytes of an entry can be had."""

    HERE = "here"
    ABSENT = "absent"  # a blob that this clone lacks
    TOO_LARGE = "too-large"
    LINK = "link"  # a symbolic link: listed, never followed
    SUBMODULE = "submodule"


class Entry(msgspec.Struct, frozen=True, order=True):
    """One file of the tree. `blob` is the git blob id (hex), or "" where it is not known yet."""

    path: str
    blob: str
    size: int  # bytes; -1 where not known
    content: Content = Content.HERE
    executable: bool = False
    tracked: bool = True  # in git (always true for a revision, false for an archive or a plain folder)
    target: str = ""  # of a symbolic link, as written


class Target(msgspec.Struct, frozen=True):
    """What is audited. `history` is `full`, `shallow`, `partial` or `none`."""

    path: str
    kind: str  # worktree, folder, revision, archive
    name: str
    remote: str | None = None
    revision: str | None = None
    committed: str | None = None  # ISO 8601
    history: str = "none"
    commits: int = 0


class Excluded(msgspec.Struct, frozen=True, order=True):
    """Files left out, by reason: `vendored`, `generated`, `environment`, `configured`, `ignored`; `apart` are read, not judged."""

    reason: str
    files: int
    example: str


class Listing(msgspec.Struct, frozen=True):
    """The files of a target in path order, what was left out, and which paths are ignored by git but present."""

    target: Target
    entries: tuple[Entry, ...]
    excluded: tuple[Excluded, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()  # (path, message)
    ignore_rules: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (folder, lines of its .gitignore)
    unread: tuple[str, ...] = ()  # the folders and files that `excluded` counts, but for those that git ignores
