"""Comparison of runs."""

import json
import os

import numpy as np

from churn import core, labels, scoring


def band_shares(scores):
    """Share of customers per risk band."""
    bands = [scoring.band(score) for score in scores]
    return {name: bands.count(name) / max(len(bands), 1) for name in ("low", "medium", "high")}


def compare_with_last(scores):
    """Log how the mean score moved since the last report."""
    path = core.METRICS_PATH
    if not os.path.exists(path):
        return None
    with open(path) as handle:
        last = json.load(handle)
    moved = float(np.mean(scores)) - last.get("mean_score", 0.0)
    core.log.info("mean score moved by %.4f", moved)
    return moved


def rates(frame):
    """Churn rate overall, and per contract type."""
    return {"all": labels.churn_rate(frame), **labels.rate_by(frame, "contract")}


def summary(truth, scores):
    """Metrics and band shares in one dictionary."""
    metrics = core.evaluate_scores(truth, scores)
    metrics["bands"] = band_shares(scores)
    metrics["mean_score"] = float(np.mean(scores))
    return metrics
