"""Databricks notebooks kept as .py: cells of other languages and magics stand in `# MAGIC` comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.ir import Escape
from auditor.model.regex import regex
from auditor.source.limits import MAX_CELLS
from auditor.source.magics import cell_escape, magic_escape

_HEADER = "# Databricks notebook source"
_RUN = regex(r"(?m)^# MAGIC(?: [^\n]*)?(?:\n# MAGIC(?: [^\n]*)?)*$")
_MAGIC = regex(r"%(\w+)[ \t]*([^\n]*)(?:\n(.*))?\Z", re.DOTALL)
_LINE = regex(r"(?m)^%(\w+)[ \t]+((?:\\\n|[^\n])+)")
_LINE_MAGICS = frozenset({"run", "pip", "conda", "fs", "sql", "load_ext", "reload_ext", "autoreload"})
_ENDING = _LINE_MAGICS - {"fs", "sql"}
"""Magics that end with their line: what stands below in their cell is further magics and lines of Python."""


def is_notebook(text: str) -> bool:
    """Whether a program is a notebook of Databricks."""
    return text.startswith(_HEADER)


def escapes(text: str) -> tuple[Escape, ...]:
    """What the `# MAGIC` comments of a Databricks notebook say; Markdown is left out. Empty for any other file."""
    if not is_notebook(text):
        return ()
    found: list[Escape] = []
    line, counted = 1, 0
    for match in _RUN.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        said = _MAGIC.match("\n".join(row[8:] for row in match[0].split("\n")))
        if said and said[1] not in ("md", "md-sandbox"):
            found += _escapes(said[1], said[2], said[3] or "", line)
    return tuple(found[:MAX_CELLS])


def _escapes(name: str, args: str, body: str, line: int) -> Iterator[Escape]:
    """What one cell says: one language, or the magics of its lines."""
    if name not in _ENDING:
        yield _escape(name, args, body, line)
        return
    cell = f"%{name} {args}\n{body}"
    for said in _LINE.finditer(cell):
        yield magic_escape(said[1], said[2].replace("\\\n", " "), line + cell.count("\n", 0, said.start()))


def _escape(name: str, args: str, body: str, line: int) -> Escape:
    if not body.strip() and args and name in _LINE_MAGICS:
        return magic_escape(name, args, line)
    return cell_escape(name, args, body, line)
