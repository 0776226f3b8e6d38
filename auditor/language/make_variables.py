"""Variables and functions of Make. None is run: what only a run could tell is a hole `{name}`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

MAX_TEXT = 8_000  # characters of one expanded text
MAX_DEPTH = 15
MAX_STEPS = 20_000  # expansions of one file


class Variables:
    """Expansion of `$(X)`, `$(function …)` and automatic variables over a table of variables."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self.table = table
        self.steps = 0

    def expand(self, text: str, automatic: Mapping[str, str] | None = None, depth: int = 0) -> str:
        """The text with all references replaced; unknown ones become `{NAME}`, `$$` becomes `$`."""
        self.steps += 1
        if "$" not in text:
            return text
        if depth > MAX_DEPTH or self.steps > MAX_STEPS:
            return text.replace("$", "")[:MAX_TEXT]
        made: list[str] = []
        position = size = 0
        while (start := text.find("$", position)) >= 0 and size < MAX_TEXT:
            made.append(text[position:start])
            piece, position = self._reference(text, start, automatic or {}, depth)
            made.append(piece)
            size += len(made[-2]) + len(piece)
        return "".join([*made, text[position:]])[:MAX_TEXT]

    def _reference(self, text: str, start: int, automatic: Mapping[str, str], depth: int) -> tuple[str, int]:
        follower = text[start + 1 : start + 2]
        if follower in ("(", "{"):
            end = _closing(text, start + 1)
            return self._named(text[start + 2 : end], automatic, depth + 1), end + 1
        if follower == "$":
            return "$", start + 2
        if follower in automatic:
            return automatic[follower], start + 2
        if not follower or follower.isspace():
            return "", start + 1
        return self._variable(follower, automatic, depth + 1), start + 2

    def _named(self, inside: str, automatic: Mapping[str, str], depth: int) -> str:
        name, _, arguments = inside.partition(" ")
        function = _FUNCTIONS.get(name)
        if arguments and (function is not None or name in _OPAQUE):
            if function is None:
                return _asked(arguments) if name == "shell" else "{" + name + "}"
            return function([self.expand(part, automatic, depth) for part in _arguments(arguments)])
        if len(inside) == 2 and inside[0] in automatic and inside[1] in "DF":
            return _folder(automatic[inside[0]]) if inside[1] == "D" else posixpath.basename(automatic[inside[0]])
        name, colon, rule = self.expand(inside, automatic, depth).partition(":")
        value = self._variable(name.strip(), automatic, depth)
        if colon and "=" in rule:
            old, _, new = rule.partition("=")
            return _patsubst([old if "%" in old else f"%{old}", new if "%" in new else f"%{new}", value])
        return value

    def _variable(self, name: str, automatic: Mapping[str, str], depth: int) -> str:
        if name in automatic:
            return automatic[name]
        value = self.table.get(name)
        if value is None:
            value = _BUILT_IN.get(name)
        made = "{shell}" if value is None else self.expand(value, automatic, depth)
        return "{" + name + "}" if made == "{shell}" else made  # what a command prints is better known by the variable


def _asked(command: str) -> str:
    """`$(shell …)`: never run; a few idioms name a folder."""
    words = command.split()
    if words == ["pwd"] or (words[:1] == ["dirname"] and "MAKEFILE_LIST" in command):
        return "{here}"
    return "{root}" if words == ["git", "rev-parse", "--show-toplevel"] else "{shell}"


def _closing(text: str, start: int) -> int:
    """Position of the bracket that closes the one at `start`; the end of the text if none does."""
    opening, closing = text[start], {"(": ")", "{": "}"}[text[start]]
    level = 0
    for found in re.compile(f"[{re.escape(opening + closing)}]").finditer(text, start):
        level += 1 if found.group() == opening else -1
        if level == 0:
            return found.start()
    return len(text)


def _arguments(text: str) -> list[str]:
    """The arguments of a function: commas inside brackets do not part them."""
    made, level, start = [], 0, 0
    for found in re.finditer(r"[(){},]", text):
        char = found.group()
        if char == "," and level == 0:
            made.append(text[start : found.start()])
            start = found.end()
        elif char in "({":
            level += 1
        elif char in ")}":
            level -= 1
    return [*made, text[start:]]


def _folder(path: str) -> str:
    return posixpath.dirname(path) or "."


def _patsubst(arguments: list[str]) -> str:
    if len(arguments) < 3:
        return ""
    old, new, words = arguments[0].strip(), arguments[1].strip(), arguments[2].split()
    before, percent, after = old.partition("%")
    made = []
    for word in words:
        if not percent:
            made.append(new if word == old else word)
        elif word.startswith(before) and word.endswith(after) and len(word) >= len(before) + len(after):
            made.append(new.replace("%", word[len(before) : len(word) - len(after)], 1))
        else:
            made.append(word)
    return " ".join(made)


def _each(change: Callable[[str], str]) -> Callable[[list[str]], str]:
    return lambda arguments: " ".join(change(word) for word in arguments[-1].split())


def _affix(form: str) -> Callable[[list[str]], str]:
    return lambda arguments: " ".join(
        form.format(word=word, affix=arguments[0].strip()) for word in arguments[-1].split()
    )


def _branches(arguments: list[str]) -> str:
    """`$(if a,b,c)`: which branch only a run can tell, so the first that says something."""
    return next((part.strip() for part in arguments[1:] if part.strip()), "")


_FUNCTIONS: dict[str, Callable[[list[str]], str]] = {
    "wildcard": lambda arguments: ",".join(arguments).strip(),
    "strip": lambda arguments: " ".join(",".join(arguments).split()),
    "abspath": lambda arguments: arguments[-1].strip(),
    "realpath": lambda arguments: arguments[-1].strip(),
    "patsubst": _patsubst,
    "subst": lambda arguments: (
        arguments[2].replace(arguments[0], arguments[1]) if len(arguments) == 3 and arguments[0] else ""
    ),
    "addprefix": _affix("{affix}{word}"),
    "addsuffix": _affix("{word}{affix}"),
    "notdir": _each(posixpath.basename),
    "dir": _each(lambda word: _folder(word) + "/"),
    "basename": _each(lambda word: posixpath.splitext(word)[0]),
    "suffix": _each(lambda word: posixpath.splitext(word)[1]),
    "firstword": lambda arguments: next(iter(arguments[-1].split()), ""),
    "lastword": lambda arguments: next(reversed(arguments[-1].split()), ""),
    "word": lambda arguments: (
        "".join(arguments[-1].split()[int(arguments[0]) - 1 :][:1]) if arguments[0].strip().isdigit() else ""
    ),
    "sort": lambda arguments: " ".join(sorted(set(arguments[-1].split()))),
    "if": _branches,
    "or": lambda arguments: next((part.strip() for part in arguments if part.strip()), ""),
    "info": lambda _: "",
    "warning": lambda _: "",
    "error": lambda _: "",
}
_OPAQUE = frozenset(
    {"shell", "foreach", "call", "eval", "value", "filter", "filter-out", "words", "wordlist", "findstring", "join", "and",
     "origin", "flavor", "file", "guile", "let"}
)  # fmt: skip
_BUILT_IN = {
    "MAKE": "make",
    "SHELL": "/bin/sh",
    "CURDIR": ".",
    "MAKEFILE_LIST": "{here}/Makefile",
    "RM": "rm -f",
    "CC": "cc",
    "CXX": "g++",
    "MAKEFLAGS": "",
    "MAKECMDGOALS": "",
}
