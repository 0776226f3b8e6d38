"""Features of a customer in a month; training, batch scoring and the service all call `build`."""

from __future__ import annotations

import pandas as pd

from churn import columns, months

WINDOW = 3
"""Months of usage and tickets that a feature looks back on, the snapshot month included."""


def _recent(base: pd.DataFrame, events: pd.DataFrame, month_column: str) -> pd.DataFrame:
    """Events of each base row's customer inside its window."""
    joined = base[columns.KEYS].merge(events, on=columns.CUSTOMER, how="inner", validate="many_to_many")
    age = months.numbers(joined[columns.MONTH]) - months.numbers(joined[month_column])
    return joined[(age >= 0) & (age < WINDOW)]


def usage_features(base: pd.DataFrame, usage: pd.DataFrame) -> pd.DataFrame:
    """Means, trend of data volume and rate of dropped calls per key."""
    recent = _recent(base, usage, "month").sort_values([*columns.KEYS, "month"])
    grouped = recent.groupby(columns.KEYS)
    means = grouped[["minutes", "data_gb", "dropped_calls"]].mean()
    first, last = grouped["data_gb"].first(), grouped["data_gb"].last()
    return pd.DataFrame(
        {
            "minutes_mean": means["minutes"],
            "data_gb_mean": means["data_gb"],
            "data_gb_trend": (last - first) / (first + 1.0),
            "dropped_call_rate": means["dropped_calls"] / (means["minutes"] + 1.0),
        }
    ).reset_index()


def ticket_features(base: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    """Number of tickets in the window per key."""
    recent = _recent(base, tickets, "opened_month")
    return recent.groupby(columns.KEYS).size().rename("tickets_3m").reset_index()


def build(customers: pd.DataFrame, usage: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    """One row of features per customer and month, keys first; the target is not among them."""
    frame = customers[[*columns.KEYS, "contract", "payment", "region", "monthly_charge"]].copy()
    frame["tenure_months"] = months.numbers(customers[columns.MONTH]) - months.numbers(customers["signup_month"])
    frame = frame.merge(usage_features(frame, usage), on=columns.KEYS, how="left", validate="one_to_one")
    frame = frame.merge(ticket_features(frame, tickets), on=columns.KEYS, how="left", validate="one_to_one")
    frame["tickets_3m"] = frame["tickets_3m"].fillna(0)
    frame["charge_per_gb"] = frame["monthly_charge"] / (frame["data_gb_mean"] + 0.1)
    numeric = frame[columns.NUMERIC].astype(float)
    return pd.concat([frame[columns.KEYS], numeric, frame[columns.CATEGORICAL]], axis=1)
