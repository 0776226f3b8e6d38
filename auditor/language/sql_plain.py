"""SQL of plain statements, read without a parser: importing that costs more than all else of a small repository's audit.

A statement is plain that asks one table for columns by simple tests, puts values into one, or only makes or drops something.
"""

from __future__ import annotations

import re

import msgspec

from auditor.language.sql_used import Use, is_system
from auditor.model.regex import regex

MOST = 500
"""Characters of a plain statement."""

_NAME = r"[A-Za-z_]\w*"
_TABLE = rf"(?P<table>{_NAME}(?:\.{_NAME}){{0,2}})"
_VALUE = rf"(?:{_NAME}|\d+(?:\.\d+)?|'[^'\\]*'|\?)"
_ITEM = rf"(?:{_NAME}|\d+|(?:count|sum|avg|min|max)\((?:\*|{_NAME})\))(?:\s+as\s+{_NAME})?"
_TEST = rf"{_NAME}\s*(?:=|!=|<>|<=|>=|<|>)\s*{_VALUE}"
_WHERE = rf"(?:\s+where\s+(?P<where>{_TEST}(?:\s+(?:and|or)\s+{_TEST})*))?"
_ORDER = rf"(?:\s+order\s+by\s+(?P<order>{_NAME}(?:\s+(?:asc|desc))?))?"
_ROW = rf"\(\s*{_VALUE}(?:\s*,\s*{_VALUE})*\s*\)"

_LIST = rf"{_NAME}\s*=\s*{_VALUE}(?:\s*,\s*{_NAME}\s*=\s*{_VALUE})*"
_SELECT = (
    rf"select\s+(?P<items>\*|{_ITEM}(?:\s*,\s*{_ITEM})*)\s+from\s+{_TABLE}{_WHERE}{_ORDER}(?:\s+limit\s+(?:\d+|\?))?"
)
_INSERT = (
    rf"insert\s+into\s+{_TABLE}\s*(?P<columns>\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\))?\s*"
    rf"values\s*(?P<values>{_ROW}(?:\s*,\s*{_ROW})*)"
)
_UPDATE = rf"update\s+{_TABLE}\s+set\s+(?P<values>{_LIST}){_WHERE}"
_DELETE = rf"delete\s+from\s+{_TABLE}{_WHERE}"
_DROP = rf"drop\s+(?:table|database|schema)\s+(?:if\s+exists\s+)?{_TABLE}"
_CREATE = rf"create\s+(?:database|schema|extension)\s+(?:if\s+not\s+exists\s+)?(?P<table>{_NAME})"
_INDEX = (
    rf"create\s+(?:unique\s+)?index\s+(?:if\s+not\s+exists\s+)?(?P<name>{_NAME})\s+on\s+{_TABLE}(?:\s+using\s+(?P<by>{_NAME}))?"
    rf"\s*\(\s*(?P<columns>{_NAME}(?:\s+{_NAME})?(?:\s*,\s*{_NAME}(?:\s+{_NAME})?)*)\s*\)(?:\s+with\s*\(\s*(?P<values>{_LIST})\s*\))?"
)
_FORMS = tuple(
    (way, regex(rf"\s*{form}\s*", re.IGNORECASE | re.ASCII))
    for way, form in (
        ("read", _SELECT), ("write", _INSERT), ("write", _UPDATE), ("", _DELETE), ("", _DROP), ("", _CREATE), ("", _INDEX),
    )
)  # fmt: skip
"""What a plain statement looks like, and what it does to its table: nothing where it moves no rows."""
_TOLD = regex(rf"({_NAME})\s*[=!<>]+\s*({_VALUE})", re.ASCII)
_GIVEN = regex(_VALUE, re.ASCII)
_MEANT = frozenset({
    "all", "alter", "and", "any", "as", "between", "binary", "case", "collate", "connect_by_root", "constraint", "create",
    "cross", "curdate", "current_catalog", "current_date", "current_date_utc", "current_datetime", "current_schema",
    "current_time", "current_timestamp", "current_user", "current_user_id", "describe", "distinct", "distinctrow",
    "drop", "else", "except", "explain", "false", "fetch", "for", "format", "from", "function", "grant", "having",
    "identifier", "if", "ilike", "information_schema", "inner", "insert", "intersect", "interval", "into", "join",
    "lateral", "like", "localtime", "localtimestamp", "macro", "minus", "not", "notnull", "null", "on", "only",
    "or", "outer", "overlaps", "partitioned_by", "prior", "qualify", "regexp", "revoke", "rlike", "sel", "select",
    "session_user", "straight_join", "stream", "summarize", "sysdate", "system_user", "systimestamp", "table",
    "tablesample", "then", "top", "true", "uncache", "union", "unique", "unnest", "unpivot", "utc_date", "utc_time",
    "utc_timestamp", "values", "variadic", "when", "where", "with", "xor",
})  # fmt: skip
"""Words that are more than a name to the parser of some dialect: its tests ask it for all that it knows."""
DIALECTS = frozenset({"", "bigquery", "duckdb", "mysql", "postgres", "snowflake", "spark", "sqlite", "tsql"})
"""The dialects to which all other words are names."""


class Plain(msgspec.Struct, frozen=True):
    """What a plain statement uses, and whether it only asks."""

    uses: tuple[Use, ...]
    asks: bool


def plain(text: str, dialect: str, line: int) -> Plain | None:
    """What a statement that begins at `line` uses; None where it is not plain."""
    if len(text) > MOST or dialect not in DIALECTS:
        return None
    way, found = next(((way, match) for way, form in _FORMS if (match := form.fullmatch(text)) is not None), ("", None))
    if found is None:
        return None
    said = {name: part for name, part in found.groupdict().items() if part is not None}
    parts = tuple(said["table"].split("."))
    columns, others = _columns(said), _others(said)
    if not _MEANT.isdisjoint(name.lower() for name in (*parts, *columns, *others)):
        return None
    if not way or is_system(parts[-2] if len(parts) > 1 else "", parts[-1]):
        return Plain((), asks=way == "read")
    at = line + text.count("\n", 0, found.start("table"))
    read = tuple(sorted(set(columns))) if way == "read" else ()
    return Plain((Use(way, parts, "", at, read),), asks=way == "read")


def _columns(said: dict[str, str]) -> list[str]:
    """The columns that a statement asks for or tests."""
    found = [item.split()[0] for item in said["items"].split(",")] if "items" in said else []
    found = [item.partition("(")[2].rstrip(")") or item for item in found]
    found += [each for told in _TOLD.findall(said.get("where", "")) for each in told]
    found += said.get("order", "").split()[:1]
    return [each for each in found if each[0].isalpha() or each[0] == "_"]


def _others(said: dict[str, str]) -> list[str]:
    """All its other names: for what it gives, and in what is put into a table."""
    found = [name for item in said.get("items", "").split(",") for name in item.split()[2:]]
    rest = (said[part] for part in ("name", "by", "columns", "values") if part in said)
    return found + [each for part in rest for each in _GIVEN.findall(part) if each[0] != "'"]
