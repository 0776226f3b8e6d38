"""Request and response of the service, with the ranges the model was trained on."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MONTH = r"^20\d{2}-(0[1-9]|1[0-2])$"


class UsageMonth(BaseModel):
    """Usage of one month."""

    month: str = Field(pattern=MONTH)
    minutes: float = Field(ge=0, le=50_000)
    data_gb: float = Field(ge=0, le=5_000)
    dropped_calls: float = Field(ge=0, le=10_000)


class CustomerIn(BaseModel):
    """A customer as the front end knows them."""

    model_config = ConfigDict(extra="forbid")

    customer_id: str = Field(min_length=1, max_length=40)
    snapshot_month: str = Field(pattern=MONTH)
    signup_month: str = Field(pattern=MONTH)
    contract: Literal["monthly", "one_year", "two_year"]
    payment: Literal["direct_debit", "card", "invoice", "voucher"]
    region: Literal["north", "south", "coast", "capital"]
    monthly_charge: float = Field(ge=0, le=500)
    usage: list[UsageMonth] = Field(min_length=1, max_length=12)
    ticket_months: list[str] = Field(default_factory=list, max_length=100)


class ScoreOut(BaseModel):
    """Score and decision with the version that made them."""

    model_config = ConfigDict(protected_namespaces=())

    request_id: str
    customer_id: str
    score: float
    at_risk: bool
    model_version: str
