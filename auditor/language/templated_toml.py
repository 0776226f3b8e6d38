"""What a pyproject.toml asks for that becomes TOML only when a template is filled: read line by line, all branches together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.requirement import canonical, read_poetry, read_requirement
from auditor.model.facts import Requirement
from auditor.model.regex import regex

_JINJA = regex(r"\{%.*?%\}|\{#.*?#\}")
_FILLED = regex(r"\{\{.*?\}\}")
_HEADER = regex(r"\s*\[+\s*([\w.\"'-]+)\s*\]+\s*(?:#.*)?")
_TABLES = regex(
    r"project\.dependencies|tool\.poetry\.(?:(?P<dev>dev)-|group\.(?P<group>[\w-]+)\.)?dependencies", re.IGNORECASE
)
"""Tables with a line for each package: those of Poetry, and those that people write so by mistake."""
_LISTS = regex(r"project\.optional-dependencies|dependency-groups|project")
_OPENED = regex(r"\s*([\w-]+)\s*=\s*\[(.*)")
_ENTRY = regex(r"\s*([A-Za-z][\w.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|\{(.*))")
_VERSION = regex(r"\bversion\s*=\s*[\"']([^\"']*)")
_ITEM = regex(r"\"([^\"]+)\"|'([^']+)'")


def templated_requirements(text: str) -> Iterator[Requirement]:
    """The requirements of tables and lists of dependencies, with their lines."""
    table, listed, group = "", False, ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = _FILLED.sub("0", _JINJA.sub("", raw))
        if not listed and (header := _HEADER.fullmatch(line)):
            table = header[1]
            continue
        if not listed and (opened := _OPENED.match(line)) and _LISTS.fullmatch(table):
            listed = table != "project" or opened[1] == "dependencies"
            group = "" if table == "project" else opened[1]
            line = opened[2]
        elif not listed and (named := _TABLES.fullmatch(table)):
            yield from _of_table(line, number, named["group"] or named["dev"] or "")
        if listed:
            inner = line.partition("#")[0]
            made = (read_requirement(one or other, number, group=group) for one, other in _ITEM.findall(inner))
            yield from (each for each in made if each is not None)
            listed = not _ITEM.sub("", inner).strip().endswith("]")


def _of_table(line: str, number: int, group: str) -> Iterator[Requirement]:
    entry = _ENTRY.match(line)
    if entry is None or canonical(entry[1]) == "python":
        return
    version = _VERSION.search(entry[4] or "")
    yield read_poetry(entry[1], entry[2] or entry[3] or (version[1] if version else ""), number, group=group)
