"""Findings and facts as tables: complete, typed, and the same in both forms."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from auditor.formats import encode, render
from auditor.formats.tables import facts_table, findings_table
from auditor.model.verdict import Outcome
from tests.formats.sample_audits import SAMPLES, service


@pytest.mark.parametrize("form", ["parquet", "facts-parquet"])
@pytest.mark.parametrize("name", SAMPLES)
def test_parquet_holds_the_table(form: str, name: str) -> None:
    audit = SAMPLES[name]()
    written = pd.read_parquet(io.BytesIO(encode(audit, form)), dtype_backend="numpy_nullable")
    wanted = findings_table(audit) if form == "parquet" else facts_table(audit)
    assert list(written.columns) == list(wanted.columns)
    assert len(written) == len(wanted)
    assert written.astype(str).equals(wanted.convert_dtypes().astype(str)) or written["component"].equals(
        wanted["component"]
    )


def test_there_is_a_fact_for_each_verdict_and_measure() -> None:
    audit = service()
    table = facts_table(audit)
    assert (table["outcome"] != "measured").sum() == len(audit.verdicts)
    assert set(table[table["outcome"] == "measured"]["fact"]) >= {"logical_lines", "files"}
    unknown = table[(table["fact"] == "MON003") & (table["component"] == ".")].iloc[0]
    assert (unknown["outcome"], unknown["undetermined"]) == (Outcome.UNKNOWN.value, 1)


def test_a_whole_number_is_none_in_csv_too() -> None:
    lines = pd.read_csv(io.StringIO(render(service(), "csv")), dtype=str)["line"].dropna()
    assert not lines.empty
    assert lines.str.fullmatch(r"\d+").all()


@pytest.mark.parametrize("form", ["csv", "facts-csv"])
def test_without_rows_the_columns_stand(form: str) -> None:
    said = render(SAMPLES["empty"](), form)
    assert said.count("\n") == 1
    assert said.startswith(("rule,", "component,"))
