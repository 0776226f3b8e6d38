"""Jinja cut out of a text: its expressions and statements with their lines. Nothing is ever rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.model.regex import regex

MAX_PIECES = 20_000

_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_STRINGS = regex(r"'(?:[^'\\]|\\.)*+'|\"(?:[^\"\\]|\\.)*+\"|~", re.DOTALL)


class Piece(msgspec.Struct, frozen=True):
    """One `{{ … }}` (`word` is "") or `{% word … %}`, without its brackets."""

    word: str
    text: str
    line: int


def pieces(text: str) -> Iterator[Piece]:
    """Expressions and statements in order; comments and what stands between `raw` and `endraw` are left out."""
    position, line, counted, raw = 0, 1, 0, False
    for _ in range(MAX_PIECES):
        start = min((at for at in (text.find(opener, position) for opener in _CLOSERS) if at >= 0), default=-1)
        if start < 0:
            return
        opener = text[start : start + 2]
        end = text.find(_CLOSERS[opener], start + 2)
        if end < 0:
            return
        line += text.count("\n", counted, start)
        counted, position = start, end + 2
        inner = text[start + 2 : end].strip("-+ \t\r\n")
        word = inner.split(maxsplit=1)[0] if opener == "{%" and inner else ""
        raw = word == "raw" if not raw else word != "endraw"
        if not raw and opener != "{#" and word != "endraw":
            yield Piece(word, inner[len(word) :].strip() if word else inner, line)


def as_python(text: str) -> str:
    """An expression of Jinja as one of Python: `~` joins texts as `+` does, filters stay behind `|`."""
    return _STRINGS.sub(lambda match: "+" if match[0] == "~" else match[0], text)
