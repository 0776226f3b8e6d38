"""Monthly report for the retention desk."""

import pickle
import sys
from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression

from churn import core, reporting

REPORT_DIR = Path("reports")


def baseline_scores(frame):
    """Scores of the three-column baseline, for comparison."""
    with open(Path("models") / "baseline.pkl", "rb") as handle:
        model: LogisticRegression = pickle.load(handle)
    return model.predict_proba(frame[["tenure_months", "monthly_charge", "tickets_90d"]].fillna(0))[:, 1]


def main(month):
    """Join scores with features and write one table per region."""
    frame = pd.read_parquet("data/processed/features.parquet")
    scores = pd.read_csv(f"data/processed/{'last_scores'}.csv")
    frame = frame.merge(scores, on="customer_id", how="left", validate="one_to_one")
    frame["baseline"] = baseline_scores(frame)
    by_region = frame.groupby("region")[["score", "baseline"]].mean()
    REPORT_DIR.mkdir(exist_ok=True)
    by_region.to_csv(REPORT_DIR / f"retention_{month}.csv")
    reporting.html_summary({"customers": len(frame), "mean_score": float(frame["score"].mean())})
    core.log.info("report for %s written", month)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else core.SNAPSHOT[:7])
