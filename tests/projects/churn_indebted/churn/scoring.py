"""Scores and risk bands."""

import pandas as pd

from churn import core, features

HIGH = 0.6
MEDIUM = 0.3


def band(score):
    """Risk band of one score."""
    if score >= HIGH:
        return "high"
    if score >= MEDIUM:
        return "medium"
    return "low"


def score_frame(model, frame):
    """Churn probability per row."""
    columns = features.model_columns()
    return model.predict_proba(frame[columns].fillna(0))[:, 1]


def score_customers(model, frame):
    """Scores with band, one row per customer, the riskiest first."""
    scored = pd.DataFrame({core.ID_COLUMN: frame[core.ID_COLUMN], "score": score_frame(model, frame)})
    scored["band"] = scored["score"].map(band)
    return scored.sort_values("score", ascending=False)
