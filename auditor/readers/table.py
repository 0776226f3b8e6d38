"""Tables committed as text: their column names, and what their first rows look like."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from auditor.language.text import read_text
from auditor.model.facts import Column, Facts
from auditor.model.regex import regex
from auditor.readers.contract import Reader, pairs

HEAD = 65_536  # bytes looked at
MAX_COLUMNS = 2_000
MAX_PROFILED = 300  # columns
MIN_ROWS = 20
MAX_ROWS = 1_000

_DIGITS = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_INFINITE = r"(?i:inf(?:inity)?)"
_NUMBER = regex(rf"\s*[-+]?(?:{_DIGITS}|{_INFINITE})\s*")
_MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "<na>", "nil"})
_KINDS = (
    ("number", rf"-?(?:{_DIGITS}|{_INFINITE})"),  # first, since most values are such
    ("email", r"[\w.+-]++@[\w-]+(?:\.[\w-]+)+"),
    ("ssn", r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}"),
    ("iban", r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?"),
    ("date-ymd", r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ][\d:.+Z-]+)?"),
    ("date", r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?:[Tt ][\d:.+Zz-]+)?(?: ?(?i:[AP]M))?"),
    (
        "phone",
        r"\+\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,5}\d{2,4}|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4}",
    ),
    ("card", r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}"),
    ("number", rf"\+{_DIGITS}"),  # a telephone's begins with "+" too
    ("flag", r"(?i:true|false|yes|no)"),
)
_VALUE = regex(rf"(?:[^\n]{{80,}}|{'|'.join(f'({form})' for _, form in _KINDS)}|[^\n]+)(?:\n|\Z)")
"""One value of a column. Each kind is a group; what is in none, or long, is text."""
_KIND_OF = {number: kind for number, (kind, _) in enumerate(_KINDS, 1)}
_SYNTHETIC = regex(
    r"@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|test\.com|localhost)$|555(?<=\b555)[.-]?\d{4}$",
    re.IGNORECASE | re.MULTILINE,
)


def read(data: bytes) -> Facts:
    """The names in the first row, unless it holds numbers: then the table has no header. Columns are profiled from 20 rows on."""
    text, troubles = read_text(data[:HEAD])
    if len(data) > HEAD:
        troubles = tuple(trouble for trouble in troubles if trouble.code != "encoding")  # the cut may part a character
    first = next((line for line in text.split("\n", 20)[:20] if line.strip()), "")
    separator = max("\t,;|", key=first.count)
    names = _names(first, separator)
    numeric = sum(1 for name in names if _NUMBER.fullmatch(name))
    header = bool(names) and numeric * 2 < len(names)
    whole = len(data) <= HEAD and text.count("\n") <= MAX_ROWS
    rows = _rows(text if len(data) <= HEAD else text.rpartition("\n")[0], separator, len(names)) if header else []
    looked = rows if len(rows) >= MIN_ROWS else []
    attrs = pairs(
        [
            ("separator", "tab" if separator == "\t" else separator),
            ("header", "true" if header else "false"),
            ("rows", len(looked) or ""),
            ("whole", "true" if looked and whole else ""),
            ("duplicates", len(looked) - len(set(looked)) if looked else ""),
        ]
    )
    lines = data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)
    return Facts(
        kind="table",
        columns=tuple(names[:MAX_COLUMNS]) if header else (),
        profile=tuple(_profile(names, looked)),
        attrs=attrs,
        troubles=troubles,
        lines=lines,
    )


def _names(line: str, separator: str) -> list[str]:
    try:
        return [name.strip()[:200] for name in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return [name.strip().strip('"')[:200] for name in line.split(separator)]


def _rows(text: str, separator: str, width: int) -> list[tuple[str, ...]]:
    """The rows below the header that have its width."""
    try:
        read_rows = [tuple(row) for row in csv.reader(text.split("\n"), delimiter=separator) if row]
    except csv.Error:
        return []
    return [row for row in read_rows[1 : MAX_ROWS + 1] if len(row) == width]


def _profile(names: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Iterable[Column]:
    if not rows or len(names) > MAX_PROFILED:
        return
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        counts = Counter(values)  # values come back: each is looked at once
        bare = {value: value.strip() for value in counts}
        small = {value: text.casefold() for value, text in bare.items()}
        for value in [value for value, least in small.items() if least in _MISSING]:
            del counts[value], bare[value], small[value]
        text = "\n".join(bare.values())
        kinds: Counter[str] = Counter()
        for found, times in zip(_VALUE.finditer(text), counts.values(), strict=True):
            kinds[_KIND_OF[found.lastindex] if found.lastindex else "text"] += times
        may = ("@" in text or "555" in text) and _SYNTHETIC.search(text)
        synthetic = sum(counts[value] for value in bare if _SYNTHETIC.search(bare[value])) if may else 0
        listed = tuple(sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
        yield Column(name, counts.total(), len(counts), listed, len(counts) - len(set(small.values())), synthetic)


READER = Reader(name="table", names=("*.csv", "*.tsv", "*.psv"), read=read, head=HEAD)
