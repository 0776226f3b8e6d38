"""Join features with labels and split them by month."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from churn import columns, settings, splitting

FEATURES = Path("data/features/features.parquet")
CUSTOMERS = Path("data/interim/customers.parquet")
OUT = Path("data/split")


def labelled(features: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Rows whose three months after the snapshot have passed, with their label."""
    labels = customers[[*columns.KEYS, columns.TARGET]]
    frame = features.merge(labels, on=columns.KEYS, how="left", validate="one_to_one")
    return frame[frame[columns.TARGET].notna()]


def main() -> None:
    """Write the three parts."""
    params = settings.split_section(settings.read())
    frame = labelled(pd.read_parquet(FEATURES), pd.read_parquet(CUSTOMERS))
    parts = splitting.by_month(frame, params)
    OUT.mkdir(parents=True, exist_ok=True)
    parts.train.to_parquet(OUT / "train.parquet", index=False)
    parts.validation.to_parquet(OUT / "validation.parquet", index=False)
    parts.test.to_parquet(OUT / "test.parquet", index=False)


if __name__ == "__main__":
    main()
