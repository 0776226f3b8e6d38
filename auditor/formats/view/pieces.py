"""The small parts that views are made of. Everything in them is ready to print; templates only place it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from auditor.formats.text import plain


class Span(msgspec.Struct, frozen=True):
    """A run of text: `text`, `code`, `strong`, `em`, or `link` with its address."""

    kind: str
    text: str
    href: str = ""


Inline: TypeAlias = tuple[Span, ...]


class Block(msgspec.Struct, frozen=True):
    """A paragraph (`p`), a list (`ul`, `ol`) or `code` with its lines."""

    kind: str
    items: tuple[Inline, ...] = ()
    lines: tuple[str, ...] = ()


class Column(msgspec.Struct, frozen=True):
    """A column of a table: `text`, `number`, or `head` for the one that names its row."""

    title: str
    kind: str = "text"


class Table(msgspec.Struct, frozen=True):
    """A table with its caption, and a note where rows were left out."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Inline, ...], ...]
    note: str = ""
    size: str = "wide"  # `wide`, `middle` or `slim`, by its columns: how narrow it may get before it scrolls


class Figure(msgspec.Struct, frozen=True):
    """A number with its name, and what qualifies it."""

    label: str
    value: str
    note: str = ""
    unit: str = ""


class SeverityView(msgspec.Struct, frozen=True):
    """A severity as word, and as a rank from 0 to 4 for marks and sorting."""

    word: str
    key: str
    rank: int


def text(value: str) -> Inline:
    """Text from anywhere, made safe."""
    return (Span("text", plain(value)),) if value else ()


def code(value: str, href: str = "") -> Inline:
    """A path, an id or a key, in the fixed-width face, linked where there is an address."""
    return (Span("codelink", plain(value), href),) if href else (Span("code", plain(value)),)


def listed(values: tuple[str, ...] | list[str], most: int = 40) -> Inline:
    """Many short texts, separated; the rest is counted."""
    shown = "; ".join(plain(value, 200) for value in values[:most])
    return text(f"{shown}; and {len(values) - most} more" if len(values) > most else shown)


def table(
    caption: str, columns: tuple[Column, ...], rows: Sequence[tuple[Inline, ...]], most: int = 200
) -> Table | None:
    """A table of at most so many rows, or nothing where there is no row."""
    if not rows:
        return None
    note = (
        f"The first {most:,} of {len(rows):,} rows; the JSON of this audit holds them all." if len(rows) > most else ""
    )
    size = "wide" if len(columns) > 4 else "middle" if len(columns) > 2 else "slim"
    return Table(caption, columns, tuple(rows[:most]), note, size)
