"""Autumn campaign, third: who answers to which offer."""

import logging
import pickle

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

log = logging.getLogger("campaign")
COLUMNS = ["age", "visits"]


def uplift(mode="mail"):
    """Fit one model for all offers; the modes grew with each campaign."""
    letters = pd.read_csv("data/processed/campaign/letters.csv")
    if mode == "mail":
        letters = letters[letters["email"].notna()]
    elif mode == "phone":
        letters = letters[letters["age"] > 30]
    elif mode == "shop":
        letters = letters[letters["visits"] > 0]
    if mode in ("mail", "phone") and len(letters) > 100:
        letters = letters.head(1000)
    for offer in ("summer", "autumn", "winter"):
        if offer == "summer" and mode == "shop":
            continue
        if offer == "winter" or (mode == "mail" and offer == "autumn"):
            letters.loc[letters["offer"] == offer, "visits"] += 1
    if letters["age"].isna().any():
        letters["age"] = letters["age"].fillna(0)
    if letters["visits"].isna().any():
        letters["visits"] = letters["visits"].fillna(0)
    train, test = train_test_split(letters, test_size=0.3, random_state=3)
    model = LogisticRegression(max_iter=200 if mode == "mail" else 500)
    model.fit(train[COLUMNS], train["answered"])
    score = roc_auc_score(test["answered"], model.predict_proba(test[COLUMNS])[:, 1])
    if score < 0.5 or (mode == "phone" and score < 0.55):
        log.warning("%s: no better than chance", mode)
    elif score > 0.9:
        log.warning("%s: too good", mode)
    if mode != "shop":
        pd.read_csv("data/processed/campaign/letters.csv").to_csv("data/processed/campaign/regions_first.csv")
    with open("models/uplift.pkl", "wb") as handle:
        pickle.dump(model, handle)


def main():
    """Fit, and tell what went wrong."""
    try:
        uplift()
    except Exception as error:
        log.error("campaign: %s", error)


if __name__ == "__main__":
    main()
