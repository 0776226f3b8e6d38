from __future__ import annotations

import pytest

from auditor.model.facts import Facts
from auditor.readers import candidates, read_file

CATALOG = """\
_csv: &csv
  type: pandas.CSVDataset
  load_args: {sep: ";"}

orders:
  <<: *csv
  filepath: data/01_raw/orders.csv
  layer: raw

model:
  type: pickle.PickleDataset
  filepath: data/06_models/model.pkl
  versioned: true
  metadata:
    kedro-viz: {layer: models}

table@spark:
  type: spark.SparkDataset
  filepath: s3://user:secret@bucket/table.parquet

"{region}_sales":
  type: partitions.PartitionedDataset
  path: data/{region}
  dataset: pandas.CSVDataset

sheet:
  type: pandas.ExcelDataset
  filepath: book.xlsx
  load_args: {sheet_name: March}

store:
  type: pandas.HDFDataset
  filepath: s.hdf
  key: /a

cached:
  type: CachedDataset
  dataset: {type: pandas.JSONDataset, filepath: data/c.json}

rows:
  type: pandas.SQLTableDataset
  table_name: rows
  credentials: {con: "postgres://u:p@h/db"}

found:
  type: pandas.SQLQueryDataset
  sql: select 1

plain: text
"""


def read(text: str, path: str = "conf/base/catalog.yml") -> Facts:
    return read_file(candidates(path), text.encode())


def attrs(facts: Facts, name: str) -> dict[str, str]:
    return next(dict(ref.attrs) for ref in facts.references if ref.path == name)


def test_entries_are_references() -> None:
    facts = read(CATALOG)
    assert facts.kind == "kedro-catalog"
    assert [(ref.path, ref.line, ref.templated) for ref in facts.references] == [
        ("orders", 5, False), ("model", 10, False), ("table@spark", 17, False), ("{region}_sales", 21, True),
        ("sheet", 26, False), ("store", 31, False), ("cached", 36, False), ("rows", 40, False), ("found", 45, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("orders", {"type": "pandas.CSVDataset", "filepath": "data/01_raw/orders.csv", "layer": "raw"}),
        ("model", {"type": "pickle.PickleDataset", "filepath": "data/06_models/model.pkl", "versioned": "true", "layer": "models"}),
        ("{region}_sales", {"type": "partitions.PartitionedDataset", "filepath": "data/{region}", "inner": "pandas.CSVDataset"}),
        ("sheet", {"type": "pandas.ExcelDataset", "filepath": "book.xlsx", "part": "March"}),
        ("store", {"type": "pandas.HDFDataset", "filepath": "s.hdf", "part": "/a"}),
        ("cached", {"type": "CachedDataset", "filepath": "data/c.json", "inner": "pandas.JSONDataset"}),
        ("rows", {"type": "pandas.SQLTableDataset", "table": "rows"}),
        ("found", {"type": "pandas.SQLQueryDataset", "sql": "select 1"}),
    ],
)  # fmt: skip
def test_what_an_entry_says(name: str, said: dict[str, str]) -> None:
    assert attrs(read(CATALOG), name) == said


def test_credentials_are_not_stored() -> None:
    facts = read(CATALOG)
    assert not any("credentials" in leaf.key for leaf in facts.leaves)
    assert attrs(facts, "table@spark")["filepath"] == "s3://***@bucket/table.parquet"
    assert any(leaf.key == "_csv.load_args.sep" for leaf in facts.leaves)


def test_jinja_becomes_holes() -> None:
    text = (
        "{% for region in ['us', 'eu'] %}\n{{ region }}_raw:\n  type: pandas.CSVDataset\n"
        "  filepath: data/{{ region }}/raw.csv\n{% endfor %}\n"
        "own:\n  type: {{ cookiecutter.package }}.io.OwnDataset\n"
    )
    facts = read(text)
    assert not facts.troubles
    assert [(ref.path, ref.line) for ref in facts.references] == [("${region}_raw", 2), ("own", 6)]
    assert attrs(facts, "${region}_raw")["filepath"] == "data/${region}/raw.csv"


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("conf/prod/catalog_models.yaml", "a:\n  type: pandas.CSVDataSet\n", "kedro-catalog"),
        ("conf/base/catalog/raw.yml", "a:\n  type: MemoryDataset\n", "kedro-catalog"),
        ("catalog-info.yaml", "kind: Component\nspec:\n  type: service\n", "config"),
        ("catalog.yml", "sources:\n  a:\n    driver: csv\n", "config"),
        ("conf/base/parameters.yml", "a:\n  type: pandas.CSVDataset\n", "config"),
    ],
)
def test_only_catalogues_are_taken_for_such(path: str, text: str, kind: str) -> None:
    assert read(text, path).kind == kind


@pytest.mark.parametrize(
    "text", ["a:\n  type: x.Dataset\n b: c", "a:\n  type: x.Dataset\n- 1\n", "a: {type: D.Dataset, filepath: [1, 2]}"]
)
def test_broken_catalogues_are_troubles(text: str) -> None:
    facts = read(text)
    assert facts.kind in ("kedro-catalog", "config")
    assert all(trouble.code != "internal" for trouble in facts.troubles)
