"""Reasons shown to the retention desk."""

from churn import core

REASONS = {
    "tickets_90d": "several tickets in the last three months",
    "dropped_call_rate": "many dropped calls",
    "tenure_months": "new customer",
    "charge_per_gb": "pays a lot per gigabyte",
}


def top_reasons(model, count=3):
    """Texts for the columns that weigh most in the model."""
    names = core.importances(model, top=10)
    return [REASONS[name] for name in names if name in REASONS][:count]
