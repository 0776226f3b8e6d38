"""Cleaning of customer and usage extracts."""

import pandas as pd

from churn import core, periods
from churn import tariffs as tariff_list

TEST_PREFIX = "TST"


def drop_test_accounts(frame):
    """Remove accounts that the shops use for trainings."""
    keep = ~frame[core.ID_COLUMN].astype(str).str.startswith(TEST_PREFIX)
    return frame[keep].reset_index(drop=True)


def normalise_contract(frame):
    """One spelling per contract type; the billing system writes three."""
    spelling = {"12m": "one_year", "24m": "two_year", "none": "monthly"}
    frame["contract"] = frame["contract"].str.strip().str.lower().replace(spelling)
    return frame


def fix_charges(frame, tariffs):
    """Fill missing monthly charges from the tariff list."""
    tariff_list.unknown(frame, tariffs)
    prices = tariff_list.prices(tariffs)
    missing = frame["monthly_charge"].isna()
    frame.loc[missing, "monthly_charge"] = frame.loc[missing, "tariff"].map(prices)
    return frame


def clean_customers(frame, tariffs):
    """All cleaning steps for customers in order."""
    frame = drop_test_accounts(frame)
    frame = normalise_contract(frame)
    frame = fix_charges(frame, tariffs)
    return frame.drop_duplicates(core.ID_COLUMN, keep="last")


def clean_usage(frame):
    """Usage without negative corrections and without the current, incomplete month."""
    frame = frame[periods.complete(frame["month"])].copy()
    for column in core.USAGE_COLUMNS:
        frame[column] = pd.to_numeric(frame[column], errors="coerce").clip(lower=0)
    return frame
