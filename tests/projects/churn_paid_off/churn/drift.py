"""Population stability of features and scores against the rows a model was trained on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from churn import columns

BINS = 10
FLOOR = 1e-4


def _shares(values: pd.Series, edges: list[float]) -> list[float]:
    """Share of values per bin; the outer bins are open."""
    inner = np.asarray(edges[1:-1])
    counts = np.bincount(np.searchsorted(inner, values.dropna().to_numpy(), side="right"), minlength=len(edges) - 1)
    return (counts / max(counts.sum(), 1)).tolist()


def _numeric_reference(values: pd.Series) -> dict[str, list[float]]:
    edges = np.unique(np.quantile(values.dropna(), np.linspace(0, 1, BINS + 1))).tolist()
    edges = edges if len(edges) > 1 else [edges[0], edges[0] + 1.0]
    return {"edges": edges, "shares": _shares(values, edges)}


def reference(train: pd.DataFrame, scores: np.ndarray) -> dict[str, dict]:
    """Bins and shares of each input and of the score over the training rows."""
    numeric = {name: _numeric_reference(train[name]) for name in columns.NUMERIC}
    numeric["score"] = _numeric_reference(pd.Series(scores))
    categorical = {name: train[name].value_counts(normalize=True).to_dict() for name in columns.CATEGORICAL}
    return {"numeric": numeric, "categorical": categorical}


def psi(expected: list[float], actual: list[float]) -> float:
    """Population stability index of two distributions over the same bins."""
    wanted = np.clip(expected, FLOOR, None)
    seen = np.clip(actual, FLOOR, None)
    return float(np.sum((seen - wanted) * np.log(seen / wanted)))


def compare(stored: dict[str, dict], current: pd.DataFrame) -> dict[str, float]:
    """Index of each input and of the column `score` in the current rows."""
    found = {}
    for name, bins in stored["numeric"].items():
        found[name] = psi(bins["shares"], _shares(current[name], bins["edges"]))
    for name, shares in stored["categorical"].items():
        actual = current[name].value_counts(normalize=True)
        values = sorted({*shares, *actual.index})
        found[name] = psi([shares.get(v, 0.0) for v in values], [float(actual.get(v, 0.0)) for v in values])
    return found
