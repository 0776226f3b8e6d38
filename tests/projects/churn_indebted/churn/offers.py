"""Offers that the retention desk may make."""

from churn import core

UPGRADE = "contract_upgrade"
SERVICE = "service_call"
BONUS = "data_bonus"


def campaign(row):
    """Offer for a customer at risk."""
    if row["contract_code"] == core.CONTRACT_CODES["monthly"]:
        return UPGRADE
    if row["tickets_90d"] >= 2:
        return SERVICE
    return BONUS


def cost(campaigns):
    """Expected cost of a list of campaigns, in euros."""
    price = {UPGRADE: 18.0, SERVICE: 6.5, BONUS: 3.0}
    return sum(price[name] for name in campaigns)
