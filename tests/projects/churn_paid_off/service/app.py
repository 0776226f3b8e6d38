"""Churn score for the shop front end."""

from __future__ import annotations

import uuid
from functools import lru_cache

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

from churn import bundle, modelling, registry
from service import frames, prediction_log
from service.messages import CustomerIn, ScoreOut

app = FastAPI(title="Churn score")

ANSWERS = Counter("churn_answers_total", "Answers given", ["at_risk", "model_version"])
LATENCY = Histogram("churn_answer_seconds", "Time to answer")


@lru_cache(maxsize=1)
def production() -> tuple[registry.Release, bundle.Bundle]:
    """The release in production, loaded once."""
    return registry.load_production()


def answer(customer: CustomerIn, release: registry.Release, model: bundle.Bundle) -> ScoreOut:
    """Score one customer."""
    score = float(modelling.predict(model.pipeline, frames.inputs(customer))[0])
    return ScoreOut(
        request_id=uuid.uuid4().hex,
        customer_id=customer.customer_id,
        score=score,
        at_risk=score >= model.threshold,
        model_version=release.version,
    )


@app.get("/health")
def health() -> dict[str, str]:
    """Version in production."""
    return {"model_version": production()[0].version}


@app.get("/metrics")
def metrics() -> Response:
    """Operational metrics for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@app.post("/score")
def score(customer: CustomerIn) -> ScoreOut:
    """Score of one customer; the answer is logged."""
    with LATENCY.time():
        given = answer(customer, *production())
    ANSWERS.labels(at_risk=str(given.at_risk), model_version=given.model_version).inc()
    prediction_log.append(customer, given, prediction_log.log_path())
    return given
