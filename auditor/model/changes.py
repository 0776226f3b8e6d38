"""Change sets: what git history says of the files."""

from __future__ import annotations

import msgspec


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One file in one commit. `status` is A, M, D, R or T; `old` is the former path of a rename."""

    path: str
    status: str
    blob: str
    old: str = ""


class Commit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One non-merge commit. `author` is a number that stands for a person; names are not kept. `time` is in epoch seconds.

    `bot` says that the author is a program, by its name or address.
    """

    id: str
    time: int
    author: int
    subject: str
    changes: tuple[Change, ...]
    bot: bool = False


class History(msgspec.Struct, frozen=True):
    """Commits, newest first. `state` is `full`, `shallow`, `partial` or `none`."""

    state: str
    commits: tuple[Commit, ...] = ()
