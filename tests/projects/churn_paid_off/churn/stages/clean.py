"""Validate and clean the warehouse extracts."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from churn import cleaning, schemas

RAW = Path("data/raw")
INTERIM = Path("data/interim")
TEXT = {"customer_id": str, "snapshot_month": str, "signup_month": str, "month": str, "opened_month": str}

log = logging.getLogger(__name__)


def main() -> None:
    """Read data/raw, write data/interim; a table that violates its schema fails the run."""
    raw_customers = pd.read_csv(RAW / "customers.csv", dtype={**TEXT, "monthly_charge": float})
    raw_usage = pd.read_csv(RAW / "usage.csv", dtype={**TEXT, "minutes": float, "data_gb": float, "dropped_calls": float})
    raw_tickets = pd.read_csv(RAW / "tickets.csv", dtype=TEXT)

    customers = schemas.CUSTOMERS.validate(cleaning.customers(raw_customers))
    usage = schemas.USAGE.validate(cleaning.usage(raw_usage))
    tickets = schemas.TICKETS.validate(cleaning.tickets(raw_tickets))
    log.info("kept %d of %d customer months", len(customers), len(raw_customers))

    INTERIM.mkdir(parents=True, exist_ok=True)
    customers.to_parquet(INTERIM / "customers.parquet", index=False)
    usage.to_parquet(INTERIM / "usage.parquet", index=False)
    tickets.to_parquet(INTERIM / "tickets.parquet", index=False)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
