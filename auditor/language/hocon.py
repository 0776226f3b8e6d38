"""HOCON, the configuration language of the JVM: JSON with less to write, objects that merge, and `${a.b}`."""

from __future__ import annotations

import re

from auditor.language.node import ListNode, MapNode, Node, Single
from auditor.language.yaml_scalars import typed
from auditor.model.facts import Trouble
from auditor.model.regex import regex

MAX_TEXT = 500_000
MAX_DEPTH = 40

_TOKEN = regex(
    r'(?P<comment>\#[^\n]*|//[^\n]*)|(?P<text>"""(?:[^"]|"(?!""))*"""|"(?:\\.|[^"\\\n])*")|(?P<word>\$\{[^{}\n]*\})'
    r"|(?P<newline>\n)|(?P<space>[^\S\n]+)|(?P<sign>\+=|[{}\[\],:=])|(?P<plain>(?:(?!//)[^\s{}\[\],:=\"\#$])+|.)"
)


class _BrokenError(Exception):
    def __init__(self, message: str, line: int, code: str = "invalid") -> None:
        super().__init__(message)
        self.line = line
        self.code = code


def read_hocon(text: str) -> tuple[Node, tuple[str, ...], tuple[Trouble, ...]]:
    """The document, the files that it includes, and what could not be read; what stands before a mistake is kept."""
    reading = _Reading(text[:MAX_TEXT])
    root = MapNode(1, text.count("\n") + 1)
    try:
        reading.skip()
        reading.at += reading.peek()[1] == "{"
        reading.body(root, 0)
    except _BrokenError as error:
        return root, tuple(reading.included), (Trouble(error.line, f"HOCON: {error}", error.code),)
    return root, tuple(reading.included), ()


class _Reading:
    """One pass over the tokens: kind, text, line."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        self.included: list[str] = []
        self.at = 0
        line = 1
        for found in _TOKEN.finditer(text):
            if found.lastgroup != "comment":
                self.tokens.append((str(found.lastgroup), found.group(), line))
            line += found.group().count("\n")
        self.last = line

    def peek(self) -> tuple[str, str, int]:
        """The next token, one of kind `end` behind the last."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", self.last)

    def skip(self, sign: str = "") -> None:
        """Pass over blanks, line ends and a sign."""
        while (token := self.peek())[0] in ("space", "newline") or (sign and token[1] == sign):
            self.at += 1

    def body(self, into: MapNode, depth: int) -> None:
        """Fields up to a closing brace or the end."""
        if depth > MAX_DEPTH:
            raise _BrokenError("nested too deeply", self.peek()[2], "too-deep")
        while True:
            self.skip(",")
            kind, text, line = self.peek()
            if kind == "end" or text == "}":
                self.at += kind != "end"
                return
            path = self.key()
            if path[:1] == ["include"]:
                self.included += path[1:]
                continue
            if not path:
                raise _BrokenError(f"unexpected {text[:20]!r}", line)
            self.field(_inner(into, path[:-1], line), path[-1], line, depth)
            into.end_line = max(into.end_line, self.peek()[2])

    def key(self) -> list[str]:
        """A path `a.b."c d"` as its parts; the words of an `include`."""
        parts: list[str] = []
        while (token := self.peek())[0] in ("plain", "text", "space"):
            self.at += 1
            if token[0] == "text":
                parts.append(_plain(token[1]))
            elif token[0] == "plain" and token[1].strip("()"):
                parts += [part for part in token[1].split(".") if part]
        return parts

    def field(self, into: MapNode, key: str, line: int, depth: int) -> None:
        sign = self.peek()[1]
        if sign not in ("{", ":", "=", "+="):
            raise _BrokenError(f"no value after {key[:20]!r}", line)
        self.at += sign != "{"
        self.skip()
        if self.peek()[1] == "{":
            self.at += 1
            former = into.entries.get(key)
            made = former if isinstance(former, MapNode) else MapNode(line, line)
            into.entries[key], into.key_lines[key] = made, into.key_lines.get(key, line)
            self.body(made, depth + 1)
        else:
            into.put(key, self.value(depth), line)

    def value(self, depth: int) -> Node:
        """A list, or the words up to the end of the line as one value."""
        if self.peek()[1] == "[" and self.peek()[0] == "sign":
            return self.listed(depth)
        line, words, quoted = self.peek()[2], [], False
        while (token := self.peek())[0] not in ("newline", "end") and token[1] not in (",", "}", "]"):
            self.at += 1
            quoted = quoted or token[0] == "text"
            words.append(_plain(token[1]) if token[0] == "text" else token[1])
        text = "".join(words).strip()
        kind, value = ("str", text) if quoted or not text else typed(text)
        return Single(kind, line, line, value, text)

    def inner(self, line: int, depth: int) -> MapNode:
        """The object behind an opened brace."""
        made = MapNode(line, line)
        self.body(made, depth + 1)
        return made

    def listed(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _BrokenError("nested too deeply", self.peek()[2], "too-deep")
        made = ListNode(self.peek()[2], self.peek()[2])
        self.at += 1
        while True:
            self.skip(",")
            kind, text, line = self.peek()
            if kind == "end" or text == "]":
                self.at += kind != "end"
                made.end_line = line
                return made
            if text == "{":
                self.at += 1
                part: Node = self.inner(line, depth)
            elif text == "}":
                raise _BrokenError("a list that is not closed", line)
            else:
                part = self.value(depth + 1)
            made.parts.append(part)


def _inner(into: MapNode, path: list[str], line: int) -> MapNode:
    for part in path:
        found = into.entries.get(part)
        if not isinstance(found, MapNode):
            found = MapNode(line, line)
            into.put(part, found, line)
        into = found
    return into


def _plain(text: str) -> str:
    return text[3:-3] if text.startswith('"""') else re.sub(r"\\(.)", r"\1", text[1:-1])
