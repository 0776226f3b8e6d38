"""Databricks notebooks kept as .py: cells of other languages and magics stand in `# MAGIC` comments."""

from __future__ import annotations

import re

from auditor.model.ir import Escape
from auditor.model.regex import regex
from auditor.source.limits import MAX_CELLS
from auditor.source.magics import cell_escape, magic_escape

_HEADER = "# Databricks notebook source"
_RUN = regex(r"(?m)^# MAGIC(?: [^\n]*)?(?:\n# MAGIC(?: [^\n]*)?)*$")
_MAGIC = regex(r"%(\w+)[ \t]*([^\n]*)(?:\n(.*))?\Z", re.DOTALL)
_LINE_MAGICS = frozenset({"run", "pip", "conda", "fs", "sql", "load_ext", "reload_ext", "autoreload"})


def escapes(text: str) -> tuple[Escape, ...]:
    """What the `# MAGIC` comments of a Databricks notebook say; Markdown is left out. Empty for any other file."""
    if not text.startswith(_HEADER):
        return ()
    found: list[Escape] = []
    line, counted = 1, 0
    for match in _RUN.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        said = _MAGIC.match("\n".join(row[8:] for row in match[0].split("\n")))
        if said and said[1] not in ("md", "md-sandbox") and len(found) < MAX_CELLS:
            found.append(_escape(said[1], said[2], said[3], line))
    return tuple(found)


def _escape(name: str, args: str, body: str | None, line: int) -> Escape:
    if not (body or "").strip() and args and name in _LINE_MAGICS:
        return magic_escape(name, args, line)
    return cell_escape(name, args, body or "", line)
