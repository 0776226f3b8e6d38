"""Facts of .sql files."""

from __future__ import annotations

from auditor.model.facts import Facts
from auditor.readers import candidates, read_file


def read(path: str, data: bytes) -> Facts:
    return read_file(candidates(path), data)


def test_tables_and_files_are_references() -> None:
    facts = read("a.sql", b"insert into mart.daily\nselect day, n from raw.events;\ncopy t from 's3://b/k.csv'\n")
    assert facts.kind == "sql"
    assert facts.lines == 3
    assert [(ref.path, ref.how, ref.line, dict(ref.attrs)) for ref in facts.references] == [
        ("mart.daily", "writes", 1, {"table": "true"}),
        ("raw.events", "reads", 2, {"table": "true", "columns": "day,n"}),
        ("t", "writes", 3, {"table": "true"}),
        ("s3://b/k.csv", "reads", 3, {}),
    ]
    assert facts.attr("asks") is None


def test_models_of_dbt_are_told_apart() -> None:
    facts = read("models/m.sql", b"select * from {{ ref('base') }} where x = '{{ var(\"y\") }}'")
    (ref,) = facts.references
    assert (ref.path, dict(ref.attrs)) == ("base", {"table": "true", "model": "true", "columns": "x"})
    assert (facts.attr("dbt"), facts.attr("asks")) == ("true", "true")


def test_templated_names_are_marked() -> None:
    (ref,) = read("a.hql", b"select * from ${db}.events").references
    assert (ref.path, ref.templated) == ("{db}.events", True)


def test_broken_bytes_and_broken_sql_are_troubles() -> None:
    facts = read("a.sql", b"\xff\xfe select * from (\n")
    assert facts.kind == "sql"
    assert facts.troubles
    assert [t.code for t in read("a.sql", b"select * from (").troubles] == ["dialect"]
