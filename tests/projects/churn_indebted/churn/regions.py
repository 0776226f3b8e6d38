"""Figures per sales region."""

from churn import core


def add_income(frame, income):
    """Mean household income of the customer's region."""
    return frame.merge(income[["region", "region_income"]], on="region", how="left", validate="many_to_one")


def customers_per_region(frame):
    """Number of distinct customers in each region."""
    return frame.groupby("region")[core.ID_COLUMN].nunique().to_dict()
