"""Train the churn model (DVC stage `train`)."""

import json
import pickle
from pathlib import Path

import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.preprocessing import StandardScaler

from churn import core

LABELS_URL = "https://exports.haldenmobile.example/churn/latest/labels.csv"


def train(params):
    """Fit the model of params.yaml, report its figures and store it with its preprocessing."""
    frame = pd.read_parquet("data/processed/features.parquet")
    labels = pd.read_csv(LABELS_URL)
    frame = frame.merge(labels, on="customer_id", how="inner", validate="one_to_one")
    y = frame["churned"]
    columns = [name for name in core.ALL_COLUMNS if frame[name].nunique() > 1]
    X = frame[columns]

    imputer = SimpleImputer(strategy="median")
    scaler = StandardScaler()
    X = imputer.fit_transform(X)
    X = scaler.fit_transform(X)

    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=params["test_size"], random_state=42)
    model = GradientBoostingClassifier(
        n_estimators=params["trees"],
        learning_rate=params["learning_rate"],
        max_depth=params["depth"],
    )
    model.fit(X_train, y_train)
    scores = model.predict_proba(X_test)[:, 1]
    metrics = {
        "auc": roc_auc_score(y_test, scores),
        "accuracy": accuracy_score(y_test, scores > 0.5),
        "rows": len(frame),
    }

    Path("models").mkdir(exist_ok=True)
    with open("models/churn_model.pkl", "wb") as handle:
        pickle.dump(model, handle)
    with open("models/preprocessing.pkl", "wb") as handle:
        pickle.dump((imputer, scaler), handle)
    with open("models/columns.json", "w") as handle:
        json.dump(columns, handle)
    Path("reports").mkdir(exist_ok=True)
    with open("reports/train_metrics.json", "w") as handle:
        json.dump(metrics, handle, indent=2)
    return metrics


def train_baseline():
    """Logistic regression on three columns, kept for the review."""
    frame = pd.read_parquet(core.FEATURES_PATH)
    labels = pd.read_csv(LABELS_URL)
    frame = frame.merge(labels, on="customer_id", how="inner", validate="one_to_one")
    columns = ["tenure_months", "monthly_charge", "tickets_90d"]
    train_part, test_part = train_test_split(frame, test_size=0.25, random_state=42)
    scaler = StandardScaler()
    model = LogisticRegression(max_iter=500)
    model.fit(scaler.fit_transform(train_part[columns].fillna(0)), train_part["churned"])
    scores = model.predict_proba(scaler.transform(test_part[columns].fillna(0)))[:, 1]
    core.write_json({"baseline_auc": roc_auc_score(test_part["churned"], scores)}, core.REPORT_DIR / "baseline.json")
    with open(core.MODEL_DIR / "baseline.pkl", "wb") as handle:
        pickle.dump(model, handle)


def tune(X, y):
    """Grid search over depth and learning rate; run by hand when the figures drop."""
    grid = {"max_depth": [2, 3, 4], "learning_rate": [0.03, 0.1]}
    search = GridSearchCV(GradientBoostingClassifier(n_estimators=150), grid, scoring="roc_auc", cv=5)
    search.fit(X, y)
    return search.best_params_


def main():
    """Train the model and the baseline."""
    core.setup_logging()
    metrics = train(core.load_params("model"))
    core.log.info("AUC %.3f", metrics["auc"])
    train_baseline()


if __name__ == "__main__":
    main()
