"""Figures of a model on rows it has not seen: overall, against a naive rule, and by slice."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, precision_score, recall_score, roc_auc_score

from churn import columns

SLICES = ["region", "contract"]
MIN_CHURNERS = 15
"""Below this a slice is shown, yet not judged: one customer more or less would decide."""


def metrics(truth: pd.Series, scores: np.ndarray, threshold: float) -> dict[str, float]:
    """Ranking, calibration and decision quality."""
    labels = truth.astype(int)
    decided = scores >= threshold
    return {
        "average_precision": float(average_precision_score(labels, scores)),
        "roc_auc": float(roc_auc_score(labels, scores)),
        "brier": float(brier_score_loss(labels, scores)),
        "precision": float(precision_score(labels, decided, zero_division=0)),
        "recall": float(recall_score(labels, decided, zero_division=0)),
    }


def naive_scores(frame: pd.DataFrame) -> np.ndarray:
    """What the retention desk did before: monthly contracts first, those with tickets before the others."""
    monthly = (frame["contract"] == "monthly").astype(float)
    return np.asarray(0.5 * monthly + 0.5 * frame["tickets_3m"].clip(upper=5) / 5)


def by_slice(test: pd.DataFrame, scores: np.ndarray, threshold: float) -> pd.DataFrame:
    """Rows, churn rate and recall per value of each slice column."""
    judged = test.assign(score=scores, found=(scores >= threshold) & (test[columns.TARGET].astype(int) == 1))
    tables = []
    for column in SLICES:
        grouped = judged.groupby(column)
        churners = grouped[columns.TARGET].sum().astype(float)
        table = pd.DataFrame(
            {
                "rows": grouped.size(),
                "churners": churners.astype(int),
                "churn_rate": grouped[columns.TARGET].mean().astype(float),
                "recall": grouped["found"].sum() / churners.where(churners > 0),
            }
        )
        tables.append(table.rename_axis("value").reset_index().assign(slice=column))
    return pd.concat(tables, ignore_index=True)


def slice_gap(slices: pd.DataFrame) -> float:
    """Largest difference in recall between two values of the same slice column; 0 with too few churners."""
    judged = slices[slices["churners"] >= MIN_CHURNERS]
    if judged.empty:
        return 0.0
    recall = judged.groupby("slice")["recall"]
    return float((recall.max() - recall.min()).max())
