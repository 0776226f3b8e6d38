"""Findings and facts as pandas tables, and tables as CSV or Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from auditor.formats.order import by_priority
from auditor.formats.placing import placed
from auditor.formats.text import plain
from auditor.model.audit import Audit, Component
from auditor.model.errors import UsageError
from auditor.model.finding import Finding
from auditor.model.page import RulePages

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def findings_csv(audit: Audit, pages: RulePages | None = None) -> str:
    """All findings, a row each, most urgent first. No cell can be taken for a formula."""
    del pages
    return _csv(findings_table(audit))


def findings_parquet(audit: Audit, pages: RulePages | None = None) -> bytes:
    """All findings as Parquet. Raises UsageError where pyarrow is missing."""
    del pages
    return _parquet(findings_table(audit))


def facts_csv(audit: Audit, pages: RulePages | None = None) -> str:
    """What was measured and counted, a row for each component and rule or measure. No cell can be taken for a formula."""
    del pages
    return _csv(facts_table(audit))


def facts_parquet(audit: Audit, pages: RulePages | None = None) -> bytes:
    """What was measured and counted, as Parquet. Raises UsageError where pyarrow is missing."""
    del pages
    return _parquet(facts_table(audit))


def findings_table(audit: Audit) -> pd.DataFrame:
    """A row for each finding, most urgent first; efforts in hours, lines from 1, cells from 0."""
    family = {rule.id: rule.family for rule in audit.rules}
    return _frame(
        [_finding(finding, family.get(finding.rule, "")) for finding in by_priority(audit.findings)], _FINDING
    )


_FINDING = {
    "rule": "string", "family": "string", "severity": "string", "confidence": "float64", "state": "string",
    "component": "string", "path": "string", "line": "Int64", "cell": "Int64", "entity": "string", "message": "string",
    "remedy": "string", "effort_p50_hours": "float64", "effort_p90_hours": "float64", "downstream": "float64",
    "priority": "float64", "fingerprint": "string",
}  # fmt: skip


def _finding(finding: Finding, family: str) -> dict[str, Any]:
    place = finding.place
    return {
        "rule": finding.rule, "family": family, "severity": finding.severity.value,
        "confidence": round(finding.confidence, 4), "state": finding.state, "component": finding.component,
        "path": place.path, "line": place.line, "cell": place.cell, "entity": finding.entity, "message": finding.message,
        "remedy": finding.remedy, "effort_p50_hours": round(finding.effort.p50, 2),
        "effort_p90_hours": round(finding.effort.p90, 2), "downstream": finding.downstream,
        "priority": round(finding.priority, 3), "fingerprint": finding.fingerprint,
    }  # fmt: skip


def facts_table(audit: Audit) -> pd.DataFrame:
    """A row for each verdict (component and rule) and for each measure of a component.

    `outcome` is that of the rule, or `measured`; `value` is what was measured, in `unit`; `warn` and `fail` are the
    thresholds that it is held against. `n` counts the determined instances and is clean + not evidenced + found.
    """
    rules = {rule.id: rule for rule in audit.rules}
    rows: list[dict[str, Any]] = []
    for verdict in sorted(audit.verdicts, key=lambda v: (v.component, v.rule)):
        rule = rules.get(verdict.rule)
        rows.append({
            "component": verdict.component, "fact": verdict.rule, "title": rule.title if rule else "",
            "family": rule.family if rule else "", "outcome": verdict.outcome.value, "value": verdict.value,
            "unit": rule.unit if rule else "", "warn": rule.warn if rule else None, "fail": rule.fail if rule else None,
            "applicability": verdict.applicability, "n": verdict.n, "clean": verdict.clean,
            "not_evidenced": verdict.not_evidenced, "found": len(verdict.certainties),
            "undetermined": verdict.undetermined, "reason": verdict.reason, "searched": "; ".join(verdict.searched),
        })  # fmt: skip
    for component in audit.components:
        rows += _measures(component)
    return _frame(rows, _FACT)


_FACT = {
    "component": "string", "fact": "string", "title": "string", "family": "string", "outcome": "string", "value": "float64",
    "unit": "string", "warn": "float64", "fail": "float64", "applicability": "float64", "n": "Int64", "clean": "Int64",
    "not_evidenced": "Int64", "found": "Int64", "undetermined": "Int64", "reason": "string", "searched": "string",
}  # fmt: skip


def _measures(component: Component) -> list[dict[str, Any]]:
    """The measures and counts of a component that are numbers."""
    numbers = {
        **component.metrics,
        **component.counts,
        "logical_lines": component.logical_lines,
        "files": component.files,
    }
    return [
        {"component": component.id, "fact": name, "outcome": "measured", "value": float(value)}
        for name, value in sorted(numbers.items())
        if isinstance(value, int | float)
    ]


def _frame(rows: list[dict[str, Any]], columns: dict[str, str]) -> pd.DataFrame:
    """Rows as a table of those columns, also where there are no rows; text is shown as it is printed everywhere."""
    import pandas as pd

    shown = [{name: plain(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in rows]
    return pd.DataFrame(shown, columns=list(columns)).astype(columns)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as its suffix says: .parquet, else CSV in which no cell can be taken for a formula.

    The whole table or nothing. Raises UsageError where that cannot be done.
    """
    write_tables([table], path)


def write_tables(tables: Iterable[pd.DataFrame], path: Path) -> None:
    """Write tables of the same columns one below the other, holding one at a time. As `write_table`."""
    try:
        with placed(path) as file:
            (_stack_parquet if path.suffix == ".parquet" else _stack_csv)(tables, file)
    except ImportError as error:
        raise UsageError(_NO_PYARROW) from error
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _stack_csv(tables: Iterable[pd.DataFrame], file: IO[bytes]) -> None:
    for number, table in enumerate(tables):
        file.write(_csv(table, header=number == 0).encode())


def _stack_parquet(tables: Iterable[pd.DataFrame], file: IO[bytes]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    writer = None
    try:
        for table in tables:
            rows = pa.Table.from_pandas(table, preserve_index=False, schema=writer.schema if writer else None)
            writer = writer or parquet.ParquetWriter(file, rows.schema)
            writer.write_table(rows)
    finally:
        if writer is not None:
            writer.close()


_NO_PYARROW = "Parquet needs pyarrow; install ml-debt-auditor[parquet], or write csv"


def _csv(table: pd.DataFrame, *, header: bool = True) -> str:
    """The table for spreadsheets: what they would compute is marked as text."""
    return table.map(_as_text).to_csv(index=False, header=header, lineterminator="\n")


def _as_text(cell: object) -> object:
    """A cell as it is, or marked as text where it would be computed."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _parquet(table: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    try:
        table.to_parquet(file, index=False)
    except ImportError as error:
        raise UsageError(_NO_PYARROW) from error
    return file.getvalue()
