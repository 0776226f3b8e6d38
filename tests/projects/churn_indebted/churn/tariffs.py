"""Tariff list of the pricing team."""

from churn import core


def prices(tariffs):
    """Monthly charge per tariff, the newest version of each."""
    newest = tariffs.sort_values("valid_from").drop_duplicates("tariff", keep="last")
    return newest.set_index("tariff")["monthly_charge"]


def unknown(frame, tariffs):
    """Tariffs of customers that the list does not know."""
    missing = sorted(set(frame["tariff"].dropna()) - set(tariffs["tariff"]))
    if missing:
        core.log.warning("tariffs without a price: %s", ", ".join(missing))
    return missing
