"""The service answers what the batch would: same features, same scores."""

from __future__ import annotations

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from churn import columns, modelling, registry
from service import app, frames
from service.messages import CustomerIn


def requests_of(folder, count=5):
    customers = pd.read_parquet(folder / "data/interim/customers.parquet").tail(count)
    usage = pd.read_parquet(folder / "data/interim/usage.parquet")
    tickets = pd.read_parquet(folder / "data/interim/tickets.parquet")
    for row in customers.drop(columns=columns.TARGET).to_dict("records"):
        own = usage[(usage[columns.CUSTOMER] == row[columns.CUSTOMER]) & (usage["month"] <= row[columns.MONTH])].tail(6)
        months = tickets.loc[tickets[columns.CUSTOMER] == row[columns.CUSTOMER], "opened_month"].tolist()
        yield {**row, "usage": own.drop(columns=columns.CUSTOMER).to_dict("records"), "ticket_months": months}


def batch_row(folder, request):
    table = pd.read_parquet(folder / "data/features/features.parquet")
    same = (table[columns.CUSTOMER] == request[columns.CUSTOMER]) & (table[columns.MONTH] == request[columns.MONTH])
    return table[same]


def test_features_are_the_same(finished):
    for request in requests_of(finished):
        online = frames.inputs(CustomerIn(**request))
        pd.testing.assert_frame_equal(online.reset_index(drop=True), batch_row(finished, request).reset_index(drop=True))


def test_scores_are_the_same_and_logged(finished, monkeypatch):
    monkeypatch.chdir(finished)
    monkeypatch.setenv("CHURN_PREDICTION_LOG", "logs/predictions.jsonl")
    app.production.cache_clear()
    client = TestClient(app.app)
    _, model = registry.load_production()
    for request in requests_of(finished, count=3):
        given = client.post("/score", json=request)
        assert given.status_code == 200
        expected = modelling.predict(model.pipeline, batch_row(finished, request))[0]
        assert given.json()["score"] == pytest.approx(expected)
    lines = (finished / "logs/predictions.jsonl").read_text().splitlines()
    assert len(lines) >= 3
    assert client.get("/health").json()["model_version"] in lines[-1]
    assert "churn_answers_total" in client.get("/metrics").text


def test_a_negative_charge_is_rejected(finished, monkeypatch):
    monkeypatch.chdir(finished)
    request = next(iter(requests_of(finished, count=1)))
    assert TestClient(app.app).post("/score", json={**request, "monthly_charge": -1}).status_code == 422
