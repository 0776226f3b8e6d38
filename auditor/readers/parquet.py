"""Parquet files: column names and rows, from the footer alone."""

from __future__ import annotations

from typing import Any

from auditor.language.thrift import BrokenError, Compact
from auditor.model.facts import Facts, Trouble
from auditor.readers.contract import Reader, pairs

MAGIC = b"PAR1"
MAX_FOOTER = 4_000_000  # bytes
MAX_COLUMNS = 2_000

# fields of FileMetaData and SchemaElement in the format's definition
_SCHEMA, _ROWS, _CREATED_BY = 2, 3, 6
_NAME, _CHILDREN = 4, 5


def read(data: bytes) -> Facts:
    """The columns at the top of the schema, and the number of rows as an attribute."""
    footer = _footer(data)
    if footer is None:
        return Facts(kind="table", attrs=_FORMAT, troubles=(Trouble(None, "no footer of Parquet", "invalid"),))
    try:
        fields = Compact(footer).struct()
        columns = _columns(fields.get(_SCHEMA))
    except BrokenError as error:
        return Facts(kind="table", attrs=_FORMAT, troubles=(Trouble(None, f"Parquet: {error}", "invalid"),))
    rows, maker = fields.get(_ROWS), fields.get(_CREATED_BY)
    made_by = maker.decode("utf-8", "replace")[:100] if isinstance(maker, bytes) else ""
    attrs = pairs([("rows", rows if isinstance(rows, int) else ""), ("created-by", made_by)])
    return Facts(kind="table", columns=tuple(columns), attrs=(*_FORMAT, *attrs))


_FORMAT = (("format", "parquet"),)


def _footer(data: bytes) -> bytes | None:
    if len(data) < 12 or not data.startswith(MAGIC) or not data.endswith(MAGIC):
        return None
    size = int.from_bytes(data[-8:-4], "little")
    return data[-8 - size : -8] if 0 < size <= min(MAX_FOOTER, len(data) - 12) else None


def _columns(schema: Any) -> list[str]:
    """The names right below the root: the schema is a tree written depth first, each element with its children's count."""
    elements = [element for element in schema if isinstance(element, dict)] if isinstance(schema, list) else []
    names: list[str] = []
    position = 1
    while position < len(elements) and len(names) < MAX_COLUMNS:
        name = elements[position].get(_NAME)
        names.append(name.decode("utf-8", "replace")[:200] if isinstance(name, bytes) else "?")
        position = _after(elements, position)
    return names


def _after(elements: list[dict[int, Any]], position: int) -> int:
    """The position behind an element and all below it."""
    waiting = 1
    while waiting and position < len(elements):
        children = elements[position].get(_CHILDREN)
        waiting += (children if isinstance(children, int) and children > 0 else 0) - 1
        position += 1
    return position


READER = Reader(name="parquet", names=("*.parquet", "*.pq"), read=read)
