"""Tables committed as text: their column names."""

from __future__ import annotations

import csv
import re

from auditor.language.text import read_text
from auditor.model.facts import Facts
from auditor.readers.contract import Reader, pairs

HEAD = 65_536  # bytes looked at
MAX_COLUMNS = 2_000

_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")


def read(data: bytes) -> Facts:
    """The names in the first row, unless it holds numbers: then the table has no header."""
    text, troubles = read_text(data[:HEAD])
    if len(data) > HEAD:
        troubles = tuple(trouble for trouble in troubles if trouble.code != "encoding")  # the cut may part a character
    first = next((line for line in text.split("\n", 20)[:20] if line.strip()), "")
    separator = max("\t,;|", key=first.count)
    names = _names(first, separator)
    numeric = sum(1 for name in names if _NUMBER.fullmatch(name))
    header = bool(names) and numeric * 2 < len(names)
    attrs = pairs([("separator", "tab" if separator == "\t" else separator), ("header", "true" if header else "false")])
    lines = data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)
    return Facts(
        kind="table", columns=tuple(names[:MAX_COLUMNS]) if header else (), attrs=attrs, troubles=troubles, lines=lines
    )


def _names(line: str, separator: str) -> list[str]:
    try:
        return [name.strip()[:200] for name in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return [name.strip().strip('"')[:200] for name in line.split(separator)]


READER = Reader(name="table", names=("*.csv", "*.tsv", "*.psv"), read=read)
