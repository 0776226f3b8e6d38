"""A use that SQL makes of a table or a file, apart from the parser that finds it."""

from __future__ import annotations

import msgspec


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
