"""Features on a handful of customers."""

import pandas as pd

from churn import core, scoring


def test_tenure_is_in_months():
    frame = pd.DataFrame({"signup_date": pd.to_datetime(["2023-06-30", "2024-06-30"])})
    months = core.add_tenure(frame, "2024-06-30")["tenure_months"]
    assert 11.9 < months[0] < 12.1
    assert months[1] == 0


def test_unknown_contract_becomes_minus_one():
    frame = core.add_codes(pd.DataFrame({"contract": ["monthly", "weekly"], "payment": ["card", "card"]}))
    assert list(frame["contract_code"]) == [0, -1]


def test_bands():
    assert [scoring.band(value) for value in (0.1, 0.4, 0.9)] == ["low", "medium", "high"]
