"""Invented customers for the tests: small, seeded, with a signal that a model can find."""

from __future__ import annotations

import numpy as np
import pandas as pd

from churn import columns, months

FIRST = "2024-06"
SNAPSHOTS = 16
UNLABELLED = 3


def tables(count: int = 80, seed: int = 5) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Customers, usage and tickets as the warehouse exports them."""
    random = np.random.default_rng(seed)
    start = months.number(FIRST)
    customers, usage, tickets = [], [], []
    for index in range(count):
        customer = f"H{index:05d}"
        contract = columns.CONTRACTS[random.integers(3)]
        charge = round(float(random.uniform(10, 60)), 2)
        signup = months.name(start - 3 - int(random.integers(1, 240)))
        fixed = {"payment": columns.PAYMENTS[random.integers(4)], "region": columns.REGIONS[random.integers(4)]}
        volume = float(random.uniform(1, 40))
        for offset in range(-2, SNAPSHOTS):
            month = months.name(start + offset)
            dropped = float(random.poisson(2))
            usage.append((customer, month, round(float(random.uniform(50, 900)), 1), round(volume * float(random.uniform(0.5, 1.5)), 2), dropped))
            opened = int(random.poisson(0.3))
            tickets += [(customer, month)] * opened
            if offset < 0:
                continue
            odds = 0.04 + 0.1 * (contract == "monthly") + 0.2 * (opened > 0) + 0.6 * (charge > 45)
            churned = pd.NA if offset >= SNAPSHOTS - UNLABELLED else int(random.random() < odds)
            customers.append((customer, month, signup, contract, fixed["payment"], fixed["region"], charge, churned))
    return (
        pd.DataFrame(customers, columns=[*columns.KEYS, "signup_month", "contract", "payment", "region", "monthly_charge", columns.TARGET]),
        pd.DataFrame(usage, columns=[columns.CUSTOMER, "month", "minutes", "data_gb", "dropped_calls"]),
        pd.DataFrame(tickets, columns=[columns.CUSTOMER, "opened_month"]),
    )


def outcomes(count: int = 80, seed: int = 6) -> pd.DataFrame:
    """Logged scores with what happened later."""
    random = np.random.default_rng(seed)
    truth = (random.random(count) < 0.3).astype(int)
    score = np.clip(0.25 + 0.4 * truth + random.normal(0, 0.12, count), 0, 1).round(4)
    return pd.DataFrame(
        {
            columns.CUSTOMER: [f"H{index:05d}" for index in range(count)],
            columns.MONTH: FIRST,
            "model_version": "v-000000000000",
            "score": score,
            "at_risk": (score >= 0.4).astype(int),
            columns.TARGET: truth,
        }
    )
