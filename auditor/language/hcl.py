"""HCL, the language of Terraform: blocks, attributes and literal values; every other expression is kept as text."""

from __future__ import annotations

import re

import msgspec

from auditor.language.node import ListNode, MapNode, Node, Single, scalar
from auditor.model.facts import Trouble
from auditor.model.regex import regex

MAX_TEXT = 1_000_000
MAX_DEPTH = 60

_TOKEN = regex(
    r"(?P<comment>\#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<heredoc><<-?\s*(?P<mark>\w+)[^\n]*\n.*?(?:\n[ \t]*(?P=mark)[ \t]*(?=\n|\Z)|\Z))"
    r'|(?P<text>"(?:\\.|\$\{(?:[^{}"\n]|"[^"\n]*"|\{[^{}\n]*\})*\}|[^"\\\n])*")'
    r"|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<newline>\n)"
    r"|(?P<space>[^\S\n]+)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||=>|\.\.\.|.)",
    re.DOTALL,
)
_ESCAPE = regex(r"\\(.)")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_ENDS = {"(": ")", "[": "]", "{": "}"}


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    line: int
    start: int
    end: int


def read_hcl(text: str) -> tuple[Node, tuple[Trouble, ...]]:
    """The body of a file: a block `a "b" "c" {…}` is a map under `a`, `b`, `c`; several of one name are a list.

    An expression that is no literal is a node of kind `tag` with the tag `!expr` and its text. What stands before a mistake is kept.
    """
    reading = _Reading(text[:MAX_TEXT])
    root = MapNode(1, text.count("\n") + 1)
    try:
        reading.body(root, 0)
    except _UnreadableError as error:
        return root, (Trouble(error.line, f"HCL: {error}", error.code),)
    return root, ()


class _UnreadableError(Exception):
    def __init__(self, message: str, line: int, code: str = "invalid") -> None:
        super().__init__(message)
        self.line = line
        self.code = code


class _Reading:
    """One pass over the tokens."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0

    def peek(self) -> _Token:
        if self.at < len(self.tokens):
            return self.tokens[self.at]
        return _Token("end", "", self.text.count("\n") + 1, len(self.text), len(self.text))

    def skip(self, *extra: str) -> None:
        """Pass over line ends, and the given signs."""
        while (token := self.peek()).kind == "newline" or (token.kind == "sign" and token.text in extra):
            self.at += 1

    def body(self, into: MapNode, depth: int) -> None:
        """Attributes and blocks up to a closing brace or the end."""
        if depth > MAX_DEPTH:
            raise _UnreadableError("nested too deeply", self.peek().line, "too-deep")
        while True:
            self.skip()
            token = self.peek()
            if token.kind == "end" or token.text == "}":
                return
            if token.kind not in ("name", "text"):
                raise _UnreadableError(f"unexpected {token.text[:20]!r}", token.line)
            self.at += 1
            if self.peek().text == "=":
                self.at += 1
                into.put(_plain(token), self.value(depth), token.line)
            else:
                self.block(token, into, depth)
            into.end_line = max(into.end_line, self.tokens[self.at - 1].line)

    def block(self, name: _Token, into: MapNode, depth: int) -> None:
        labels = [name]
        while self.peek().kind in ("name", "text"):
            labels.append(self.peek())
            self.at += 1
        if self.peek().text != "{":
            raise _UnreadableError(f"no block after {name.text[:20]!r}", name.line)
        self.at += 1
        made = MapNode(name.line, name.line)
        self.body(made, depth + 1)
        made.end_line = max(made.end_line, self.peek().line)
        if self.peek().text != "}":
            raise _UnreadableError(f"the block {name.text[:20]!r} is not closed", name.line)
        self.at += 1
        for label in labels[:-1]:
            into = _inner(into, _plain(label), name.line)
        _add(into, _plain(labels[-1]), made, name.line)

    def value(self, depth: int) -> Node:
        """A literal, else the text of the expression up to the end of its line (brackets closed)."""
        first, start = self.peek(), self.at
        made = self.literal(depth)
        if made is not None and self.is_end():
            return made
        self.at = start
        end = self.expression()
        raw = self.text[first.start : end]
        return Single("tag", first.line, first.line + raw.count("\n"), raw, raw, "!expr")

    def is_end(self) -> bool:
        token = self.peek()
        return token.kind in ("newline", "end") or token.text in (",", "}", "]", ")")

    def literal(self, depth: int) -> Node | None:
        token = self.peek()
        self.at += 1
        if token.kind == "text":
            return scalar(_plain(token), token.line)
        if token.kind == "heredoc":
            text = _heredoc(token.text)
            return Single("str", token.line, token.line + token.text.count("\n"), text, text, is_block=True)
        if token.kind == "number":
            return scalar(int(token.text) if token.text.isdigit() and len(token.text) < 19 else token.text, token.line)
        if token.kind == "name" and token.text in _WORDS:
            return scalar(_WORDS[token.text], token.line)
        if token.text == "[" and self.after_open() != "for":
            return self.listed(token, depth + 1)
        if token.text == "{" and self.after_open() != "for":
            return self.object(token, depth + 1)
        return None

    def after_open(self) -> str:
        position = self.at
        while position < len(self.tokens) and self.tokens[position].kind == "newline":
            position += 1
        return self.tokens[position].text if position < len(self.tokens) else ""

    def listed(self, opened: _Token, depth: int) -> Node | None:
        made = ListNode(opened.line, opened.line)
        while depth <= MAX_DEPTH:
            self.skip(",")
            token = self.peek()
            if token.text == "]" and token.kind == "sign":
                self.at += 1
                made.end_line = token.line
                return made
            if token.kind == "end" or token.text in ("}", ")"):
                return None
            made.parts.append(self.value(depth))
        return None

    def object(self, opened: _Token, depth: int) -> Node | None:
        made = MapNode(opened.line, opened.line)
        while depth <= MAX_DEPTH:
            self.skip(",")
            token = self.peek()
            if token.text == "}" and token.kind == "sign":
                self.at += 1
                made.end_line = token.line
                return made
            if token.kind not in ("name", "text", "number"):
                return None
            self.at += 1
            if self.peek().text not in ("=", ":"):
                return None
            self.at += 1
            self.skip()
            made.put(_plain(token), self.value(depth), token.line)
        return None

    def expression(self) -> int:
        """Pass over an expression; returns where its text ends."""
        closing: list[str] = []
        end = self.peek().start
        while (token := self.peek()).kind != "end":
            if not closing and self.is_end() and not self.goes_on(token):
                break
            if token.kind == "sign" and token.text in _ENDS:
                closing.append(_ENDS[token.text])
            elif closing and token.text == closing[-1] and token.kind == "sign":
                closing.pop()
            end = token.end
            self.at += 1
        return end

    def goes_on(self, token: _Token) -> bool:
        """Whether a line end stands inside an expression: before it or behind it an operator waits for its other side."""
        if token.kind != "newline":
            return False
        before = self.tokens[self.at - 1].text if self.at else ""
        following = next((t.text for t in self.tokens[self.at : self.at + 10] if t.kind != "newline"), "")
        return before in ("?", ":", "&&", "||", "+", "==") or following in ("?", ":", "&&", "||", "==")


def _tokens(text: str) -> list[_Token]:
    made, line = [], 1
    for found in _TOKEN.finditer(text):
        kind = str(found.lastgroup if found.lastgroup != "mark" else "heredoc")
        if kind not in ("comment", "space"):
            made.append(_Token(kind, found.group(), line, found.start(), found.end()))
        line += found.group().count("\n")
    return made


def _plain(token: _Token) -> str:
    """The text of a word or string; templates in it stay."""
    if token.kind != "text":
        return token.text
    return _ESCAPE.sub(lambda f: {"n": "\n", "t": "\t"}.get(f[1], f[1]), token.text[1:-1])


def _heredoc(text: str) -> str:
    body = text.split("\n", 1)[1].rsplit("\n", 1)[0] if text.count("\n") > 1 else ""
    lines = body.split("\n")
    if not text.startswith("<<-"):
        return body
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)


def _inner(into: MapNode, key: str, line: int) -> MapNode:
    """The map under a label, made where it is not there yet."""
    found = into.entries.get(key)
    if not isinstance(found, MapNode):
        found = MapNode(line, line)
        into.put(key, found, line)
    return found


def _add(into: MapNode, key: str, made: Node, line: int) -> None:
    """Another block of a name turns them into a list."""
    former = into.entries.get(key)
    if former is None:
        into.put(key, made, line)
    elif former.kind == "list":
        former.parts.append(made)
    else:
        into.entries[key] = ListNode(former.line, made.end_line, parts=[former, made])
    into.end_line = max(into.end_line, made.end_line)
