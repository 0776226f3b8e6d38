"""Clean usage records and sum them per customer and month."""

import pandas as pd

from churn import cleaning, core


def main():
    """Read raw usage, write monthly usage."""
    core.setup_logging()
    usage = pd.read_csv(core.RAW_DIR / "usage.csv")
    usage = cleaning.clean_usage(usage)
    monthly = usage.groupby([core.ID_COLUMN, "month"], as_index=False)[core.USAGE_COLUMNS].sum()
    core.INTERIM_DIR.mkdir(parents=True, exist_ok=True)
    monthly.to_parquet(core.USAGE_MONTHLY, index=False)
    core.log.info("wrote %d customer months", len(monthly))


if __name__ == "__main__":
    main()
