"""Fit the candidate and record the run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import joblib
import pandas as pd

from churn import bundle, columns, drift, lineage, modelling, settings

SPLIT = Path("data/split")
CANDIDATE = Path("models/candidate.joblib")
REFERENCE = Path("models/reference.json")


def train(parts: tuple[pd.DataFrame, pd.DataFrame], params: settings.Model) -> tuple[bundle.Bundle, dict, dict]:
    """Bundle, drift reference and run record from training and validation rows."""
    train_rows, validation_rows = parts
    pipeline = modelling.fit(train_rows, params)
    scores = modelling.predict(pipeline, validation_rows)
    threshold = modelling.choose_threshold(validation_rows[columns.TARGET], scores, params.target_recall)
    made = bundle.Bundle(pipeline, threshold, tuple(columns.INPUTS))
    stored = drift.reference(train_rows, modelling.predict(pipeline, train_rows))
    return made, stored, lineage.record(params, train_rows, threshold)


def main() -> None:
    """Read the parts, write candidate, reference and run record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run-record", default="reports/run.json")
    args = parser.parse_args()
    params = settings.model_section(settings.read())
    parts = pd.read_parquet(SPLIT / "train.parquet"), pd.read_parquet(SPLIT / "validation.parquet")
    made, stored, run = train(parts, params)
    CANDIDATE.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(made, CANDIDATE)
    REFERENCE.write_text(json.dumps(stored, sort_keys=True), encoding="utf-8")
    Path(args.run_record).parent.mkdir(parents=True, exist_ok=True)
    Path(args.run_record).write_text(json.dumps(run, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
