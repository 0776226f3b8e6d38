"""Tables, logs of tables, checksums: what is told without reading the data."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.thrift import BrokenError, Compact
from auditor.model.facts import Facts
from auditor.readers import candidates, read_file
from tests.pages import graphs


def varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def number(value: int) -> bytes:
    return varint(value << 1)


def element(name: str, children: int = 0) -> bytes:
    text = name.encode()
    return b"\x48" + varint(len(text)) + text + (b"\x15" + number(children) if children else b"") + b"\x00"


def parquet(*elements: bytes, rows: int) -> bytes:
    footer = (
        b"\x15"
        + number(1)
        + b"\x19"
        + bytes([len(elements) << 4 | 0x0C])
        + b"".join(elements)
        + b"\x16"
        + number(rows)
        + b"\x00"
    )
    return b"PAR1data" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def read(path: str, data: bytes | str) -> Facts:
    return read_file(candidates(path), data.encode() if isinstance(data, str) else data)


def test_parquet_columns_are_those_at_the_top() -> None:
    data = parquet(
        element("root", 3), element("a"), element("s", 2), element("x"), element("y"), element("b"), rows=300
    )
    facts = read("t.parquet", data)
    assert (facts.columns, dict(facts.attrs), facts.troubles) == (
        ("a", "s", "b"),
        {"format": "parquet", "rows": "300"},
        (),
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"PAR1", b"PAR1xxxxPAR1", b"PAR1\xff\xff\x01\x00\x00\x00PAR1", b"PAR1" + b"\x1c" * 30 + b"\x1e\0\0\0PAR1"],
)
def test_a_broken_footer_is_a_trouble(data: bytes) -> None:
    assert [trouble.code for trouble in read("t.parquet", data).troubles] == ["invalid"]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_broken(data: bytes) -> None:
    try:
        Compact(data).struct()
    except BrokenError:
        return


def test_lines_of_json() -> None:
    assert read("a.jsonl", '\n{"x": 1, "y": {"z": 2}}\n{"x": 2}\n').columns == ("x", "y")
    assert [trouble.code for trouble in read("a.jsonl", "x\ny\n").troubles] == ["invalid"]
    assert read("a.jsonl", "[1]\n").columns == ()


def test_the_log_of_a_delta_table() -> None:
    schema = json.dumps({"type": "struct", "fields": [{"name": "id"}, {"name": "day"}]})
    lines = [
        {"commitInfo": {"operation": "WRITE", "timestamp": 1}},
        {"metaData": {"id": "u", "schemaString": schema, "partitionColumns": ["day"]}},
    ]
    facts = read("lake/t/_delta_log/00000000000000000000.json", "\n".join(map(json.dumps, lines)))
    assert (facts.kind, facts.columns) == ("delta-log", ("id", "day"))
    assert facts.attrs == (
        ("tool", "delta"),
        ("operation", "WRITE"),
        ("timestamp", "1"),
        ("id", "u"),
        ("partitions", "day"),
    )
    assert read("t/_delta_log/1.json", "{").columns == ()


def test_the_metadata_of_an_iceberg_table() -> None:
    text = (
        '{"format-version": 2, "table-uuid": "u", "location": "s3://b/t", "current-snapshot-id": 7, "current-schema-id": 1,\n'
        '"schemas": [{"schema-id": 0, "fields": []}, {"schema-id": 1, "fields": [{"name": "a"}]}]}'
    )
    facts = read("t/metadata/v1.metadata.json", text)
    assert (facts.columns, facts.pins[0].hash, facts.pins[0].origin, facts.storages[0].url) == (
        ("a",),
        "7",
        "s3://b/t",
        "s3://b/t",
    )
    assert read("x.metadata.json", "{}").kind == "config"


@pytest.mark.parametrize(
    ("path", "text", "pins"),
    [
        ("d/x.csv.md5", "d41d8cd98f00b204e9800998ecf8427e\n", [("", "md5:d41d8cd98f00b204e9800998ecf8427e")]),
        ("MD5SUMS", "d41d8cd98f00b204e9800998ecf8427e  ./a b.csv\nd41d8cd98f00b204e9800998ecf8427e *c.bin\n",
         [("a b.csv", "md5:d41d8cd98f00b204e9800998ecf8427e"), ("c.bin", "md5:d41d8cd98f00b204e9800998ecf8427e")]),
        ("checksums.txt", f"SHA256 (x.tar) = {'a' * 64}\n", [("x.tar", "sha256:" + "a" * 64)]),
        ("registry.txt", f"x.nc sha1:{'b' * 40} https://h/x.nc\ny.nc {'c' * 64}\n# no\n", [("x.nc", "sha1:" + "b" * 40), ("y.nc", "sha256:" + "c" * 64)]),
    ],
)  # fmt: skip
def test_checksums(path: str, text: str, pins: list[tuple[str, str]]) -> None:
    assert [(pin.path, pin.hash) for pin in read(path, text).pins] == pins


def test_what_is_called_registry_but_holds_no_checksums() -> None:
    assert read("model_registry.txt", "models are registered here\n").kind == "other"


def test_lakefs() -> None:
    facts = read("data/.lakefs_ref.yaml", "src: lakefs://repo/main/raw/\nat_head: abc123\n")
    assert [(pin.path, pin.kind, pin.hash, pin.origin) for pin in facts.pins] == [
        (".", "immutable-id", "abc123", "lakefs://repo/main/raw/")
    ]
    actions = read(
        "_lakefs_actions/check.yaml",
        "name: check\non: {pre-merge: {branches: [main]}}\nhooks: [{id: a, type: webhook}]\n",
    )
    assert [(t.kind, t.attrs) for t in actions.triggers] == [("event", (("event", "lakefs:pre-merge"),))]


def test_pinned_data_in_the_graph() -> None:
    files = {
        "d/a.csv": "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12\n",
        "d/b.csv.md5": "d41d8cd98f00b204e9800998ecf8427e\n",
        "d/.lakefs_ref.yaml": "src: lakefs://repo/main/\nat_head: abc\n",
    }
    nodes = graphs(files).world.nodes
    assert {name: nodes["file:d/a.csv"].attrs[name] for name in ("tracked_by", "size")} == {
        "tracked_by": "git-lfs",
        "size": 12,
    }
    assert nodes["file:d/b.csv"].attrs == {"pinned": True, "pin_kind": "content-hash"}
    assert nodes["file:d"].attrs["tracked_by"] == "lakefs"
    assert {edge.target for edge in graphs(files).world.outgoing["file:d/a.csv"]} == {"storage:git-lfs", "file:d"}


def attrs(text: str) -> dict[str, str]:
    return dict(read("t.csv", text).attrs)


def test_a_table_is_profiled_column_by_column() -> None:
    rows = [f"{n},p{n % 3}@firm.org,{'yes' if n % 2 else ''},2024-01-{n + 1:02d},{n}.5" for n in range(24)]
    profile = {
        column.name: column for column in read("t.csv", "\n".join(["id,mail,told,day,x", *rows, rows[0]])).profile
    }
    assert {name: column.kinds[0] for name, column in profile.items()} == {
        "id": ("number", 25),
        "mail": ("email", 25),
        "told": ("flag", 12),
        "day": ("date-ymd", 25),
        "x": ("number", 25),
    }
    assert (profile["mail"].distinct, profile["told"].seen) == (3, 12)


def test_rows_looked_at_are_told_and_a_part_is_called_a_part() -> None:
    rows = "".join(f"{n},{n}\n" for n in range(24))
    assert (attrs("a,b\n" + rows)["rows"], attrs("a,b\n" + rows)["whole"]) == ("24", "true")
    assert attrs("a,b\n" + rows + "1,1\n2,2\n")["duplicates"] == "2"
    many = attrs("a,b\n" + "".join(f"{n},{n}\n" for n in range(9_000)))
    assert (many["rows"], "whole" in many) == ("1000", False)


@pytest.mark.parametrize("text", ["a,b\n1,2\n" * 5, "1,2\n" * 40, "a,b\n" + "1,2,3\n" * 40])
def test_few_rows_no_header_and_rows_of_another_width_are_not_profiled(text: str) -> None:
    assert not read("t.csv", text).profile


def test_made_up_addresses_and_spellings_are_counted() -> None:
    rows = [f"p{n}@example.org,{'Red' if n % 2 else 'red'}" for n in range(24)]
    mail, colour = read("t.csv", "\n".join(["mail,colour", *rows])).profile
    assert (mail.synthetic, colour.variants) == (24, 1)
