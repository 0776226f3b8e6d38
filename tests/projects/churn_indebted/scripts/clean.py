"""Clean the customer extract (DVC stage `clean`)."""

import os

import pandas as pd

from churn import cleaning, core

RAW = os.path.join("data", "raw", "customers.csv")
TARIFFS = os.path.join("data", "reference", "tariffs.csv")
CLEAN = os.path.join("data", "interim", "customers_clean.parquet")


def main():
    """Read, clean and write customers."""
    core.setup_logging()
    customers = pd.read_csv(RAW)
    tariffs = pd.read_csv(TARIFFS)
    before = len(customers)
    customers = cleaning.clean_customers(customers, tariffs)
    os.makedirs(os.path.dirname(CLEAN), exist_ok=True)
    customers.to_parquet(CLEAN, index=False)
    core.log.info("kept %d of %d customers", len(customers), before)


if __name__ == "__main__":
    main()
