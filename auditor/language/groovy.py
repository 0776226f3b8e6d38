"""Groovy as build scripts use it: statements with their words, strings and blocks. Nothing is evaluated.

This is no grammar of Groovy: strings, comments and brackets are told apart exactly, all else is words in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.model.regex import regex

MAX_TEXT = 400_000
MAX_DEPTH = 60
MAX_TOKENS = 100_000

_TOKEN = regex(
    r"(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|\A#![^\n]*)"
    r"|(?P<plain3>'''(?:\\.|[^\\])*?(?:'''|\Z))"
    r'|(?P<filled3>"""(?:\\.|[^\\])*?(?:"""|\Z))'
    r"|(?P<plain>'(?:\\.|[^'\\\n])*')"
    r'|(?P<filled>"(?:\\.|\$\{[^{}\n]*\}|[^"\\\n])*")'
    r"|(?P<name>[A-Za-z_$][\w$]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<newline>\n)"
    r"|(?P<space>[^\S\n]+)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_SLASHY = regex(r"/(?:\\/|[^/\n])+/")
_BEFORE_SLASHY = frozenset("(,=~:")
_ESCAPE = regex(r"\\(.)", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "", "b": ""}
_FILLING = regex(r"(?<!\\)\$(?:\{([^{}]*)\}|([A-Za-z_][\w.]*\w|[A-Za-z_]))")


class Token(msgspec.Struct, frozen=True):
    """A word, sign or string. `kind` is `name`, `number`, `sign`, `plain` (a text as it stands) or `filled` (with `${x}`)."""

    kind: str
    text: str
    line: int

    @property
    def is_text(self) -> bool:
        """Whether this is a string."""
        return self.kind in ("plain", "filled")


class Block:
    """A statement: its words up to a block or the end of the line, and the statements in its blocks.

    A block inside brackets (`parallel(a: {…})`) is a part of its own, under the words before it (`a :`).
    """

    __slots__ = ("end_line", "line", "parts", "words")

    def __init__(self, line: int) -> None:
        self.line = self.end_line = line
        self.words: list[Token] = []
        self.parts: list[Block] = []

    @property
    def name(self) -> str:
        """The first word, "" where it is none."""
        return self.words[0].text if self.words and self.words[0].kind == "name" else ""

    def text(self) -> str:
        """The first string among the words."""
        return next((word.text for word in self.words if word.is_text), "")

    def called(self, name: str) -> Block | None:
        """The first statement of that name in the block."""
        return next((part for part in self.parts if part.name == name), None)


class DeepError(Exception):
    """Blocks within blocks without end."""


def read_groovy(text: str) -> list[Block]:
    """The statements of a text. Raises DeepError where blocks are nested more than 60 deep."""
    reading = _Reading(list(_tokens(text[:MAX_TEXT])))
    parts: list[Block] = []
    while reading.at < len(reading.tokens):
        parts += reading.statements(0)
        reading.at += 1  # a closing brace too many
    return parts


def fill(token: Token, known: dict[str, str]) -> str:
    """A string with what it is filled with: known values, else holes `${{ x }}`; `\\$` is the shell's own dollar."""
    if token.kind == "plain":
        return _ESCAPE.sub(_unescaped, token.text)

    def filled(found: re.Match[str]) -> str:
        name = (found[1] or found[2] or "").strip()
        value = known.get(name.removeprefix("env."))
        return value if value is not None else "${{ " + name.replace("\n", " ") + " }}"

    return _ESCAPE.sub(_unescaped, _FILLING.sub(filled, token.text))


def _unescaped(found: re.Match[str]) -> str:
    char = found[1]
    if char == "\n":
        return found.group()  # the shell continues the line in the same way, and lines stay what they are
    return _ESCAPES.get(char, char)


def _tokens(text: str) -> Iterator[Token]:
    line, at, count, before = 1, 0, 0, "\n"
    while at < len(text) and count < MAX_TOKENS:
        found = _SLASHY.match(text, at) if text[at] == "/" and before in _BEFORE_SLASHY else None
        if found is not None:
            kind, value = "plain", found.group()[1:-1]
        else:
            found = _TOKEN.match(text, at)
            assert found is not None  # noqa: S101  # the last alternative takes any character
            kind, value = _kind(str(found.lastgroup), found.group())
        if kind:
            count += 1
            before = value if kind in ("sign", "newline") else "x"
            yield Token(kind, value, line)
        line += found.group().count("\n")
        at = found.end()


def _kind(group: str, value: str) -> tuple[str, str]:
    if group in ("comment", "space"):
        return "", ""
    if group in ("plain3", "filled3"):
        return group[:-1], value[3:-3] if len(value) >= 6 and value.endswith(value[:3]) else value[3:]
    return group, value[1:-1] if group in ("plain", "filled") else value


class _Reading:
    """One pass over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def statements(self, depth: int) -> list[Block]:
        """The statements up to a closing brace, which is left standing."""
        if depth > MAX_DEPTH:
            raise DeepError
        made: list[Block] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind == "sign" and token.text == "}":
                break
            if token.kind == "newline" or token.text in (";", ","):
                self.at += 1
                continue
            made.append(self.statement(depth))
        return made

    def statement(self, depth: int) -> Block:
        block = Block(self.tokens[self.at].line)
        brackets, since = 0, 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            sign = token.text if token.kind == "sign" else ""
            if sign == "}" or (brackets <= 0 and (token.kind == "newline" or sign == ";") and self.ends(block)):
                break
            self.at += 1
            block.end_line = max(block.end_line, token.line + token.text.count("\n"))
            if sign == "{":
                inside = brackets > 0 or (bool(block.words) and block.words[-1].text in (":", "=", "->"))
                labelled = inside and block.words[-1].text == ":"
                self.braces(block, (len(block.words) - 2 if labelled else since) if inside else None, depth)
                if not inside:
                    break
                continue
            if token.kind == "newline":
                continue
            brackets += 1 if sign in ("(", "[") else -1 if sign in (")", "]") else 0
            block.words.append(token)
            since = len(block.words) if sign in ("(", "[", ",") else since
        return block

    def braces(self, block: Block, since: int | None, depth: int) -> None:
        """Read a block that has just been opened, into the statement or into a part of its own."""
        parts = self.statements(depth + 1)
        end = self.tokens[self.at].line if self.at < len(self.tokens) else block.end_line
        self.at += 1
        block.end_line = max(block.end_line, end)
        if since is None:
            block.parts += parts
            return
        since = max(since, 0)
        part = Block(block.words[since].line if since < len(block.words) else block.line)
        part.words, part.parts, part.end_line = block.words[since:], parts, end
        block.parts.append(part)
        block.words.append(Token("sign", "{}", end))

    def ends(self, block: Block) -> bool:
        """Whether a line end closes the statement: not after a sign that wants more, nor before a block, a chain or a `+`."""
        if block.words and block.words[-1].kind == "sign" and block.words[-1].text in "+,=:?.&|(":
            return False
        following = next((t for t in self.tokens[self.at : self.at + 20] if t.kind != "newline"), None)
        return following is None or following.text not in ("{", ".", "+", "?", ":")
