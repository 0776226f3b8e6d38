"""Arithmetic on months written as YYYY-MM."""

from __future__ import annotations

import pandas as pd


def number(month: str) -> int:
    """Months since year zero, so that differences are plain subtractions."""
    year, part = month.split("-")
    return int(year) * 12 + int(part) - 1


def name(count: int) -> str:
    """The inverse of `number`."""
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def numbers(months: pd.Series) -> pd.Series:
    """`number` of every entry."""
    return months.map(number).astype("int64")
