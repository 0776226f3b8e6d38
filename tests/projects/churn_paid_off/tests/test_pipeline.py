"""The whole pipeline on invented customers."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from pandera.errors import SchemaError

from churn import columns, gate, months, registry, schemas, settings, splitting
from churn.stages import clean, train


def test_every_declared_output_is_written(finished):
    for name in ("data/split/train.parquet", "models/candidate.joblib", "reports/slices.csv", "reports/drift.json"):
        assert (finished / name).stat().st_size > 0


def test_candidate_beats_the_naive_rule(finished):
    figures = json.loads((finished / "reports/metrics.json").read_text())
    assert figures["average_precision"] > figures["naive_average_precision"]
    assert 0 <= figures["brier"] < 0.25


def test_parts_are_apart_by_the_gap(finished):
    parts = [pd.read_parquet(finished / f"data/split/{name}.parquet") for name in ("train", "validation", "test")]
    spans = [(months.numbers(p[columns.MONTH]).min(), months.numbers(p[columns.MONTH]).max()) for p in parts]
    gap = settings.split_section(settings.read()).gap_months
    assert spans[1][0] - spans[0][1] > gap
    assert spans[2][0] - spans[1][1] > gap


def test_too_few_months_cannot_be_split():
    frame = pd.DataFrame({columns.MONTH: ["2024-06", "2024-07"]})
    with pytest.raises(ValueError, match="not enough months"):
        splitting.by_month(frame, settings.Split(2, 2, 3))


def test_training_twice_gives_the_same_threshold(finished):
    params = settings.model_section(settings.read())
    parts = tuple(pd.read_parquet(finished / f"data/split/{name}.parquet") for name in ("train", "validation"))
    first, _, run = train.train(parts, params)
    second, _, again = train.train(parts, params)
    assert first.threshold == second.threshold
    assert run["train_fingerprint"] == again["train_fingerprint"]


def test_an_unknown_contract_fails_the_run(finished, tmp_path, monkeypatch):
    raw = tmp_path / "data/raw"
    raw.mkdir(parents=True)
    for name in ("customers", "usage", "tickets"):
        frame = pd.read_csv(finished / f"data/raw/{name}.csv")
        if name == "customers":
            frame.loc[0, "contract"] = "weekly"
        frame.to_csv(raw / f"{name}.csv", index=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SchemaError):
        clean.main()


def test_gate_keeps_a_worse_candidate_out():
    limits = settings.gate_section(settings.read())
    worse = {"average_precision": 0.4, "naive_average_precision": 0.2, "slice_gap": 0.1}
    assert gate.reasons_against(worse, {"average_precision": 0.6}, limits)
    assert not gate.reasons_against(worse, {"average_precision": 0.41}, limits)


def test_a_changed_bundle_is_refused(finished):
    pointer = finished / "registry/production.json"
    release = registry.production(pointer)
    path = finished / "registry/models" / release.version / "bundle.joblib"
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    try:
        with pytest.raises(ValueError, match="not the file that was promoted"):
            registry.load_production(finished / "registry/models", pointer)
    finally:
        path.write_bytes(content)


def test_scores_name_their_version(finished):
    table = pd.read_csv(finished / "data/scores/scores.csv")
    assert table["model_version"].nunique() == 1
    assert schemas.FEATURES.columns.keys() >= set(columns.INPUTS)
