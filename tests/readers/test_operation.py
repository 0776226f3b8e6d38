"""What watches, alerts and serves by files of its own: Prometheus, Grafana, Soda, Great Expectations, model servers, clouds."""

from __future__ import annotations

import json

from auditor.model.facts import Facts
from auditor.readers import candidates, read_file

RULES = (
    "groups:\n  - name: model\n    rules:\n      - alert: FeatureDrift\n        expr: feature_drift_psi > 0.2\n"
    "      - alert: Slow\n        expr: histogram_quantile(0.99, http_latency) > 1\n      - record: x\n        expr: y\n"
)
SCRAPE = "scrape_configs:\n  - job_name: api\n    static_configs:\n      - targets: ['api:8000']\n"
SODA = "checks for customers:\n  - row_count > 0\n  - freshness(updated_at) < 1d\n  - distribution_difference(age) > 0.05:\n      method: ks\n"
SUITE = json.dumps(
    {
        "expectation_suite_name": "raw",
        "expectations": [{"expectation_type": "expect_column_to_exist", "kwargs": {"column": "age"}}],
    },
    indent=1,
)
CHECKPOINT = "name: daily\nconfig_version: 1.0\nvalidations:\n  - expectation_suite_name: raw\n"
BOARD = json.dumps(
    {
        "title": "Model",
        "schemaVersion": 36,
        "panels": [
            {"title": "Feature drift", "targets": [{"expr": "psi"}], "alert": {"name": "drifting"}},
            {"title": "Latency", "targets": [{"expr": "rate(http_seconds)"}]},
        ],
    }
)
TRITON = (
    'name: "both"\nplatform: "ensemble"\nensemble_scheduling {\n step [ { model_name: "a" }, { model_name: "b" } ]\n}\n'
)
ALARMS = (
    'resource "aws_cloudwatch_metric_alarm" "drift" {\n  metric_name = "feature_drift"\n}\n'
    'resource "aws_sagemaker_model_quality_job_definition" "q" {\n  name = "q"\n}\n'
)


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def watches(path: str, text: str) -> list[tuple[str, str, str]]:
    return [(w.kind, w.name, dict(w.attrs).get("drift", "")) for w in read(path, text).watches]


def test_prometheus() -> None:
    assert watches("alerts.yml", RULES) == [("alert", "FeatureDrift", "data"), ("alert", "Slow", "operational")]
    assert watches("prometheus.yml", SCRAPE) == [("monitor", "api", "operational")]
    told = "route:\n  receiver: team\nreceivers:\n  - name: team\n    slack_configs:\n      - channel: '#x'\n"
    assert watches("alertmanager.yml", told) == [("alert", "team", "")]
    assert read("groups.yml", "groups:\n  - name: a\n").kind != "prometheus"


def test_grafana() -> None:
    assert watches("board.json", BOARD) == [
        ("monitor", "Model", "data"),
        ("alert", "drifting", "data"),
        ("monitor", "Model", "operational"),
    ]
    assert read("data.json", '{"rows": [1, 2]}').kind != "grafana"


def test_soda() -> None:
    facts = read("checks.yml", SODA)
    assert [(w.name, w.line, w.watches[0].path) for w in facts.watches] == [
        ("row_count > 0", 2, "table:customers"),
        ("freshness", 3, "table:customers"),
        ("distribution_difference(age) > 0.05", 4, "table:customers"),
    ]
    assert dict(facts.watches[2].attrs)["drift"] == "data"


def test_great_expectations() -> None:
    facts = read("gx/expectations/raw.json", SUITE)
    assert [(w.name, dict(w.attrs)["column"], dict(w.attrs)["suite"]) for w in facts.watches] == [
        ("expect_column_to_exist", "age", "raw")
    ]
    two = read("gx/expectations/two.json", '{"expectations": [\n {"type": "a"},\n {"kwargs": {},\n  "type": "b"}]}')
    assert [(w.name, w.line) for w in two.watches] == [("a", 2), ("b", 4)]
    assert read("gx/checkpoints/daily.yml", CHECKPOINT).attrs == (("tool", "great-expectations"), ("runs", "raw"))


def test_model_servers() -> None:
    triton = read("models/both/config.pbtxt", TRITON).steps[0]
    assert (triton.tool, triton.uses, dict(triton.attrs)["framework"]) == (
        "triton",
        ("service:a", "service:b"),
        "ensemble",
    )
    serve = read("config.properties", "inference_address=http://0.0.0.0:8080\nmodel_store=store\nload_models=m.mar\n")
    assert [ref.path for ref in serve.steps[0].reads] == ["store"]
    assert read("config.properties", "log.level=debug\n").kind == "config"
    bento = read("bentofile.yaml", "service: 'service:svc'\nmodels: ['churn:latest', {tag: 'a:1'}]\n").steps[0]
    assert [word.text for word in bento.commands[0].words] == ["python", "service.py"]
    assert [ref.path for ref in bento.reads] == ["model:bentoml:churn:latest", "model:bentoml:a:1"]
    served = read(
        "model-settings.json", '{"name": "m", "implementation": "mlserver_sklearn.X", "parameters": {"uri": "./m.pkl"}}'
    )
    assert [ref.path for ref in served.steps[0].reads] == ["./m.pkl"]
    assert read("cog.yaml", "predict: 'predict.py:Predictor'\n").steps[0].commands[0].words[1].text == "predict.py"


def test_clouds_that_watch() -> None:
    assert watches("main.tf", ALARMS) == [
        ("alert", "aws_cloudwatch_metric_alarm.drift", "data"),
        ("monitor", "aws_sagemaker_model_quality_job_definition.q", "performance"),
    ]
    template = "Resources:\n  M:\n    Type: AWS::SageMaker::DataQualityJobDefinition\n  A:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      MetricName: 5XXError\n"
    assert watches("t.yaml", "AWSTemplateFormatVersion: '2010-09-09'\n" + template) == [
        ("monitor", "M", "data"),
        ("alert", "A", "operational"),
    ]
