"""The commits of a history as somebody's work: whose, on which files under their present names, and which are bulk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from auditor.model.changes import Commit, History
from auditor.model.regex import regex

MOST_FILES = 30
_MOVED = "R"
"""A rename is told only where the contents are equal."""
_SWEEPS = regex(
    r"^(\[[^\]]*\] *)?(\w+(\([^)]*\))?!?: *)?(merge|revert|bump\w*|releas\w*|version|auto-?format|reformat|format|lint|black|isort|ruff|prettier|pre-commit|rename|"
    r"licen[cs]e|copyright|typos?)\b|^\w+\((release|deps|version)\w*\)|\bbot\b|dependabot|renovate|\b(deps|dependencies)\b.*\b(bump|update|upgrade)",
    re.I,
)


class Work(msgspec.Struct, frozen=True):
    """A commit of a person. `names` are the files that it changes, under their present names; what it only moves is none of them.

    `bulk` touches many files at once, of whatever kind, or by a tool.
    """

    time: int
    author: int
    names: frozenset[str]
    bulk: bool


def work(history: History) -> Iterator[Work]:
    """The commits of people, newest first; those of bots only tell which files were renamed."""
    renamed: dict[str, str] = {}
    for commit in history.commits:
        names = set()
        for change in commit.changes:
            now = renamed.get(change.path, change.path)
            if change.old:
                renamed[change.old] = now
            if change.status != _MOVED:
                names.add(now)
        if not commit.bot:
            yield Work(commit.time, commit.author, frozenset(names), not _is_work(commit))


def touches(history: History, people: Iterable[Work], days: int) -> dict[str, int] | None:
    """How often people changed each file in the last days before the newest commit, under its present name.

    Bulk commits left out; None where history is not known whole.
    """
    if history.state not in ("full", "partial") or not history.commits:
        return None
    first = history.commits[0].time - days * 86_400
    return dict(Counter(name for one in people if one.time >= first and not one.bulk for name in one.names))


def _is_work(commit: Commit) -> bool:
    return 0 < len(commit.changes) <= MOST_FILES and not _sweeps(commit.subject)


@lru_cache(maxsize=20_000)  # a history asks of the same commits at each of its points
def _sweeps(subject: str) -> bool:
    return _SWEEPS.search(subject) is not None
