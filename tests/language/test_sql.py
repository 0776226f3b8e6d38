"""Which tables and files a text of SQL reads and writes, whatever its dialect."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.language import sql
from auditor.language.sql import read_sql


def said(text: str, dialect: str = "") -> list[str]:
    """`way table` or `way 'path'` of each use, sorted."""
    return sorted(f"{u.way} {'.'.join(u.parts) or repr(u.path)}" for u in read_sql(text, dialect).uses)


@pytest.mark.parametrize(
    ("text", "dialect", "uses"),
    [
        ("select a from users", "", ["read users"]),
        ("SELECT * FROM a.b.c JOIN d USING (id)", "", ["read a.b.c", "read d"]),
        ("select * from a union all select * from b", "", ["read a", "read b"]),
        ("select * from (select * from inside) q where exists (select 1 from other)", "", ["read inside", "read other"]),
        ("insert into t (a, b) select a, b from s", "", ["read s", "write t"]),
        ("insert into t values (1, 2)", "", ["write t"]),
        ("replace into t select * from s", "mysql", ["read s", "write t"]),
        ("insert overwrite table t partition (d = '1') select * from s", "hive", ["read s", "write t"]),
        ("create table t as select * from s", "", ["read s", "write t"]),
        ("create or replace view v as select * from s", "", ["read s", "write v"]),
        ("merge into t using s on t.i = s.i when matched then update set x = 1", "", ["read s", "write t"]),
        ("update t set a = 1 from s where s.i = t.i", "postgres", ["read s", "write t"]),
        ("update x set a = 1 from dbo.t x join s on s.i = x.i", "tsql", ["read s", "write dbo.t"]),
        ("select a into made from s", "tsql", ["read s", "write made"]),
        ("copy into t from 's3://b/k' file_format = (type = csv)", "snowflake", ["read 's3://b/k'", "write t"]),
        ("copy into 's3://b/k' from t", "snowflake", ["read t", "write 's3://b/k'"]),
        ("copy t from 'x.csv'", "postgres", ["read 'x.csv'", "write t"]),
        ("copy (select * from t) to 'x.parquet' (format parquet)", "duckdb", ["read t", "write 'x.parquet'"]),
        ("unload ('select * from t where a = ''x''') to 's3://b/k' iam_role 'r'", "", ["read t", "write 's3://b/k'"]),
        ("export data options(uri = 'gs://b/x-*') as select * from d.t", "bigquery", ["read d.t", "write 'gs://b/x-*'"]),
        ("load data inpath 's3://b/k' into table t", "hive", ["read 's3://b/k'", "write t"]),
        ("create external table t (a int) location 's3://b/k'", "athena", ["read 's3://b/k'", "write t"]),
        ("select * from 'data/x.parquet' p", "duckdb", ["read 'data/x.parquet'"]),
        ("select * from read_csv_auto('x.csv')", "duckdb", ["read 'x.csv'"]),
        ("select * from read_parquet(['a', 'b'])", "duckdb", ["read 'a'", "read 'b'"]),
        ("select * from delta.`/mnt/x`", "spark", ["read '/mnt/x'"]),
        ("select * from `p.d.events_*`", "", ["read p.d.events_*"]),
        ("select * from [dbo].[orders]", "", ["read dbo.orders"]),
        ('select * from sales."Order Details"', "", ["read sales.Order Details"]),
    ],
)  # fmt: skip
def test_reads_and_writes(text: str, dialect: str, uses: list[str]) -> None:
    assert said(text, dialect) == uses


@pytest.mark.parametrize(
    "text",
    [
        "create table t (a int references u (b))",
        "drop table t",
        "delete from t where a = 1",
        "pragma table_info(t)",
        "select 1",
        "select * from information_schema.tables",
        "select name from sqlite_master",
        "select 1 from pg_database",
        "",
    ],
)
def test_statements_that_move_no_rows_of_anyone(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("with a as (select * from s) select * from a", ["read s"]),
        ("with users as (select * from users) select * from users", ["read users"]),
        ("with a as (select 1), b as (select * from a) select * from b", []),
        ("with recursive r as (select 1 union all select * from r) select * from r", []),
        ("insert into t with a as (select * from s) select * from a", ["read s", "write t"]),
        ("select x.a from s x, x.items", ["read s"]),
    ],
)
def test_names_of_the_statement_itself_are_no_tables(text: str, uses: list[str]) -> None:
    assert said(text) == uses


def test_names_of_the_session_are_no_tables() -> None:
    found = read_sql("create temp table x as select * from s; insert into t select * from x; select * from #y")
    assert sorted(".".join(use.parts) for use in found.uses) == ["s", "t"]
    assert found.temporary == {"x"}


def test_several_statements_stand_at_their_lines() -> None:
    text = "-- first; not a statement\nselect ';' from a;\n\n/* b; */ select *\nfrom b;\n\\copy c from 'x'\nselect $$;$$ from d"
    found = read_sql(text)
    assert [(".".join(use.parts), use.line) for use in found.uses] == [("a", 2), ("b", 5), ("d", 7)]


def test_holes_come_back_in_the_names() -> None:
    assert said("select * from {schema}.users_{day} where x > {n} {extra}") == ["read {schema}.users_{day}"]
    assert said("select * from t where a = %s and b = %(x)s and c = ${y} and d = {{ z }}") == ["read t"]
    assert said("insert into {{ params.table }} select * from s") == ["read s", "write {params.table}"]
    assert said("copy (select * from t) to '{folder}/x.csv'", "duckdb") == ["read t", "write '{folder}/x.csv'"]


def test_a_hole_may_stand_for_a_whole_clause() -> None:
    assert said("select * from t where a = 1 {more_conditions} {limit} order by b") == ["read t"]


def test_what_dbt_writes_between_braces() -> None:
    text = """{{ config(materialized='incremental') }}
{# a comment with select * from nothing #}
with o as (select * from {{ ref('orders') }})
select * from o join {{ source('shop', 'users') }} using (id)
{% if is_incremental() %} where t > (select max(t) from {{ this }}) {% else %} where broken ( {% endif %}
"""
    found = read_sql(text)
    assert {(use.parts, use.model, use.line) for use in found.uses} == {
        (("orders",), True, 3),
        (("shop", "users"), False, 4),
    }
    assert found.dbt
    assert found.asks


def test_columns_where_the_text_tells_whose_they_are() -> None:
    found = read_sql("select u.name, o.total, amount from users u join orders o on u.id = o.uid")
    assert {use.parts[0]: use.columns for use in found.uses} == {"users": ("id", "name"), "orders": ("total", "uid")}
    assert read_sql("select a, b from t where c = {x}").uses[0].columns == ("a", "b", "c")


def test_what_no_dialect_reads_is_a_trouble_of_that_statement_alone() -> None:
    found = read_sql("select * from a;\nselect * from b where (;\nselect * from c")
    assert [use.parts for use in found.uses] == [("a",), ("c",)]
    assert [(trouble.line, trouble.code) for trouble in found.troubles] == [(2, "dialect")]
    assert not found.understood
    assert not read_sql("no statement at all").understood


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("select " + "(" * 20_000 + "1" + ")" * 20_000, id="parentheses"),
        pytest.param("select * from " + "(select * from " * 3_000 + "t" + ")" * 3_000, id="queries in queries"),
        pytest.param("select case when " * 2_000, id="cases"),
        pytest.param("{" * 50_000 + "select" + "}" * 50_000, id="braces"),
        pytest.param("{% if x %}" * 5_000 + "select 1", id="blocks"),
        pytest.param("select '" + "a" * 50_000, id="an open quote"),
        pytest.param("select 1;" * 20_000, id="statements"),
        pytest.param("insert into t values " + ",".join(["(1)"] * 60_000), id="rows"),
    ],
)
def test_hostile_texts_end(text: str) -> None:
    read_sql(text)


def test_bounds_are_named() -> None:
    assert [t.code for t in read_sql("select 1;" * (sql.MAX_STATEMENTS + 1)).troubles] == ["too-large"]
    assert read_sql("select * from t; " + "-" * sql.MAX_TEXT).troubles[-1].code == "too-large"


@settings(max_examples=150)
@given(st.text(alphabet="select from where join()'\"`;{}%$-*/.,\n", max_size=80))
def test_no_text_makes_it_raise(text: str) -> None:
    read_sql("select " + text)
