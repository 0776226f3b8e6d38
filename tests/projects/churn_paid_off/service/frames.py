"""From a request to the tables that `churn.features.build` takes."""

from __future__ import annotations

import pandas as pd

from churn import features
from service.messages import CustomerIn


def inputs(customer: CustomerIn) -> pd.DataFrame:
    """The features of one customer, by the same code as in training."""
    base = customer.model_dump(exclude={"usage", "ticket_months"})
    usage = pd.DataFrame([{"customer_id": customer.customer_id, **month.model_dump()} for month in customer.usage])
    tickets = pd.DataFrame(
        {
            "customer_id": pd.Series([customer.customer_id] * len(customer.ticket_months), dtype=str),
            "opened_month": pd.Series(customer.ticket_months, dtype=str),
        }
    )
    return features.build(pd.DataFrame([base]), usage, tickets)
