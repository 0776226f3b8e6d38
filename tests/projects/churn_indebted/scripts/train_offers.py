"""Train the model of which offer a customer takes, on top of the churn score."""

import pickle

import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from churn import core


def train(accepted):
    """Fit on the churn score and the charge; returns the model."""
    frame = accepted.merge(pd.read_parquet("data/processed/features.parquet"), on="customer_id", validate="many_to_one")
    with open("models/churn_model.pkl", "rb") as handle:
        churn: GradientBoostingClassifier = pickle.load(handle)
    frame["risk"] = churn.predict_proba(frame[core.MODEL_COLUMNS])[:, 1]
    model = LogisticRegression(max_iter=500)
    return model.fit(frame[["risk", "monthly_charge"]], frame["accepted"])


def main():
    """Read what the desk noted, train, store."""
    model = train(pd.read_csv("data/reference/accepted_offers.csv"))
    with open("models/offers.pkl", "wb") as handle:
        pickle.dump(model, handle)


if __name__ == "__main__":
    main()
