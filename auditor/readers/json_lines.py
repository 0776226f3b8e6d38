"""Records as lines of JSON: their field names. The logs of Delta tables are such files too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from auditor.language.json import whole_characters
from auditor.language.text import read_text
from auditor.model.facts import Facts, Trouble
from auditor.readers.contract import Reader, pairs

HEAD = 65_536  # bytes looked at
MAX_COLUMNS = 2_000
MAX_LOG = 2_000_000


def read(data: bytes) -> Facts:
    """The names of the fields of the first record."""
    text, troubles = read_text(data[:HEAD])
    first = next((line for line in text.split("\n", 20)[:20] if line.strip()), "")
    record = _load(first)
    if len(data) > HEAD:
        troubles = tuple(trouble for trouble in troubles if trouble.code != "encoding")  # the cut may part a character
    if record is None and first and "\n" in text:
        troubles = (*troubles, Trouble(1, "the first line is no JSON", "invalid"))
    names = list(record)[:MAX_COLUMNS] if isinstance(record, dict) else []
    columns = tuple(name[:200] for name in names)
    return Facts(
        kind="table", columns=columns, attrs=(("format", "jsonl"),), troubles=troubles, lines=data.count(b"\n")
    )


def read_delta(data: bytes) -> Facts:
    """Of one entry of a Delta log: the columns of the table, how it is partitioned, what was done and when."""
    text, troubles = read_text(data[:MAX_LOG])
    actions = [action for line in text.split("\n") if isinstance(action := _load(line), dict)]
    attrs = [("tool", "delta"), *(pair for action in actions for pair in _action(action))]
    columns = tuple(name for action in actions for name in _schema(action.get("metaData")))
    return Facts(kind="delta-log", columns=columns[:MAX_COLUMNS], attrs=pairs(attrs), troubles=troubles)


def _load(line: str) -> Any:
    try:
        return json.loads(whole_characters(line)[0])
    except (ValueError, RecursionError):
        return None


def _action(action: dict[str, Any]) -> Iterator[tuple[str, object]]:
    meta, commit = action.get("metaData"), action.get("commitInfo")
    if isinstance(meta, dict):
        partitions = meta.get("partitionColumns")
        yield "id", str(meta.get("id") or "")[:100]
        yield "partitions", ",".join(map(str, partitions))[:500] if isinstance(partitions, list) else ""
    if isinstance(commit, dict):
        yield "operation", str(commit.get("operation") or "")[:100]
        yield "timestamp", str(commit.get("timestamp") or "")[:30]


def _schema(meta: Any) -> Iterator[str]:
    """Field names of the schema, which is JSON within JSON."""
    written = meta.get("schemaString") if isinstance(meta, dict) else None
    schema = _load(written) if isinstance(written, str) else None
    fields = schema.get("fields") if isinstance(schema, dict) else None
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict) and isinstance(field.get("name"), str):
            yield field["name"][:200]


DELTA = Reader(name="delta-log", names=("*/_delta_log/*.json",), read=read_delta)
READER = Reader(name="json-lines", names=("*.jsonl", "*.ndjson"), read=read, head=HEAD)
