"""JSON with the lines of its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from auditor.language.node import ListNode, MapNode, Node, scalar
from auditor.model.facts import Trouble
from auditor.model.regex import regex

MAX_DEPTH = 100

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*"'
_STRINGS = regex(rf"{_STRING}(\s*:)?", re.DOTALL)
_COMMENTS = regex(rf"({_STRING})|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TRAILING = regex(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_SURROGATES = regex(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_UNKNOWN = "\\ufffd"  # as JSON spells it: as long as what it replaces, so that all places stay


class _Pairs(list[tuple[str, Any]]):
    """An object as its pairs: order and duplicates survive."""


def read_json(text: str) -> tuple[Node | None, tuple[Trouble, ...]]:
    """The document of a JSON text. A key's line is exact; an element of a list has the line of the key above it."""
    import json

    text, troubles = whole_characters(text)
    try:
        content, text = _load(text)
    except json.JSONDecodeError as error:
        code = "template" if "{{" in text or "{%" in text else "invalid"
        return None, (*troubles, Trouble(error.lineno, f"JSON: {error.msg}", code))
    except (RecursionError, ValueError) as error:
        code = "too-deep" if isinstance(error, RecursionError) else "invalid"
        return None, (*troubles, Trouble(None, f"JSON: {error}", code))
    try:
        return _node(content, _key_lines(text), 1, 0), troubles
    except RecursionError:
        return None, (*troubles, Trouble(None, f"JSON: nested more than {MAX_DEPTH} levels", "too-deep"))


def whole_characters(text: str) -> tuple[str, tuple[Trouble, ...]]:
    """A JSON text with U+FFFD for each half of a character that it spells, and the first of them: no other text can hold one."""
    if "\\ud" not in text and "\\uD" not in text:
        return text, ()
    first = next((found for found in _SURROGATES.finditer(text) if found["half"]), None)
    if first is None:
        return text, ()
    line = text.count("\n", 0, first.start()) + 1
    trouble = Trouble(line, f"JSON: {first['half']} is half a character; it was read as U+FFFD", "encoding")
    return _SURROGATES.sub(lambda found: _UNKNOWN if found["half"] else found[0], text), (trouble,)


def _load(text: str) -> tuple[Any, str]:
    """What a text says, and the JSON that says it: the text itself, or what is left of it without comments."""
    import json

    try:
        return json.loads(text, object_pairs_hook=_Pairs), text
    except json.JSONDecodeError:
        plain = _without_comments(text)
        if plain == text:
            raise
        return json.loads(plain, object_pairs_hook=_Pairs), plain


def _without_comments(text: str) -> str:
    """JSON as editors' settings are written: comments and trailing commas blanked out, line ends kept."""
    text = _COMMENTS.sub(lambda found: found.group(1) or "\n" * found.group().count("\n"), text)
    return _TRAILING.sub(lambda found: found.group(1) or "", text)


def _key_lines(text: str) -> Iterator[int]:
    # outside strings JSON has no quotes, so the strings before a colon are the keys, in the order of the document
    line, counted = 1, 0
    for match in _STRINGS.finditer(text):
        if match.lastindex:
            start = match.start()
            line += text.count("\n", counted, start)
            counted = start
            yield line


def _node(content: Any, lines: Iterator[int], line: int, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise RecursionError
    kind = type(content)
    if kind is _Pairs:
        made = MapNode(line, line)
        for key, value in content:
            at = next(lines, 0)
            part = _node(value, lines, at, depth + 1)
            made.put(key, part, at)
            made.end_line = max(made.end_line, part.end_line)
        return made
    if kind is list:
        parts = [_node(part, lines, line, depth + 1) for part in content]
        return ListNode(line, max([line, *[part.end_line for part in parts]]), parts=parts)
    return scalar(content, line)
