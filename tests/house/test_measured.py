"""The table of ratios in the README: its place is there, and its columns are those that the bench measures."""

from __future__ import annotations

import pytest

from tests.bench import others, table
from tests.bench.bench_audit import Parse, Row, Run

RUN = Run(1.0, 2.0, 100.0)


def row(**known: float | None) -> Row:
    tools = {name: known.get(name, 1.25) for name in ("ruff", "radon", "ml-leakproof")}
    return Row("/x/acme+churn/repo", Parse(0.2, 0.1, 10, 2_000), RUN, RUN, 3.04, 2.0, RUN, RUN, tools)


def test_the_readme_holds_the_table_of_the_bench() -> None:
    text = table.README.read_text(encoding="utf-8")
    inner = text.partition(table.BEGIN)[2].partition(table.END)[0]
    assert table.written(text, inner.strip("\n").split("\n")) == text
    assert inner.strip("\n").split("\n")[:2] == table.header()
    rows = [one for one in inner.splitlines() if one.startswith("|")]
    assert {one.count("|") for one in rows} == {len(table.COLUMNS) + 1}


def test_a_line_has_a_figure_for_each_column() -> None:
    cells = table.line(row(radon=None)).strip("| ").split(" | ")
    named = dict(zip(table.COLUMNS, cells, strict=True))
    assert named["repository"] == "churn"
    assert (named["CPU, × ast.parse"], named["MB"], named["unchanged"]) == ("3.0", "100", "2.00")
    assert (named["ruff, × ast.parse"], named["radon, × ast.parse"]) == ("1.2", others.NOT_INSTALLED)


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    text = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    assert table.written(text, ["new"]) == f"before\n{table.BEGIN}\n\nnew\n\n{table.END}\nafter\n"
    for broken in ("", table.BEGIN, f"{table.END}\n{table.BEGIN}", text + text):
        with pytest.raises(ValueError, match="markers"):
            table.written(broken, ["new"])


def test_a_tool_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert others.installed("ruff") is None
    assert others.version("ruff") == others.NOT_INSTALLED
    assert others.cpu("ruff", table.README.parent) is None


def test_bounds() -> None:
    assert row().over() == ["clock", "warm", "changed"]
    fine = Run(1.6, 1.2, 349.0)
    quick = fine._replace(wall=0.4)
    assert row()._replace(cold=fine, warm=quick, changed=quick).over() == []
    assert row()._replace(cold=Run(1.8, 1.4, 351.0), warm=quick, changed=quick).over() == ["CPU", "clock", "memory"]
