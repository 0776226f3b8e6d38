"""What a reader is, and how the facts of one file are made safe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from auditor.language.text import count_lines, read_text
from auditor.model.facts import Facts
from auditor.model.regex import regex


class Reader(msgspec.Struct, frozen=True):
    """One format: how its files are called, how they look, and what turns bytes into facts.

    `names` are globs over the file name, or over the whole path where they hold a `/`. `sniff` looks at the bytes when
    the name alone does not tell; `head` is how many bytes a reader looks at that needs no more than their beginning. Raise
    `version` when the facts of unchanged bytes change.
    """

    name: str
    names: tuple[str, ...]
    read: Callable[[bytes], Facts]
    version: int = 1
    sniff: Callable[[bytes], bool] | None = None
    head: int = 0

    def accepts(self, data: bytes) -> bool:
        """Whether the bytes look like this format."""
        return self.sniff is None or self.sniff(data)


def over_text(read: Callable[[str], Facts]) -> Callable[[bytes], Facts]:
    """A reader of bytes from one of text: decodes, counts lines, keeps what went wrong with the encoding."""

    def reading(data: bytes) -> Facts:
        text, troubles = read_text(data)
        facts = read(text)
        return msgspec.structs.replace(facts, lines=count_lines(text), troubles=troubles + facts.troubles)

    return reading


def having(*patterns: bytes) -> Callable[[bytes], bool]:
    """A sniff that wants each of these regular expressions somewhere in the first 64 kB (`^` is a line's start)."""
    compiled = tuple((_beginnings(pattern), regex(pattern, re.MULTILINE)) for pattern in patterns)

    def sniff(data: bytes) -> bool:
        for words, pattern in compiled:
            if words and not (data.startswith(words) or any(data.find(b"\n" + word, 0, _HEAD) >= 0 for word in words)):
                return False
            if not pattern.search(data, 0, _HEAD):
                return False
        return True

    return sniff


_HEAD = 65_536  # bytes of a file that a sniff looks at
_LINE_START = regex(rb"\^(?:\(\?:([\w|]+)\)|(\w+))(?![?*{|\w])")


def _beginnings(pattern: bytes) -> tuple[bytes, ...]:
    """Line starts one of which each match has, where a pattern says them plainly: they are found many times faster."""
    found = _LINE_START.match(pattern)
    if found is None or _alternatives(pattern):
        return ()
    return tuple((found[1] or found[2]).split(b"|"))


def _alternatives(pattern: bytes) -> bool:
    """Whether a pattern is one of several as a whole: a bar outside of brackets."""
    while (plain := re.sub(rb"\\.|\[[^\]]*\]|\([^()]*\)", b"", pattern)) != pattern:
        pattern = plain
    return b"|" in plain


def pairs(items: Iterable[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    """Attributes of a record: what is empty or None is left out."""
    return tuple([(name, _spelled(value)) for name, value in items if value is not None and value != ""])


def _spelled(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
