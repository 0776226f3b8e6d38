"""Names of the columns that data, model and service share."""

from __future__ import annotations

CUSTOMER = "customer_id"
MONTH = "snapshot_month"
KEYS = [CUSTOMER, MONTH]
TARGET = "churned"

NUMERIC = [
    "tenure_months",
    "monthly_charge",
    "minutes_mean",
    "data_gb_mean",
    "data_gb_trend",
    "dropped_call_rate",
    "tickets_3m",
    "charge_per_gb",
]
CATEGORICAL = ["contract", "payment", "region"]
INPUTS = [*NUMERIC, *CATEGORICAL]

CONTRACTS = ["monthly", "one_year", "two_year"]
PAYMENTS = ["direct_debit", "card", "invoice", "voucher"]
REGIONS = ["north", "south", "coast", "capital"]
