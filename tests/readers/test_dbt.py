from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.graph.declared.steps import DeclaredStep
from auditor.model.artefact import EdgeKind
from auditor.model.facts import Facts, Ref
from auditor.readers import candidates, read_file
from tests.pages import graphs


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select * from {{ ref('a') }}", ["dbt:a"]),
        ("{{ ref('pkg', 'a') }} {{ ref('b', v=2) }}", ["dbt:pkg.a", "dbt:b"]),
        ("{{ source('s', 't') }}", ["dbt:s.t"]),
        ("-- depends_on: {{ ref('a') }}\n{# {{ ref('no') }} #}", ["dbt:a"]),
        ("{% set m = ref('a') %}{{ m }}", ["dbt:a"]),
        (
            "{% set names = ['x', 'y'] %}{% for n in names %}{{ ref('stg_' ~ n) }}{% endfor %}",
            ["dbt:stg_x", "dbt:stg_y"],
        ),
        ("{{ dbt_utils.star(from=ref('a'), except=['b']) }}", ["dbt:a"]),
        ("{% if var('x') is defined and ref('a') %}{% endif %}", ["dbt:a"]),
        ("{{ ref(var('x')) }}", []),
        ("{{ ref('a_' ~ this_one) }}", ["dbt:a_{?}"]),
    ],
)
def test_relations_that_a_model_names(text: str, names: list[str]) -> None:
    (step,) = read("models/m.sql", text).steps
    assert [ref.path for ref in step.reads] == names


def test_settings_macros_and_snapshots() -> None:
    text = "{{ config(materialized='table', enabled=false, tags=['a', 'b']) }}\nselect {{ cents('x') }}\nfrom {{ ref('a') }}"
    (model,) = read("m.sql", text).steps
    assert model.attrs == (("materialized", "table"), ("enabled", "false"), ("tags", "a,b"), ("calls", "cents"))
    macros = read("macros/m.sql", "{% macro all_of(x) %}{{ ref('a') }} {{ source('s', 't') }}{% endmacro %}")
    assert (macros.steps, [(leaf.key, leaf.value) for leaf in macros.leaves]) == (
        (),
        [("macro.all_of.0", "ref dbt:a"), ("macro.all_of.1", "source dbt:s.t")],
    )
    (snapshot,) = read(
        "s.sql", "{% snapshot snap %}\n{{ config(unique_key='id') }}{{ ref('a') }}{% endsnapshot %}"
    ).steps
    assert (snapshot.name, [ref.path for ref in snapshot.reads]) == ("snap", ["dbt:a"])


PROPERTIES = """\
version: 2
sources:
  - name: shop
    schema: raw
    database: prod
    freshness: {warn_after: {count: 12, period: hour}}
    tables:
      - name: orders
        identifier: orders_v2
        columns: [{name: id, tests: [unique]}]
models:
  - name: clean
    tests: [dbt_utils.equal_rowcount: {compare_model: ref('x')}]
    columns:
      - name: id
        data_tests: [not_null, {relationships: {to: ref('a'), field: id}}]
unit_tests: [{name: u, model: clean}]
exposures:
  - {name: churn, type: ml, owner: {name: me}, depends_on: ["ref('clean')", "source('shop', 'orders')"]}
snapshots: [{name: snap, relation: ref('clean')}]
"""


def test_properties_are_checks_tables_and_consumers() -> None:
    facts = read("models/schema.yml", PROPERTIES)
    assert facts.kind == "dbt-properties"
    assert facts.references == (
        Ref("table:prod.raw.orders_v2", "dataset", "source", 8, attrs=(("name", "shop.orders"),)),
    )
    assert [(w.name, w.watches[0].path, w.line) for w in facts.watches] == [
        ("dbt_utils.equal_rowcount", "dbt:clean", 13),
        ("not_null id", "dbt:clean", 16),
        ("relationships id", "dbt:clean", 16),
        ("unique id", "dbt:shop.orders", 10),
        ("freshness", "dbt:shop.orders", 6),
        ("u", "dbt:clean", 17),
    ]
    assert [(s.name, [ref.path for ref in s.reads], s.attrs[0]) for s in facts.steps] == [
        ("churn", ["dbt:clean", "dbt:shop.orders"], ("exposure", "ml")),
        ("snap", ["dbt:clean"], ("snapshot", "true")),
    ]


def test_other_lists_of_models_are_configuration() -> None:
    assert read("conf/models.yml", "models:\n  - name: a\n    lr: 1\n").kind == "config"
    assert read("conf/models.yml", "models:\n  a: {description: x}\n").kind == "config"


FILES = {
    "wh/dbt_project.yml": "name: shop\nmodel-paths: [models, more]\n",
    "wh/models/schema.yml": PROPERTIES,
    "wh/models/clean.sql": "select * from {{ source('shop', 'orders') }} join {{ ref('countries') }}",
    "wh/models/off.sql": "{{ config(enabled=false) }}{{ ref('clean') }}",
    "wh/more/deep/marts.sql": "{{ union_all() }} {{ ref('other_package_model') }} {{ ref('plain') }}",
    "wh/models/plain.sql": "select 1",
    "wh/models/py.py": "def model(dbt, session):\n    return dbt.ref('clean')\n",
    "wh/macros/u.sql": "{% macro union_all() %}{{ ref('clean') }}{% endmacro %}",
    "wh/tests/positive.sql": "select * from {{ ref('clean') }} where x < 0",
    "wh/seeds/countries.csv": "a\n1\n",
    "loose.sql": "select {{ ref('clean') }}",
}


def step(graph: Graphs, name: str) -> DeclaredStep:
    return next(s for s in graph.world.steps.all if s.step.name == name)


def test_a_project_gives_its_files_names_and_relations() -> None:
    graph = graphs(FILES)
    assert {s.step.name for s in graph.world.steps.all} == {"clean", "marts", "plain", "py", "churn", "snap"}
    assert [d.id for d in step(graph, "clean").reads] == ["table:*.prod.raw.orders_v2", "file:wh/seeds/countries.csv"]
    assert [d.id for d in step(graph, "clean").writes] == ["dbt:shop.clean"]
    assert [d.id for d in step(graph, "marts").reads] == [
        "dbt:*.other_package_model",
        "dbt:shop.plain",
        "dbt:shop.clean",
    ]
    assert [d.id for d in step(graph, "py").reads] == ["dbt:shop.clean"]
    assert [run.target for run in step(graph, "py").runs] == ["wh/models/py.py"]


def test_checks_look_at_the_relations_of_the_project() -> None:
    edges = {(e.source.partition("#")[2], e.target) for e in graphs(FILES).edges if e.kind is EdgeKind.VALIDATES}
    assert ("positive-0", "dbt:shop.clean") in edges
    assert {("not_null id-1", "dbt:shop.clean"), ("freshness-4", "table:*.prod.raw.orders_v2")} <= edges
