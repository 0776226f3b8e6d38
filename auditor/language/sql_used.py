"""A use that SQL makes of a table or a file, apart from the parser that finds it."""

from __future__ import annotations

import re

import msgspec

from auditor.model.regex import regex

# The catalogue of the database itself: no data of anyone's.
_SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "sys", "performance_schema", "mysql"})
_SYSTEM_TABLES = regex(
    r"dual|sqlite_(?:temp_)?(?:master|schema)|sqlite_sequence|pg_(?:database|class|tables|namespace|stat\w*|roles|user|settings)"
    r"|(?:svv|stl|stv|svl)_\w+|duckdb_\w+",
    re.IGNORECASE,
)


def is_system(schema: str, name: str) -> bool:
    """Whether a table is the database's own."""
    return schema.lower() in _SYSTEM_SCHEMAS or _SYSTEM_TABLES.fullmatch(name) is not None


class Use(msgspec.Struct, frozen=True):
    """One table or file that a statement reads or writes.

    A table has `parts`, at most catalogue, schema and name, as far as they are written; a file has `path`. `columns` are
    those that the statement reads of a table, where that can be told without knowing the table. `model` says that the name is
    one of dbt's models, `source` that it is what a dbt project calls a table of others.
    """

    way: str  # read, write
    parts: tuple[str, ...]
    path: str
    line: int
    columns: tuple[str, ...] = ()
    model: bool = False
    source: bool = False
