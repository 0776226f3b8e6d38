"""Score the customers of the latest month."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from churn import columns, modelling, registry
from churn.bundle import Bundle

FEATURES = Path("data/features/features.parquet")
SCORES = Path("data/scores/scores.csv")


def latest(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the latest month."""
    return frame[frame[columns.MONTH] == frame[columns.MONTH].max()]


def scored(model: Bundle, frame: pd.DataFrame, version: str) -> pd.DataFrame:
    """Scores and decisions with the version that made them."""
    score = modelling.predict(model.pipeline, frame)
    decided = (score >= model.threshold).astype(int)
    return frame[columns.KEYS].assign(score=score, at_risk=decided, model_version=version)


def main() -> None:
    """Read features, write data/scores/scores.csv."""
    release, model = registry.load_production()
    table = scored(model, latest(pd.read_parquet(FEATURES)), release.version)
    SCORES.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(SCORES, index=False)


if __name__ == "__main__":
    main()
