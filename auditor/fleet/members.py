"""The list of a fleet: one repository a line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from auditor.model.errors import UsageError
from auditor.model.fleet import Member
from auditor.model.regex import regex

_SHARD = regex(r"([1-9]\d*)/([1-9]\d*)")


def read_list(text: str) -> tuple[Member, ...]:
    """The repositories of a list: on each line a target and, after a blank, a revision; `#` begins a comment.

    A word with blanks stands in quotes. What is listed twice is meant once. Raises UsageError with the line that is wrong.
    """
    found: dict[Member, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            words = list(_words(line))
        except ValueError as error:
            raise UsageError(f"line {number} of the list cannot be read ({error}); close the quote") from error
        if len(words) > 2:
            raise UsageError(
                f"line {number} of the list has {len(words)} words; write TARGET or TARGET REVISION, in quotes where they hold blanks"
            )
        if words:
            found[Member(*words)] = None
    if not found:
        raise UsageError("the list names no repository; write one a line")
    return tuple(found)


def _words(line: str) -> Iterator[str]:
    """The words before a comment. A `#` within a word begins none: it may stand in a name."""
    if not line.lstrip().startswith("#"):
        words = shlex.shlex(line, posix=True)
        words.whitespace_split, words.commenters = True, ""
        yield from takewhile(lambda word: not word.startswith("#"), words)


def settled(member: Member) -> Member:
    """The member with a local path made absolute, so that another process finds it."""
    path = Path(member.target)
    try:
        return Member(str(path.resolve()), member.rev) if path.exists() else member
    except OSError:  # a name that is too long, or a folder that may not be searched: the audit says so
        return member


def shard(members: Sequence[Member], part: str) -> tuple[Member, ...]:
    """Every n-th of the members from the i-th on, for `i/n`. Raises UsageError where that names no part."""
    match = _SHARD.fullmatch(part)
    if match is None or int(match[1]) > int(match[2]):
        raise UsageError(f"--shard {part} names no part; write I/N, as 1/4 for the first of four")
    return tuple(members[int(match[1]) - 1 :: int(match[2])])
