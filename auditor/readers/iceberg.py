"""Metadata files of Iceberg tables: which snapshot is current, and the columns."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.model.facts import Facts, Pin, Storage
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

_MARK = regex(rb'"format-version"\s*:\s*\d')


def read(text: str) -> Facts:
    """The location as a storage, the current snapshot as a pin of it, the current schema as columns."""
    document, troubles = read_json(text)
    root = document or ABSENT
    location = mask(root.get("location").raw)
    snapshot = root.get("current-snapshot-id")
    line = root.line_of("current-snapshot-id")
    known = snapshot.is_scalar and snapshot.raw != "-1" and bool(location)
    return Facts(
        kind="iceberg",
        columns=tuple(name for name in _columns(root)),
        pins=(Pin("", "immutable-id", snapshot.raw, line, origin=location),) if known else (),
        storages=(Storage("iceberg", location, "iceberg", root.line_of("location")),) if location else (),
        attrs=pairs([("tool", "iceberg"), ("table", root.get("table-uuid").raw)]),
        troubles=troubles,
    )


def _columns(root: Node) -> Iterator[str]:
    current = root.get("current-schema-id").raw
    schemas = list(root.get("schemas").maps())
    chosen = next((each for each in schemas if each.get("schema-id").raw == current), root.get("schema"))
    for field in list(chosen.get("fields").maps())[:2_000]:
        if field.get("name"):
            yield field.get("name").raw[:200]


def _is_table(data: bytes) -> bool:
    return bool(_MARK.search(data[:65_536])) and b'"location"' in data[:65_536]


READER = Reader(name="iceberg", names=("*.metadata.json",), read=over_text(read), sniff=_is_table)
