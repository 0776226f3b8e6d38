"""Request and response of the churn service."""

from pydantic import BaseModel


class CustomerIn(BaseModel):
    """What the front end knows of a customer."""

    customer_id: str
    contract: str
    payment: str
    tenure_months: float
    monthly_charge: float
    minutes_mean: float
    data_gb_mean: float
    dropped_calls: float = 0
    tickets_90d: int = 0
    open_tickets: int = 0


class ScoreOut(BaseModel):
    """Score and band of a customer."""

    customer_id: str
    score: float
    band: str
