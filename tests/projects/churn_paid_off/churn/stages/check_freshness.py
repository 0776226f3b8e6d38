"""Refuse to retrain on an extract that upstream has stopped to refresh."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from churn import columns, months

CUSTOMERS = Path("data/raw/customers.csv")


def age_in_months(frame: pd.DataFrame, today: str) -> int:
    """Months between the latest snapshot and today (YYYY-MM)."""
    return months.number(today) - int(months.numbers(frame[columns.MONTH]).max())


def main() -> None:
    """Exit with 1 when the extract is too old or nearly empty."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--max-age", type=int, default=2, help="months")
    parser.add_argument("--min-rows", type=int, default=1000)
    args = parser.parse_args()
    frame = pd.read_csv(CUSTOMERS, dtype={columns.CUSTOMER: str, columns.MONTH: str}, usecols=columns.KEYS)
    age = age_in_months(frame, f"{datetime.now(UTC):%Y-%m}")
    if age > args.max_age or len(frame) < args.min_rows:
        sys.exit(f"extract is {age} months old and has {len(frame)} rows")


if __name__ == "__main__":
    main()
