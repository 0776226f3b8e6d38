"""Trends as pandas tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.model.trend import Life, Trend

if TYPE_CHECKING:
    import pandas as pd


def points_table(trend: Trend) -> pd.DataFrame:
    """A row for each audited commit: time (UTC), debt and its range, hours, counts by severity, debt by family."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for point in trend.points:
        row: dict[str, Any] = {
            "commit": point.commit, "tags": " ".join(point.tags), "debt": point.debt, "low": point.low, "high": point.high,
            "net": point.net, "grade": point.grade, "coverage": point.coverage, "hours_p50": point.hours_p50,
            "hours_p90": point.hours_p90, "logical_lines": point.lines, "unread": point.unread, "new": point.new, "fixed": point.fixed,
            "reported": point.reported, "reported_under": " ".join(point.reported_under), "problem": point.problem,
        }  # fmt: skip
        row |= {f"findings_{name}": point.counts.get(name, 0) for name in ("critical", "high", "medium", "low", "info")}
        row |= {f"debt_{family}": debt for family, debt in point.families.items()}
        rows.append(row)
    table = pd.DataFrame(rows)
    table.insert(1, "time", pd.to_datetime([point.time for point in trend.points], unit="s", utc=True))
    return table


def lives_table(trend: Trend) -> pd.DataFrame:
    """A row for each finding: what it is, when it came, when it went, and how it ended."""
    import msgspec
    import pandas as pd

    names = [field.name for field in msgspec.structs.fields(Life)]
    table = pd.DataFrame([msgspec.to_builtins(life) for life in trend.lives], columns=names)
    for column in ("introduced_time", "resolved_time"):
        if column in table:
            table[column] = pd.to_datetime(table[column], unit="s", utc=True)
    return table
