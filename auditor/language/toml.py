"""TOML with the lines of its keys, as far as a look at each line can tell them."""

from __future__ import annotations

import re
from typing import Any

from auditor.language.node import ListNode, MapNode, Node, scalar
from auditor.model.facts import Trouble
from auditor.model.regex import regex

MAX_DEPTH = 100

_HEADER = regex(r"\s*\[(\[)?\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = regex(r"""\s*((?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*)\s*=""")
_PART = regex(r"""[\w-]+|"[^"\n]*"|'[^'\n]*'""")


def read_toml(text: str) -> tuple[Node | None, tuple[Trouble, ...]]:
    """The document of a TOML text; dates are text. Lines are those of keys and table headers (0 = unknown)."""
    import tomllib

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        code = "template" if "{{" in text or "{%" in text else "invalid"
        found = re.search(r"line (\d+)", str(error))
        return None, (Trouble(int(found.group(1)) if found else None, f"TOML: {error}", code),)
    except (RecursionError, ValueError) as error:
        code = "too-deep" if isinstance(error, RecursionError) else "invalid"
        return None, (Trouble(None, f"TOML: {error}", code),)
    try:
        return _node(content, (), _lines(text), 1, 0), ()
    except RecursionError:
        return None, (Trouble(None, f"TOML: nested more than {MAX_DEPTH} levels", "too-deep"),)


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """First line of each dotted path that a header or a key at the start of a line spells."""
    found: dict[tuple[str, ...], int] = {}
    prefix: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            prefix = _indexed(_parts(header.group(2)), counts, new=bool(header.group(1)))
            found.setdefault(prefix, number)
        elif key := _KEY.match(line):
            path = prefix + _parts(key.group(1))
            for end in range(len(prefix) + 1, len(path) + 1):
                found.setdefault(path[:end], number)
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _indexed(path: tuple[str, ...], counts: dict[tuple[str, ...], int], *, new: bool) -> tuple[str, ...]:
    """The path with the position of the current element after each array of tables."""
    made: tuple[str, ...] = ()
    for position, part in enumerate(path):
        made += (part,)
        if new and position == len(path) - 1:
            counts[made] = counts.get(made, -1) + 1
        if made in counts:
            made += (str(counts[made]),)
    return made


def _node(content: Any, path: tuple[str, ...], lines: dict[tuple[str, ...], int], line: int, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(content, dict):
        made = MapNode(line, line)
        for key, value in content.items():
            at = lines.get((*path, key), line)
            made.put(key, _node(value, (*path, key), lines, at, depth + 1), at)
        made.end_line = max([line, *(part.end_line for part in made.entries.values())])
        return made
    if isinstance(content, list):
        listed = ListNode(line, line)
        for index, value in enumerate(content):
            at = lines.get((*path, str(index)), line)
            listed.parts.append(_node(value, (*path, str(index)), lines, at, depth + 1))
        listed.end_line = max([line, *(part.end_line for part in listed.parts)])
        return listed
    return scalar(content, line)
