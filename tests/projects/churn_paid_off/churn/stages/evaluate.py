"""Judge the candidate on the test months."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import pandas as pd

from churn import columns, evaluation, modelling
from churn.bundle import Bundle

CANDIDATE = Path("models/candidate.joblib")
TEST = Path("data/split/test.parquet")
REPORTS = Path("reports")


def judge(candidate: Bundle, test: pd.DataFrame) -> tuple[dict[str, float], pd.DataFrame]:
    """Figures of the candidate beside the naive rule, and the table of slices."""
    scores = modelling.predict(candidate.pipeline, test)
    figures = evaluation.metrics(test[columns.TARGET], scores, candidate.threshold)
    naive = evaluation.metrics(test[columns.TARGET], evaluation.naive_scores(test), 0.5)
    slices = evaluation.by_slice(test, scores, candidate.threshold)
    figures["naive_average_precision"] = naive["average_precision"]
    figures["slice_gap"] = evaluation.slice_gap(slices)
    return figures, slices


def main() -> None:
    """Write reports/metrics.json and reports/slices.csv."""
    candidate: Bundle = joblib.load(CANDIDATE)
    figures, slices = judge(candidate, pd.read_parquet(TEST))
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "metrics.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
    slices.to_csv(REPORTS / "slices.csv", index=False)


if __name__ == "__main__":
    main()
