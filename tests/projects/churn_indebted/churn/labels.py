"""Labels of the billing team."""

from churn import core


def churn_rate(frame):
    """Share of customers who cancelled."""
    return float(frame[core.TARGET].mean())


def rate_by(frame, column):
    """Churn rate per value of a column, the highest first."""
    return frame.groupby(column)[core.TARGET].mean().sort_values(ascending=False).to_dict()
