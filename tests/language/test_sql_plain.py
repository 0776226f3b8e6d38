"""Plain statements of SQL say without a parser what they say with it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlglot.dialects.dialect import Dialect

from auditor.language import sql
from auditor.language.sql import read_sql
from auditor.language.sql_plain import DIALECTS, MOST, plain
from auditor.language.sql_text import Statement
from auditor.language.sql_uses import is_query, uses

PLACES = (
    "select {} from t", "select a as {} from t limit 5", "select max({}), count(*) as n from t", "select a from {}",
    "select * from s.{} where a = ?", "select a from {}.t", "select a from t where {} >= 'x' and b = 2",
    "select a from t where a = {}", "select a from t order by {} desc", "insert into {} (a) values (?)",
    "insert into t ({}, b) values (?, 1.5), ('x', 2)", "insert into t values ({}, 'x')", "create database {}",
    "create extension if not exists {}", "update {} set a = ?, b = 2 where c = 'x' or d = 1", "update t set {} = ? where a = 1",
    "delete from {} where a = ?", "delete from t where {} <> 1", "drop table if exists {}", "drop database {}",
    "create index {} on t (a, b)", "create unique index if not exists i on {} using btree (a)", "create index i on t using gin ({})",
    "create index i on t using {} (a b) with (m = 16)", "create index i on t (a {}) with (m = 3)",
)  # fmt: skip


def parsed(text: str, dialect: str) -> tuple[object, ...] | None:
    tree = sql._Reading(dialect)._parsed(Statement(text, 3))
    return None if tree is None else (tuple(dict.fromkeys(uses(tree, 3))), is_query(tree))


def words() -> list[str]:
    """Whatever means something to a parser."""
    found: set[str] = set()
    for known in Dialect.classes.values():
        found.update(word for word in known.tokenizer_class.KEYWORDS if word.isidentifier())
        found.update(word for word in known.parser_class.FUNCTIONS if word.isidentifier())
        found.update(known.parser_class.NO_PAREN_FUNCTION_PARSERS)
    return sorted({word.lower() for word in found} | {"zzz", "user", "date"})


@pytest.mark.parametrize("dialect", ["", "sqlite", "postgres", "snowflake"])
def test_a_plain_statement_says_what_its_parser_says(dialect: str) -> None:
    read = 0
    for text in (place.format(word) for number, word in enumerate(words()) for place in PLACES[number % 3 :: 3]):
        said = plain(text, dialect, 3)
        if said is not None:
            read += 1
            assert (said.uses, said.asks) == parsed(text, dialect), text
    assert read > 4_000


@pytest.mark.parametrize(
    "text",
    [
        "select a, b\n from t\n where a = __h0__ and b <> 'or'",
        "\n\nINSERT INTO x.y.z (a, b)\nVALUES (?, 'it is'), (1, __h1__)",
        "SELECT COUNT(*) AS n FROM pg_catalog.pg_class",
        "select 1 from pg_database where datname='x'",
        "SELECT A, a FROM T ORDER BY B",
    ],
)
@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_lines_columns_and_what_is_the_databases_own(text: str, dialect: str) -> None:
    said = plain(text, dialect, 3)
    assert said is not None
    assert (said.uses, said.asks) == parsed(text, dialect)


@pytest.mark.parametrize(
    "text",
    [
        "select a from t, s", "select t.a from t", "select a b from t", "select a from t where a = 'x''y'", "select a from t -- x",
        "select a from (select b from s)", "insert into t select a from s", "select \"a\" from t", "select a from `t`", "select from t",
        "select a from t where a = 'x\\'", "select a from x where b", "select current_date from t", "select a from information_schema.tables", f"select {'a' * MOST} from t",
    ],
)  # fmt: skip
def test_what_is_not_plain(text: str) -> None:
    assert plain(text, "", 1) is None


def test_plain_statements_import_no_parser() -> None:
    program = (
        "import sys; from auditor.language.sql import read_sql; assert read_sql('select a from t', 'sqlite').uses;"
        "assert 'sqlglot' not in sys.modules; read_sql('select a from t, s'); assert 'sqlglot' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_dialect_that_may_mean_more_is_parsed() -> None:
    assert plain("select a from t", "oracle", 1) is None
    assert read_sql("select a from t", "oracle").uses == read_sql("select a from t").uses
