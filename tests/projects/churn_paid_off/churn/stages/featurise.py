"""Build the feature table."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from churn import features, schemas

INTERIM = os.path.join("data", "interim")
FEATURES = Path("data/features/features.parquet")


def main() -> None:
    """Read the cleaned tables, write one row per customer and month."""
    customers = pd.read_parquet(os.path.join(INTERIM, "customers.parquet"))
    usage = pd.read_parquet(os.path.join(INTERIM, "usage.parquet"))
    tickets = pd.read_parquet(os.path.join(INTERIM, "tickets.parquet"))
    frame = schemas.FEATURES.validate(features.build(customers, usage, tickets))
    FEATURES.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(FEATURES, index=False)


if __name__ == "__main__":
    main()
