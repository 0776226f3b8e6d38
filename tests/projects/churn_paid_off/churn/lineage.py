"""Where a training run came from: commit, data and parameters."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import asdict
from importlib.metadata import version

import pandas as pd

from churn.settings import Model


def fingerprint(frame: pd.DataFrame) -> str:
    """Hash of the rows in order, the same on every machine."""
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return hashlib.sha256(rows.tobytes()).hexdigest()


def record(params: Model, train: pd.DataFrame, threshold: float) -> dict[str, object]:
    """Everything needed to find this run again."""
    return {
        "commit": os.environ.get("GITHUB_SHA", "local"),
        "python": platform.python_version(),
        "scikit_learn": version("scikit-learn"),
        "params": asdict(params),
        "train_rows": len(train),
        "train_fingerprint": fingerprint(train),
        "threshold": threshold,
    }
