"""The report in another language: the texts of the templates, and those that the views make."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import msgspec

from auditor.formats.setting import Words
from auditor.formats.text import plain
from auditor.model.regex import regex

Reader: TypeAlias = Callable[[str], str]
T = TypeVar("T", bound=msgspec.Struct)

_TOKENS = regex(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^<>]*>)", re.S)
_LABEL = regex(r'(?<=aria-label=")[^"{]+(?=")')
_HOLE = regex(r"\\\{\\\}")


def spoken(read: Reader, words: Words) -> Reader:
    """Reads templates with their texts in another language. Text between two marks of a template is one entry."""
    if not words.table:
        return read

    def translate(name: str) -> str:
        source = read(name)
        if not name.endswith(".j2"):
            return source
        pieces = _TOKENS.split(source)
        return "".join(_labelled(piece, words) if _TOKENS.fullmatch(piece) else _text(piece, words) for piece in pieces)

    return translate


def _text(piece: str, words: Words) -> str:
    said = piece.strip()
    other = words.table.get(" ".join(said.split()), "") if said else ""
    return piece.replace(said, _safe(other)) if other else piece


def _labelled(tag: str, words: Words) -> str:
    return _LABEL.sub(lambda match: _safe(words.table.get(match.group(), match.group())), tag)


def _safe(text: str) -> str:
    """A translation is text: it opens no tag and no mark of a template."""
    spelled = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return spelled.replace("{", "&#123;").replace("}", "&#125;")


def translated(view: T, words: Words) -> T:
    """The view with its texts in another language. `{}` in an entry stands for what varies, in the same order."""
    if not words.table:
        return view
    patterns = [
        (re.compile(_HOLE.sub("(.+?)", re.escape(key))), value) for key, value in words.table.items() if "{}" in key
    ]
    return cast("T", _walked(view, words.table, patterns))


def _walked(value: Any, table: dict[str, str], patterns: list[tuple[re.Pattern[str], str]]) -> Any:
    if isinstance(value, str):
        return _said(value, table, patterns)
    if isinstance(value, msgspec.Struct):
        names = [
            name
            for name in value.__struct_fields__
            if name not in ("id", "href", "anchor", "fingerprint", "path", "kind")
        ]
        return msgspec.structs.replace(value, **{n: _walked(getattr(value, n), table, patterns) for n in names})
    if isinstance(value, tuple):
        return tuple(_walked(item, table, patterns) for item in value)
    return value


def _said(value: str, table: dict[str, str], patterns: list[tuple[re.Pattern[str], str]]) -> str:
    if value in table:
        return plain(table[value])
    for pattern, other in patterns:
        if match := pattern.fullmatch(value):
            parts = plain(other).split("{}")
            return "".join(part + (match[n] if n <= len(match.groups()) else "") for n, part in enumerate(parts, 1))
    return value
