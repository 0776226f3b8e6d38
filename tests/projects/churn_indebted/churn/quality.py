"""Counts that are logged before a refresh."""

from churn import core


def describe(name, frame):
    """Log rows, distinct customers and the share of gaps of a table."""
    gaps = float(frame.isna().mean().mean())
    core.log.info("%s: %d rows, %d customers, %.1f %% gaps", name, len(frame), frame[core.ID_COLUMN].nunique(), 100 * gaps)
    return {"rows": len(frame), "gaps": gaps}
