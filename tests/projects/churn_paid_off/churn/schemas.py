"""What the tables must look like; a violation fails the stage that reads them."""

from __future__ import annotations

import pandera as pa

from churn import columns

_MONTH = pa.Check.str_matches(r"^20\d{2}-(0[1-9]|1[0-2])$")

CUSTOMERS = pa.DataFrameSchema(
    {
        columns.CUSTOMER: pa.Column(str),
        columns.MONTH: pa.Column(str, _MONTH),
        "signup_month": pa.Column(str, _MONTH),
        "contract": pa.Column(str, pa.Check.isin(columns.CONTRACTS)),
        "payment": pa.Column(str, pa.Check.isin(columns.PAYMENTS)),
        "region": pa.Column(str, pa.Check.isin(columns.REGIONS)),
        "monthly_charge": pa.Column(float, pa.Check.in_range(0, 500)),
        columns.TARGET: pa.Column("Int64", pa.Check.isin([0, 1]), nullable=True, coerce=True),
    },
    unique=columns.KEYS,
    strict=True,
)

USAGE = pa.DataFrameSchema(
    {
        columns.CUSTOMER: pa.Column(str),
        "month": pa.Column(str, _MONTH),
        "minutes": pa.Column(float, pa.Check.ge(0)),
        "data_gb": pa.Column(float, pa.Check.ge(0)),
        "dropped_calls": pa.Column(float, pa.Check.ge(0)),
    },
    unique=[columns.CUSTOMER, "month"],
    strict=True,
)

TICKETS = pa.DataFrameSchema(
    {columns.CUSTOMER: pa.Column(str), "opened_month": pa.Column(str, _MONTH)},
    strict=True,
)

FEATURES = pa.DataFrameSchema(
    {
        **{name: pa.Column(float, nullable=True, coerce=True) for name in columns.NUMERIC},
        **{name: pa.Column(str) for name in columns.CATEGORICAL},
        columns.CUSTOMER: pa.Column(str),
        columns.MONTH: pa.Column(str, _MONTH),
    },
    unique=columns.KEYS,
)

OUTCOMES = pa.DataFrameSchema(
    {
        columns.CUSTOMER: pa.Column(str),
        columns.MONTH: pa.Column(str, _MONTH),
        "model_version": pa.Column(str),
        "score": pa.Column(float, pa.Check.in_range(0, 1)),
        "at_risk": pa.Column(int, pa.Check.isin([0, 1])),
        columns.TARGET: pa.Column(int, pa.Check.isin([0, 1])),
    },
    strict=True,
)
