"""Settings, storage, feature lists and model handling shared by the churn project."""

import json
import logging
import os
import pickle
import time
from pathlib import Path

import boto3
import numpy as np
import pandas as pd
import requests
import yaml
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

# --------------------------------------------------------------------------- settings

DATA_DIR = Path("data")
RAW_DIR = DATA_DIR / "raw"
INTERIM_DIR = DATA_DIR / "interim"
PROCESSED_DIR = DATA_DIR / "processed"
REPORT_DIR = Path("reports")
MODEL_DIR = Path("models")

CUSTOMERS_CSV = RAW_DIR / "customers.csv"
USAGE_CSV = RAW_DIR / "usage.csv"
TICKETS_CSV = RAW_DIR / "support_tickets.csv"
USAGE_MONTHLY = INTERIM_DIR / "usage_monthly.parquet"
FEATURES_PATH = PROCESSED_DIR / "features.parquet"
MODEL_PATH = MODEL_DIR / "churn_model.pkl"
COLUMNS_PATH = MODEL_DIR / "columns.json"
METRICS_PATH = REPORT_DIR / "metrics.json"

BUCKET = os.environ.get("CHURN_BUCKET", "halden-exports")
SLACK_URL = os.environ.get("CHURN_SLACK_URL", "")
SNAPSHOT = os.environ.get("CHURN_SNAPSHOT", "2024-06-30")

ID_COLUMN = "customer_id"
TARGET = "churned"
USAGE_COLUMNS = ["minutes", "data_gb", "sms", "roaming_min", "dropped_calls"]
CONTRACT_CODES = {"monthly": 0, "one_year": 1, "two_year": 2}
PAYMENT_CODES = {"direct_debit": 0, "card": 1, "invoice": 2, "voucher": 3}
ALL_COLUMNS = [
    "tenure_months",
    "monthly_charge",
    "contract_code",
    "payment_code",
    "minutes_mean",
    "minutes_trend",
    "data_gb_mean",
    "data_gb_trend",
    "dropped_call_rate",
    "tickets_90d",
    "open_tickets",
    "charge_per_gb",
    "region_income",
    "previous_score",
]

# The columns that the last training kept; all of them before the first.
if COLUMNS_PATH.exists():
    with open(COLUMNS_PATH) as handle:
        MODEL_COLUMNS = json.load(handle)
else:
    MODEL_COLUMNS = ALL_COLUMNS

log = logging.getLogger("churn")


def setup_logging(level="INFO"):
    """Configure the root logger once."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def load_params(section=None):
    """Read params.yaml, or one section of it."""
    with open("params.yaml") as handle:
        params = yaml.safe_load(handle)
    if section:
        return params[section]
    return params


def ensure_dirs():
    """Create the working folders."""
    for folder in (RAW_DIR, INTERIM_DIR, PROCESSED_DIR, REPORT_DIR, MODEL_DIR):
        folder.mkdir(parents=True, exist_ok=True)


# --------------------------------------------------------------------------- storage


def read_customers(path=None):
    """Customer master data with parsed dates."""
    frame = pd.read_csv(path or CUSTOMERS_CSV)
    frame["signup_date"] = pd.to_datetime(frame["signup_date"])
    return frame


def read_usage(path=None):
    """Monthly usage records."""
    frame = pd.read_csv(path or USAGE_CSV)
    frame["month"] = frame["month"].astype(str)
    return frame


def read_tickets(path=None):
    """Support tickets with parsed opening date."""
    frame = pd.read_csv(path or TICKETS_CSV)
    frame["opened"] = pd.to_datetime(frame["opened"])
    return frame


def save_frame(frame, path):
    """Write a frame as parquet or csv depending on the suffix."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False)
    log.info("wrote %d rows to %s", len(frame), path)


def upload(path, key):
    """Copy a local file into the exports bucket."""
    client = boto3.client("s3")
    client.upload_file(str(path), BUCKET, key)
    log.info("uploaded %s to s3://%s/%s", path, BUCKET, key)


def notify(text):
    """Tell the team channel; silently skipped without a webhook."""
    if not SLACK_URL:
        return
    requests.post(SLACK_URL, json={"text": text}, timeout=5)


def write_json(payload, path):
    """Write a dictionary as indented JSON."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(payload, indent=2, sort_keys=True))


# --------------------------------------------------------------------------- features


def add_tenure(frame, snapshot=SNAPSHOT):
    """Months between signup and the snapshot date."""
    days = (pd.Timestamp(snapshot) - frame["signup_date"]).dt.days
    frame["tenure_months"] = (days / 30.4).clip(lower=0)
    return frame


def add_codes(frame):
    """Numeric codes of contract and payment method."""
    frame["contract_code"] = frame["contract"].map(CONTRACT_CODES).fillna(-1)
    frame["payment_code"] = frame["payment"].map(PAYMENT_CODES).fillna(-1)
    return frame


def usage_summary(usage):
    """One row per customer: means, trends and the rate of dropped calls."""
    grouped = usage.sort_values("month").groupby(ID_COLUMN)
    summary = grouped[USAGE_COLUMNS].mean().add_suffix("_mean")
    for column in ("minutes", "data_gb"):
        first = grouped[column].first()
        last = grouped[column].last()
        summary[f"{column}_trend"] = (last - first) / (first.abs() + 1.0)
    summary["dropped_call_rate"] = summary["dropped_calls_mean"] / (summary["minutes_mean"] + 1.0)
    return summary.reset_index()


def ticket_summary(tickets, snapshot=SNAPSHOT):
    """Tickets of the last 90 days and tickets still open, per customer."""
    recent = tickets[tickets["opened"] >= pd.Timestamp(snapshot) - pd.Timedelta(days=90)]
    counts = recent.groupby(ID_COLUMN).size().rename("tickets_90d")
    still_open = tickets[tickets["status"] == "open"].groupby(ID_COLUMN).size().rename("open_tickets")
    return pd.concat([counts, still_open], axis=1).fillna(0).reset_index()


def add_ratios(frame):
    """Price per gigabyte, the ratio that marketing asks for most."""
    frame["charge_per_gb"] = frame["monthly_charge"] / (frame["data_gb_mean"] + 0.1)
    return frame


def fill_gaps(frame):
    """Zero for missing counts, median for the other columns."""
    for column in ("tickets_90d", "open_tickets"):
        if column in frame:
            frame[column] = frame[column].fillna(0)
    for column in MODEL_COLUMNS:
        if column in frame:
            frame[column] = frame[column].fillna(frame[column].median())
    return frame


def segment_names(frame):
    """Commercial segment of each customer."""
    from churn import segments

    return segments.assign(frame)


def feature_matrix(customers, usage, tickets):
    """All model features for the customers given."""
    from churn import features

    frame = add_codes(add_tenure(customers.copy()))
    frame = frame.merge(usage_summary(usage), on=ID_COLUMN, how="left")
    frame = frame.merge(ticket_summary(tickets), on=ID_COLUMN, how="left")
    frame = features.interactions(add_ratios(frame))
    return fill_gaps(frame)


# --------------------------------------------------------------------------- modelling


def make_model(params):
    """Classifier of the configured kind."""
    kind = params["kind"]
    if kind == "logistic":
        return LogisticRegression(C=params["c"], max_iter=500)
    if kind == "forest":
        return RandomForestClassifier(n_estimators=params["trees"], max_depth=params["depth"])
    return GradientBoostingClassifier(
        n_estimators=params["trees"],
        learning_rate=params["learning_rate"],
        max_depth=params["depth"],
    )


def quick_fit(path=None):
    """Fit the configured model on the current features and store it."""
    frame = pd.read_parquet(path or FEATURES_PATH)
    params = load_params("model")
    started = time.time()
    model = make_model(params)
    model.fit(frame[MODEL_COLUMNS].fillna(0), frame[TARGET])
    with open(MODEL_PATH, "wb") as handle:
        pickle.dump(model, handle)
    log.info("fitted %s in %.1f s", params["kind"], time.time() - started)
    notify(f"churn model refitted on {len(frame)} customers")
    return model


def load_model(path=None):
    """Model as stored by training."""
    with open(path or MODEL_PATH, "rb") as handle:
        return pickle.load(handle)


def model_age(path=None):
    """Days since the model file was written."""
    changed = os.path.getmtime(path or MODEL_PATH)
    days = (time.time() - changed) / 86400
    if days > 60:
        log.warning("the model is %.0f days old", days)
    return days


def importances(model, top=10):
    """Most important columns of a tree model, for the review."""
    if not hasattr(model, "feature_importances_"):
        return {}
    pairs = zip(MODEL_COLUMNS, model.feature_importances_, strict=True)
    ranked = sorted(pairs, key=lambda pair: -pair[1])
    return {name: round(float(value), 4) for name, value in ranked[:top]}


def predict_file(source, target, threshold=0.5):
    """Score a feature file and write the scores beside the decision."""
    frame = pd.read_parquet(source)
    with open(MODEL_PATH, "rb") as handle:
        model: GradientBoostingClassifier = pickle.load(handle)
    frame["score"] = model.predict_proba(frame[MODEL_COLUMNS].fillna(0))[:, 1]
    frame["at_risk"] = frame["score"] > threshold
    frame[[ID_COLUMN, "score", "at_risk"]].to_csv(target, index=False)
    return frame


def learning_curve(sizes=(0.2, 0.5, 0.8)):
    """Area under the curve for growing shares of the customers, written to the report folder."""
    frame = pd.read_parquet(FEATURES_PATH)
    points = {}
    for size in sizes:
        train, test = train_test_split(frame, train_size=size, random_state=7)
        scaler = StandardScaler().fit(train[MODEL_COLUMNS].fillna(0))
        model = LogisticRegression(max_iter=500)
        model.fit(scaler.transform(train[MODEL_COLUMNS].fillna(0)), train[TARGET])
        scores = model.predict_proba(scaler.transform(test[MODEL_COLUMNS].fillna(0)))[:, 1]
        points[str(size)] = roc_auc_score(test[TARGET], scores)
    write_json(points, REPORT_DIR / "learning_curve.json")
    return points


# --------------------------------------------------------------------------- evaluation


def evaluate_scores(truth, scores, threshold=0.5):
    """Metrics that the monthly review looks at."""
    decided = np.asarray(scores) > threshold
    matrix = confusion_matrix(truth, decided, labels=[0, 1])
    return {
        "accuracy": float(accuracy_score(truth, decided)),
        "auc": float(roc_auc_score(truth, scores)),
        "precision": float(precision_score(truth, decided, zero_division=0)),
        "recall": float(recall_score(truth, decided, zero_division=0)),
        "true_positives": int(matrix[1, 1]),
        "false_positives": int(matrix[0, 1]),
    }


def lift_table(truth, scores, bins=10):
    """Churn rate per decile of the score."""
    frame = pd.DataFrame({"truth": np.asarray(truth), "score": np.asarray(scores)})
    frame["decile"] = pd.qcut(frame["score"].rank(method="first"), bins, labels=False)
    rates = frame.groupby("decile")["truth"].mean()
    overall = frame["truth"].mean()
    return (rates / max(overall, 1e-9)).round(3).to_dict()


def region_table(frame, scores, threshold=0.5):
    """Customers, mean score and share at risk per region."""
    table = frame[["region"]].copy()
    table["score"] = np.asarray(scores)
    table["at_risk"] = table["score"] > threshold
    grouped = table.groupby("region")
    result = grouped.agg(customers=("score", "size"), mean_score=("score", "mean"), at_risk=("at_risk", "mean"))
    return result.round(3).sort_values("at_risk", ascending=False)


def report(truth, scores):
    """Write metrics and lift, and tell the team."""
    from churn import reporting

    metrics = evaluate_scores(truth, scores)
    metrics["lift"] = {str(k): v for k, v in lift_table(truth, scores).items()}
    write_json(metrics, METRICS_PATH)
    reporting.html_summary(metrics)
    notify(f"churn AUC {metrics['auc']:.3f}")
    return metrics


# --------------------------------------------------------------------------- whole refresh


def refresh(threshold=0.5):
    """Rebuild features, refit and export scores in one go (used from the notebook)."""
    from churn import cleaning, crm, evaluation, quality, scoring

    ensure_dirs()
    customers = cleaning.drop_test_accounts(read_customers())
    quality.describe("customers", customers)
    frame = feature_matrix(customers, read_usage(), read_tickets())
    save_frame(frame, FEATURES_PATH)
    model = quick_fit()
    scores = scoring.score_frame(model, frame)
    evaluation.compare_with_last(scores)
    crm.export(frame.assign(score=scores), threshold)
    return frame
