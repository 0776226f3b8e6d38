"""Months and snapshot dates."""

from churn import core


def snapshot_month():
    """Month of the snapshot date as YYYY-MM."""
    return core.SNAPSHOT[:7]


def complete(months):
    """Whether each month ended before the snapshot did."""
    return months < snapshot_month()
