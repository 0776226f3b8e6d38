"""Cleaning and features on a handful of rows."""

from __future__ import annotations

import pandas as pd
import pytest
import synthetic

from churn import cleaning, columns, drift, features, months


def one_customer() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    base = {"customer_id": "H1", "snapshot_month": "2024-06", "signup_month": "2023-06", "contract": "monthly"}
    customers = pd.DataFrame([{**base, "payment": "card", "region": "coast", "monthly_charge": 20.0}])
    usage = pd.DataFrame(
        {
            "customer_id": "H1",
            "month": ["2024-03", "2024-04", "2024-05", "2024-06", "2024-07"],
            "minutes": [999.0, 100.0, 200.0, 300.0, 999.0],
            "data_gb": [99.0, 1.0, 2.0, 3.0, 99.0],
            "dropped_calls": [9.0, 0.0, 2.0, 4.0, 9.0],
        }
    )
    tickets = pd.DataFrame({"customer_id": ["H1", "H1"], "opened_month": ["2024-06", "2024-07"]})
    return customers, usage, tickets


def test_only_the_window_counts():
    row = features.build(*one_customer()).iloc[0]
    assert row["minutes_mean"] == 200
    assert row["data_gb_mean"] == 2
    assert row["data_gb_trend"] == pytest.approx(1.0)
    assert row["tickets_3m"] == 1
    assert row["tenure_months"] == 12


def test_a_customer_without_usage_keeps_a_row():
    customers, usage, tickets = one_customer()
    row = features.build(customers, usage.iloc[:0], tickets.iloc[:0]).iloc[0]
    assert pd.isna(row["minutes_mean"])
    assert row["tickets_3m"] == 0


def test_months_count_and_back():
    assert months.number("2024-01") - months.number("2023-12") == 1
    assert months.name(months.number("2024-10")) == "2024-10"


def test_cleaning_unifies_contracts_and_drops_test_accounts():
    customers, _, _ = synthetic.tables(count=3)
    customers["contract"] = " 12M "
    customers.loc[0, columns.CUSTOMER] = "TST1"
    cleaned = cleaning.customers(customers)
    assert set(cleaned["contract"]) == {"one_year"}
    assert len(cleaned) == len(customers) - 1


def test_negative_corrections_become_zero():
    usage = pd.DataFrame({"customer_id": ["H1"], "month": ["2024-06"], "minutes": [-5.0], "data_gb": [1.0], "dropped_calls": [0.0]})
    assert cleaning.usage(usage)["minutes"].tolist() == [0.0]


def test_stability_index_is_zero_for_the_same_and_large_for_another_population():
    assert drift.psi([0.5, 0.5], [0.5, 0.5]) == 0
    assert drift.psi([0.9, 0.1], [0.1, 0.9]) > 1
