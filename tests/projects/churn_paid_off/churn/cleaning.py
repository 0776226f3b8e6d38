"""Cleaning of the warehouse extracts; frames in, frames out."""

from __future__ import annotations

import pandas as pd

from churn import columns

TEST_PREFIX = "TST"
CONTRACT_SPELLING = {"12m": "one_year", "24m": "two_year", "none": "monthly"}


def without_test_accounts(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of real customers; shops use accounts with the prefix TST for trainings."""
    keep = ~frame[columns.CUSTOMER].str.startswith(TEST_PREFIX)
    return frame[keep].reset_index(drop=True)


def customers(frame: pd.DataFrame) -> pd.DataFrame:
    """Customers with one spelling per contract and one row per customer and month."""
    real = without_test_accounts(frame)
    contract = real["contract"].str.strip().str.lower().replace(CONTRACT_SPELLING)
    return real.assign(contract=contract).drop_duplicates(columns.KEYS, keep="last").reset_index(drop=True)


def usage(frame: pd.DataFrame) -> pd.DataFrame:
    """Usage without the negative rows by which billing corrects earlier months."""
    real = without_test_accounts(frame)
    amounts = real[["minutes", "data_gb", "dropped_calls"]].clip(lower=0)
    return real.assign(**{name: amounts[name] for name in amounts})


def tickets(frame: pd.DataFrame) -> pd.DataFrame:
    """Tickets of real customers."""
    return without_test_accounts(frame)
