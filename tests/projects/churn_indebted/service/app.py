"""Churn score for the shop front end."""

import os
import pickle

import pandas as pd
from fastapi import FastAPI, HTTPException
from sklearn.ensemble import GradientBoostingClassifier

from churn import core, scoring
from service.messages import CustomerIn, ScoreOut

app = FastAPI(title="Churn score", version="1.7.0")

MODEL_FILE = os.environ.get("CHURN_MODEL", "models/churn_model.pkl")
PREPROCESSING_FILE = "models/preprocessing.pkl"


@app.get("/health")
def health():
    """Whether a model file is there."""
    return {"model": os.path.exists(MODEL_FILE)}


@app.post("/score", response_model=ScoreOut)
def score(customer: CustomerIn):
    """Score of one customer."""
    if not os.path.exists(MODEL_FILE):
        raise HTTPException(status_code=503, detail="no model")
    with open(MODEL_FILE, "rb") as handle:
        model: GradientBoostingClassifier = pickle.load(handle)
    with open(PREPROCESSING_FILE, "rb") as handle:
        imputer, scaler = pickle.load(handle)
    row = pd.DataFrame([customer.model_dump()])
    row["contract_code"] = row["contract"].map(core.CONTRACT_CODES)
    row["payment_code"] = row["payment"].map(core.PAYMENT_CODES)
    row["charge_per_gb"] = row["monthly_charge"] / (row["data_gb_mean"] + 1.0)
    row["dropped_call_rate"] = row["dropped_calls"] / (row["minutes_mean"] + 1.0)
    for column in core.MODEL_COLUMNS:
        if column not in row:
            row[column] = 0.0
    value = float(model.predict_proba(scaler.transform(imputer.transform(row[core.MODEL_COLUMNS])))[0, 1])
    return ScoreOut(customer_id=customer.customer_id, score=value, band=scoring.band(value))
