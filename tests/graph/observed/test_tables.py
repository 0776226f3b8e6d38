"""Tables as artefacts: who reads and writes them by SQL, and which names mean the same one."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.graph.artefacts.table_names import Key, unified
from tests.pages import graphs

SPARK = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"


def touched(found: Graphs, program: str = "a.py") -> set[tuple[str, str]]:
    return {
        (t.way, t.artefact.id) for site, ts in found.world.lineage.touches.items() for t in ts if site[0] == program
    }


def of(source: str, **files: str) -> set[tuple[str, str]]:
    return touched(graphs({"a.py": source, **files}))


@pytest.mark.parametrize(
    ("source", "touches"),
    [
        pytest.param(
            SPARK + "spark.sql('insert into db.t select * from s')",
            {("read", "table:spark.*.*.s"), ("write", "table:spark.*.db.t")},
            id="one call, both ways",
        ),
        pytest.param(SPARK + "spark.table('a.b.c')", {("read", "table:spark.a.b.c")}, id="a table by name"),
        pytest.param(
            SPARK + "spark.table('s').write.mode('append').saveAsTable('db.t')",
            {("read", "table:spark.*.*.s"), ("write", "table:spark.*.db.t")},
            id="saveAsTable",
        ),
        pytest.param(
            "def run(df):\n    df.write.insertInto('db.t')\n", {("write", "table:spark.*.db.t")}, id="unknown frame"
        ),
        pytest.param(
            "import pandas as pd\npd.DataFrame().to_sql('t', con, schema='mart')",
            {("write", "table:*.*.mart.t")},
            id="to_sql",
        ),
        pytest.param(
            "import pandas as pd\npd.read_sql('users', con)", {("read", "table:*.*.*.users")}, id="a bare name"
        ),
        pytest.param(
            "import pandas as pd\npd.read_sql_query(f'select * from users where d = {d}', con)",
            {("read", "table:*.*.*.users")},
            id="a hole outside the name",
        ),
        pytest.param(
            "import pandas as pd\npd.read_sql(f'select * from {schema}.ev_{day}', con)",
            {("read", "table:*.*.*.ev_{}")},
            id="holes in the name",
        ),
        pytest.param(
            "from sqlalchemy import create_engine, text\nwith create_engine(u).connect() as c:\n"
            "    c.execute(text('insert into t select * from s'))\n",
            {("read", "table:*.*.*.s"), ("write", "table:*.*.*.t")},
            id="text() of SQLAlchemy",
        ),
        pytest.param(
            "from google.cloud import bigquery\nbigquery.Client().query('select * from `p.d.t`')",
            {("read", "table:bigquery.p.d.t")},
            id="BigQuery",
        ),
        pytest.param(
            "import duckdb\nduckdb.sql(\"copy (select * from 'in.parquet') to 'out.csv'\")",
            {("read", "file:in.parquet"), ("write", "file:out.csv")},
            id="files in SQL",
        ),
        pytest.param(
            "import duckdb\nframe = make()\nduckdb.sql('select * from frame join t using (i)')",
            {("read", "table:duckdb.*.*.t")},
            id="a data frame is no table",
        ),
        pytest.param(
            SPARK + "spark.table('s').createOrReplaceTempView('v')\nspark.sql('select * from v')",
            {("read", "table:spark.*.*.s")},
            id="a view of the session is no table",
        ),
        pytest.param(
            "import psycopg2\ncur = psycopg2.connect(d).cursor()\ncur.execute('select 1')\ncur.execute('create table t (a int)')",
            set(),
            id="nothing moved",
        ),
    ],
)
def test_what_a_call_touches(source: str, touches: set[tuple[str, str]]) -> None:
    assert of(source) == touches


def test_a_database_file_is_read_and_written_as_its_tables_are() -> None:
    source = (
        "import sqlite3\ncon = sqlite3.connect('app.db')\ncur = con.cursor()\ncur.execute('insert into t values (1)')\n"
    )
    assert of(source) == {("write", "table:sqlite.*.*.t"), ("write", "file:app.db")}
    assert of("import sqlite3\nsqlite3.connect(':memory:').execute('select * from t')") == {
        ("read", "table:sqlite.*.*.t")
    }


def test_calls_without_an_artefact_are_no_unresolved_calls() -> None:
    begin = "import psycopg2\ncur = psycopg2.connect(d).cursor()\n"
    assert graphs({"a.py": begin + "cur.execute('begin')\n"}).world.lineage.io_calls == 0
    assert graphs({"a.py": begin + "cur.execute(mystery())\n"}).world.lineage.io_resolved == 0.0
    assert graphs({"a.py": begin + "cur.execute('select * from t')\n"}).world.lineage.io_resolved == 1.0


def test_a_stored_query_counts_where_it_is_run() -> None:
    source = "import pandas as pd\nfrom pathlib import Path\npd.read_sql(Path('sql/q.sql').read_text(), con)\n"
    found = graphs({"a.py": source, "sql/q.sql": "select * from users"})
    assert ("read", "table:*.*.*.users") in touched(found)
    assert ("read", "file:sql/q.sql") in touched(found)
    edges = {(e.source, e.kind.value, e.target) for e in found.edges}
    assert ("table:*.*.*.users", "consumes", "file:sql/q.sql") in edges
    assert ("table:*.*.*.users", "consumes", "file:a.py") in edges


def test_cells_of_sql_belong_to_their_notebook() -> None:
    notebook = (
        '{"cells": [{"cell_type": "code", "source": "%%sql\\ninsert into t\\nselect * from s", "metadata": {}, "outputs": []},'
        '{"cell_type": "code", "source": "%sql sqlite:///x.db select * from u", "metadata": {}, "outputs": []}],'
        '"metadata": {}, "nbformat": 4, "nbformat_minor": 4}'
    )
    found = graphs({"n.ipynb": notebook})
    assert touched(found, "n.ipynb") == {
        ("write", "table:*.*.*.t"), ("read", "table:*.*.*.s"), ("read", "table:*.*.*.u"),
    }  # fmt: skip
    touch = next(t for ts in found.world.lineage.touches.values() for t in ts if t.artefact.id.endswith(".s"))
    place = found.world.lineage.place(touch)
    assert (place.cell, place.line) == (0, 3)


def test_models_of_dbt_are_made_by_their_files() -> None:
    found = graphs(
        {
            "dbt_project.yml": "name: shop\nmodel-paths: [models]\n",
            "models/staging/stg_orders.sql": "select * from {{ source('raw', 'orders') }}",
            "models/orders.sql": "select * from {{ ref('stg_orders') }}",
            "analyses/look.sql": "select * from {{ ref('orders') }}",
        }
    )
    edges = {(e.source, e.kind.value, e.target) for e in found.edges}
    assert ("file:models/staging/stg_orders.sql", "produces", "dbt:shop.stg_orders") in edges
    assert ("dbt:shop.stg_orders", "consumes", "file:models/orders.sql") in edges
    assert ("table:*.*.raw.orders", "consumes", "file:models/staging/stg_orders.sql") in edges
    assert not [e for e in edges if e[0] == "file:analyses/look.sql"]


def test_a_source_of_dbt_is_the_table_that_its_project_says() -> None:
    found = graphs(
        {
            "wh/dbt_project.yml": "name: shop\n",
            "wh/models/sources.yml": "sources:\n  - name: erp\n    schema: raw\n    tables:\n      - {name: orders, identifier: ord}\n"
            "  - name: web\n    schema: \"{{ env_var('S') }}\"\n    tables: [{name: visits}]\n",
            "wh/models/stg.sql": "select * from {{ source('erp', 'orders') }} join {{ source('crm', 'people') }} using (id)",
            "wh/models/web.sql": "select * from {{ source('web', 'visits') }}",
        }
    )
    read = {(e.source, e.target) for e in found.edges if e.kind.value == "consumes"}
    expected = {"stg": ("table:*.*.raw.ord", "table:*.*.crm.people"), "web": ("table:*.*.*.visits",)}
    assert read == {
        (table, target)
        for name, tables in expected.items()
        for table in tables
        for target in (f"file:wh/models/{name}.sql", f"step:wh/models/{name}.sql#{name}")
    }


@pytest.mark.parametrize(
    ("code", "edge"),
    [
        ("spark.read.format('iceberg').load('shop.orders')", "table:*.*.shop.orders > file:a.py"),
        ("spark.read.format('bigquery').option('x', '1').load('p.d.t')", "table:*.p.d.t > file:a.py"),
        ("spark.read.format('iceberg').load('s3://b/orders')", "uri:s3://b/orders > file:a.py"),
        ("spark.read.format('delta').load('data/orders')", "file:data/orders > file:a.py"),
        ("spark.table('x').write.format('iceberg').mode('append').save('shop.copy')", "file:a.py > table:*.*.shop.copy"),
    ],
)  # fmt: skip
def test_what_spark_is_given_is_a_table_where_the_format_has_names(code: str, edge: str) -> None:
    text = f"from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nd = {code}\n"
    found = {
        f"{e.source} > {e.target}" for e in graphs({"a.py": text}).edges if e.kind.value in ("consumes", "produces")
    }
    assert edge in found
    assert len(found) == (2 if "spark.table" in code else 1)


def key(text: str) -> Key:
    platform, catalog, schema, name = text.split(".")
    return platform, catalog, schema, name


@pytest.mark.parametrize(
    ("keys", "same"),
    [
        (["*.*.*.t", "bigquery.p.d.t"], {"*.*.*.t": "bigquery.p.d.t"}),
        (["*.*.*.t", "*.*.a.t", "*.*.b.t"], {}),
        (["*.*.*.t", "*.*.a.t", "*.c.a.t"], {"*.*.*.t": "*.c.a.t", "*.*.a.t": "*.c.a.t"}),
        (["spark.*.*.t", "*.*.raw.t"], {"spark.*.*.t": "spark.*.raw.t", "*.*.raw.t": "spark.*.raw.t"}),
        (["spark.*.*.t", "mysql.*.*.t", "*.*.*.t"], {}),
        (["*.*.*.t", "*.*.*.u"], {}),
        (["*.*.{x}.t", "*.*.a.t"], {"*.*.*.t": "*.*.a.t"}),
    ],
)
def test_two_names_are_one_table_where_only_one_fits(keys: list[str], same: dict[str, str]) -> None:
    found = unified(key(text) for text in keys)
    assert {".".join(one): ".".join(other) for one, other in found.items()} == same
