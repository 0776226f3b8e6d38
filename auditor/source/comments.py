"""Comments, by one scan that steps over string literals: `tokenize` would cost several times the parser."""

from __future__ import annotations

import re

from auditor.model.ir import Comment
from auditor.model.regex import regex
from auditor.source.limits import MAX_COMMENT, MAX_COMMENTS

# Groups are not possessive: before 3.11.5 `re` matches such groups wrongly where they hold an alternative. Their parts
# are, so that nothing is tried twice.
_STRINGS = (
    r'"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*"""',
    r"'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*'''",
    r'"""|\'\'\'',  # never closed
    r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"',
    r"'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'",
)
STRINGS_AND_COMMENTS = regex(rf"#[^\n]*|{'|'.join(_STRINGS)}", re.DOTALL)
"""Each string literal and each comment of a Python text; quotes nested in an f-string's braces are not followed."""


def comments(text: str) -> tuple[Comment, ...]:
    """The comments as written, with their `#`, cut at `MAX_COMMENT` characters; at most `MAX_COMMENTS`."""
    if "#" not in text:
        return ()
    found: list[Comment] = []
    line, counted = 1, 0
    for match in STRINGS_AND_COMMENTS.finditer(text):
        start = match.start()
        if text[start] != "#":
            continue
        line += text.count("\n", counted, start)
        counted = start
        alone = not text[text.rfind("\n", 0, start) + 1 : start].strip()
        found.append(Comment(line, match[0].rstrip()[:MAX_COMMENT], alone))
        if len(found) == MAX_COMMENTS:
            break
    return tuple(found)


def masked(text: str) -> str:
    """The text with the inside of strings and the comments taken out, line numbers kept: what is left is code."""
    return STRINGS_AND_COMMENTS.sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    written = match[0]
    if written[0] == "#":
        return ""
    return '"' + "\n" * written.count("\n") + '"'
