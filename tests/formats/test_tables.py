"""Findings and facts as tables: complete, typed, and the same in both forms."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from auditor.formats import encode, render
from auditor.formats.tables import facts_table, findings_table, write_table
from auditor.model.errors import UsageError
from auditor.model.verdict import Outcome
from tests.formats.sample_audits import SAMPLES, service


@pytest.mark.parametrize("form", ["parquet", "facts-parquet"])
@pytest.mark.parametrize("name", SAMPLES)
def test_parquet_holds_the_table(form: str, name: str) -> None:
    audit = SAMPLES[name]()
    written = pd.read_parquet(io.BytesIO(encode(audit, form)))
    wanted = findings_table(audit) if form == "parquet" else facts_table(audit)
    pd.testing.assert_frame_equal(written.astype(wanted.dtypes.to_dict()), wanted)


def test_there_is_a_fact_for_each_verdict_and_measure() -> None:
    audit = service()
    table = facts_table(audit)
    assert (table["outcome"] != "measured").sum() == len(audit.verdicts)
    assert set(table[table["outcome"] == "measured"]["fact"]) >= {"logical_lines", "files"}
    unknown = table[(table["fact"] == "MON003") & (table["component"] == ".")].iloc[0]
    assert (unknown["outcome"], unknown["undetermined"]) == (Outcome.UNKNOWN.value, 1)


def test_a_whole_number_is_one_in_csv_too() -> None:
    lines = pd.read_csv(io.StringIO(render(service(), "csv")), dtype=str)["line"].dropna()
    assert not lines.empty
    assert lines.str.fullmatch(r"\d+").all()


@pytest.mark.parametrize("form", ["csv", "facts-csv"])
def test_without_rows_the_columns_stand(form: str) -> None:
    said = render(SAMPLES["empty"](), form)
    assert said.count("\n") == 1
    assert said.startswith(("rule,", "component,"))


def test_no_table_that_is_written_holds_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "debt.csv"
    write_table(pd.DataFrame({"name": ["=1+1", "@SUM(A1)", "a"], "debt": [-1.5, 2.0, None]}), path)
    assert path.read_text(encoding="utf-8") == "name,debt\n'=1+1,-1.5\n'@SUM(A1),2.0\na,\n"


@pytest.mark.parametrize("name", ["debt.csv", "debt.parquet"])
def test_a_table_that_cannot_be_written_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "absent" / name)
