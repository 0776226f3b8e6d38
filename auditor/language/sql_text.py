"""SQL text before it is parsed: template holes become identifiers, and statements are told apart.

Line counts are kept throughout. A hole of whatever format (`{{ x }}`, `${x}`, `{x}`, `%s`) becomes the placeholder `__h0__`,
which every dialect reads as an identifier, and which `Holes.restore` turns back into `{x}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.model.regex import regex

_JINJA_COMMENT = regex(r"\{#.*?#\}", re.DOTALL)
_JINJA_BLOCK = regex(r"\{%-?\s*(\w+)?.*?%\}", re.DOTALL)
_HOLE = regex(
    r"\{\{-?(?P<jinja>.*?)-?\}\}|\$\{(?P<dollar>[^{}]*)\}|%\((?P<named>\w+)\)s|(?P<percent>%s)\b|\{(?P<brace>[^{}\n]*)\}",
    re.DOTALL,
)
_RELATION = regex(r"\s*(ref|source)\(\s*((?:['\"][\w .-]+['\"]\s*,?\s*){1,2})\)\s*")
_QUOTED = regex(r"['\"]([\w .-]+)['\"]")
_PLACEHOLDER = regex(r"__h(\d+)__")
# A hole with nothing attached: a whole clause may stand in it, which no identifier can take the place of.
_LONE = regex(r"(?<![\w.'\"`$\[])__h\d+__(?![\w.'\"`\]])")
_NAMING = regex(r"(?:\b(?:from|join|into|update|table|using|overwrite|in|as|on|by)|[=,(<>+*/-])\s*$", re.IGNORECASE)
_PIECES = regex(
    r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`[^`]*`|\$\$.*?\$\$|--[^\n]*|/\*.*?\*/|(?P<end>;|^[ \t]*GO[ \t]*$)",
    re.DOTALL | re.MULTILINE,
)
_COMMENT = regex(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_CLIENT = regex(r"(?m)^[ \t]*[\\.][a-z]\w*(?:[ \t][^\n]*)?$")  # `\copy` of psql, `.mode` of sqlite: for the client
_UNLOAD = regex(r"unload\s*\(\s*(?P<query>.*)\)\s*to\s*'(?P<to>[^']+)'", re.IGNORECASE | re.DOTALL)
_REPLACE = regex(r"\A\s*replace\s+into\b", re.IGNORECASE)
_OPENS_UNREAD = frozenset({"macro", "call", "docs", "test", "raw"})


class Statement(msgspec.Struct, frozen=True):
    """One statement with the line it begins at, counting from 1."""

    text: str
    line: int


class Holes:
    """The holes of one text, by the number in their placeholder."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self.sources: dict[str, tuple[str, ...]] = {}  # placeholder -> schema and name, of dbt's `source('a', 'b')`
        self.models: dict[str, str] = {}  # placeholder -> name, of dbt's `ref('x')`

    def cut(self, text: str) -> str:
        """The text with every hole replaced; Jinja's statements are blanked, of alternatives the first stays."""
        if "{#" in text:
            text = _JINJA_COMMENT.sub(_blank, text)
        if "{%" in text:
            text = _one_alternative(text)
        return _HOLE.sub(self._placeholder, text)

    def restore(self, name: str) -> str:
        """The name with its holes as `{x}`."""
        return _PLACEHOLDER.sub(self._name, name) if "__h" in name else name

    def is_hole(self, name: str) -> bool:
        """Whether a name is nothing but a hole."""
        return _PLACEHOLDER.fullmatch(name) is not None

    def _name(self, match: re.Match[str]) -> str:
        number = int(match[1])
        return f"{{{self._names[number]}}}" if number < len(self._names) else match[0]

    def _placeholder(self, match: re.Match[str]) -> str:
        said = next((group for group in match.groups() if group is not None), "").strip()
        written = f"__h{len(self._names)}__"
        relation = _RELATION.fullmatch(said) if match["jinja"] is not None else None
        if relation:
            names = tuple(_QUOTED.findall(relation[2]))
            if relation[1] == "ref":
                self.models[written] = names[-1]
            else:
                self.sources[written] = names
        self._names.append(re.sub(r"[{}\s]+", " ", said.removesuffix("%s")).strip()[:60])
        return written + "\n" * match[0].count("\n")


def without_lone_holes(text: str) -> str:
    """The text without the holes that stand alone where no name is expected: most hold a whole clause."""
    return _LONE.sub(lambda m: m[0] if _NAMING.search(text[max(0, m.start() - 40) : m.start()]) else " ", text)


def _blank(match: re.Match[str]) -> str:
    return " " + "\n" * match[0].count("\n")


def _one_alternative(text: str) -> str:
    """Without Jinja's block tags, their `else` branches, and the bodies of macros."""
    out: list[str] = []
    done, unread = 0, 0  # `unread` counts the open blocks below an `else` or a macro
    for match in _JINJA_BLOCK.finditer(text):
        piece = text[done : match.start()]
        out.append("\n" * piece.count("\n") if unread else piece)
        out.append(" " + "\n" * match[0].count("\n"))
        done = match.end()
        word = (match[1] or "").lower()
        if unread:
            unread += 1 if word in ("if", "for", "macro", "call") else -1 if word.startswith("end") else 0
        elif word in ("else", "elif") or word in _OPENS_UNREAD:
            unread = 1
    rest = text[done:]
    return "".join((*out, "\n" * rest.count("\n") if unread else rest))


def statements(text: str) -> Iterator[Statement]:
    """The statements of a text, parted at semicolons outside quotes and comments; those of comments alone are left out."""
    text = _CLIENT.sub("", text)
    start = 0
    line = 1
    for match in _PIECES.finditer(text):
        if match["end"] is None:
            continue
        yield from _statement(text[start : match.start()], line)
        line += text.count("\n", start, match.end())
        start = match.end()
    yield from _statement(text[start:], line)


def _statement(text: str, line: int) -> Iterator[Statement]:
    bare = _COMMENT.sub(_blank, text)
    if bare.strip():
        lead = len(bare) - len(bare.lstrip())
        yield Statement(_REPLACE.sub("INSERT INTO", bare.strip()), line + bare.count("\n", 0, lead))


def unloaded(text: str) -> tuple[str, str] | None:
    """The query and the destination of an `UNLOAD (query) TO 'uri'`, in quotes or not; None for any other statement."""
    match = _UNLOAD.match(text)
    if match is None:
        return None
    query = match["query"].strip()
    return (query[1:-1].replace("''", "'") if query.startswith("'") else query), match["to"]
