"""Two small configuration languages: gin's bindings and Java's properties, as documents with lines."""

from __future__ import annotations

import re

from auditor.language.node import MapNode, Node, Single, scalar
from auditor.model.regex import regex

MAX_LINES = 50_000

_BLOCK = regex(r"(?P<scope>[A-Za-z_][\w./-]*)\s*:")
_BINDING = regex(r"\s*(?P<key>[A-Za-z_][\w./-]*)\s*=\s*(?P<value>.*)", re.DOTALL)
_NUMBER = regex(r"[-+]?\d+(?:_\d+)*|[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?")
_WORDS: dict[str, bool | None] = {"True": True, "False": False, "None": None}
_PROPERTY = regex(r"\s*(?P<key>(?:\\.|[^\s:=#!\\])(?:\\.|[^\s:=\\])*)\s*[:=\s]\s*(?P<value>.*)")


def read_gin(text: str) -> tuple[Node, tuple[str, ...]]:
    """The bindings of a gin text under their full names, and the files that it includes.

    Texts, numbers and truth values are typed; references (`@f()`, `%MACRO`) and containers stay as written. Indented
    bindings under `scope/name:` are of that name.
    """
    root = MapNode(1, text.count("\n") + 1)
    included: list[str] = []
    block = ""
    for line, number in _joined(text):
        words = line.split(None, 1)
        opened = _BLOCK.fullmatch(line)
        block = f"{opened['scope']}." if opened else block if line[:1].isspace() else ""
        if words[:1] == ["include"] and len(words) == 2:
            included.append(words[1].strip().strip("'\""))
        elif (found := _BINDING.fullmatch(line)) and words[0] not in ("import", "from"):
            root.put(block + found["key"], _value(found["value"].strip(), number), number)
    return root, tuple(included)


def read_properties(text: str) -> Node:
    """`key=value`, `key: value` or `key value` lines; all values are texts."""
    root = MapNode(1, text.count("\n") + 1)
    held, first = "", 0
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        first = first if held else number
        if not held and line.lstrip().startswith(("#", "!")):
            continue
        held += line.lstrip() if held else line
        if held.endswith("\\") and not held.endswith("\\\\"):
            held = held[:-1]
            continue
        found = _PROPERTY.fullmatch(held)
        held = ""
        if found is not None:
            key = re.sub(r"\\(.)", r"\1", found["key"])
            root.put(key, scalar(found["value"].strip(), first), first)
    return root


def _joined(text: str) -> list[tuple[str, int]]:
    """Logical lines with their indentation, without comments: brackets and a backslash carry one on."""
    made: list[tuple[str, int]] = []
    held, first, level = "", 0, 0
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        plain = re.sub(r"""("[^"\n]*"|'[^'\n]*')|#.*""", lambda found: found[1] or "", line).rstrip()
        first = first if held else number
        unquoted = re.sub(r""""[^"\n]*"|'[^'\n]*'""", "", plain)
        level += sum(unquoted.count(sign) for sign in "([{") - sum(unquoted.count(sign) for sign in ")]}")
        held += ("\n" if held else "") + plain.removesuffix("\\")
        if level > 0 or plain.endswith(("\\", "=")):
            continue
        if held.strip():
            made.append((held.rstrip(), first))
        held, level = "", 0
    return [*made, (held.rstrip(), first)] if held.strip() else made


def _value(text: str, line: int) -> Node:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
        return scalar(text[1:-1], line)
    if text in _WORDS:
        return scalar(_WORDS[text], line)
    if _NUMBER.fullmatch(text) and len(text) < 19:
        plain = text.replace("_", "")
        return scalar(int(plain) if plain.lstrip("+-").isdigit() else float(plain), line)
    return Single("str", line, line + text.count("\n"), text, text)
