"""Fetch the extracts of the data warehouse."""

import argparse

import pandas as pd

from churn import core

CUSTOMERS_URL = "s3://halden-exports/churn/latest/customers.csv"
USAGE_URL = "s3://halden-exports/churn/latest/usage.csv"


def fetch(limit=None):
    """Copy the latest customer and usage extracts into data/raw."""
    customers = pd.read_csv(CUSTOMERS_URL, nrows=limit)
    usage = pd.read_csv(USAGE_URL, nrows=limit)
    customers.to_csv(core.CUSTOMERS_CSV, index=False)
    usage.to_csv(core.USAGE_CSV, index=False)
    core.log.info("fetched %d customers and %d usage rows", len(customers), len(usage))


def main():
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=None, help="only the first rows, for trying things out")
    args = parser.parse_args()
    core.setup_logging()
    core.ensure_dirs()
    fetch(args.limit)


if __name__ == "__main__":
    main()
