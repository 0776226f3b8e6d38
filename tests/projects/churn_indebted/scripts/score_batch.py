"""Score all customers; runs every night."""

import argparse
import os
import pickle

import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier

from churn import core, crm, scoring

OUT_DIR = os.path.join("data", "processed")


def parse_args():
    """Command line of the nightly job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", default="data/processed/features.parquet")
    parser.add_argument("--model", default="models/churn_model.pkl")
    parser.add_argument("--threshold", type=float, default=0.45)
    return parser.parse_args()


def main():
    """Read features, score, write scores and the call list."""
    args = parse_args()
    core.setup_logging()
    frame = pd.read_parquet(args.features)
    with open(args.model, "rb") as handle:
        model: GradientBoostingClassifier = pickle.load(handle)
    with open("models/preprocessing.pkl", "rb") as handle:
        imputer, scaler = pickle.load(handle)
    X = scaler.transform(imputer.transform(frame[core.MODEL_COLUMNS]))
    frame["score"] = model.predict_proba(X)[:, 1]
    frame["band"] = frame["score"].map(scoring.band)
    os.makedirs(OUT_DIR, exist_ok=True)
    frame[["customer_id", "score", "band"]].to_csv(os.path.join(OUT_DIR, "last_scores.csv"), index=False)
    crm.export(frame, args.threshold)
    core.notify(f"scored {len(frame)} customers")


if __name__ == "__main__":
    main()
