"""What serves, what watches, and what code states of both in the graph."""

from __future__ import annotations

import json

import pytest

from auditor.graph import ArtefactGraph, Graphs
from auditor.model.artefact import EdgeKind, NodeKind
from tests.pages import graphs

SERVICE = (
    "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('model.pkl')\n\n\n"
    "@app.post('/score')\ndef score(values: list[float]):\n    return float(model.predict([values])[0])\n"
)
EVIDENTLY = (
    "import pandas as pd\nfrom evidently import Report\nfrom evidently.presets import DataDriftPreset\n\n"
    "report = Report([DataDriftPreset()])\nreport.run(pd.read_csv('logged.csv'), pd.read_csv('reference.csv'))\n"
)
KSERVE = (
    "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: churn\nspec:\n  predictor:\n"
    "    sklearn:\n      storageUri: s3://models/churn\n"
)
RULES = "groups:\n  - name: m\n    rules:\n      - alert: Drift\n        expr: feature_drift > 0.2\n"


def component(files: dict[str, str], archetypes: str = "S") -> ArtefactGraph:
    return graphs(files, archetypes=archetypes).components[0]


def ties(found: Graphs, *kinds: EdgeKind) -> set[tuple[str, str, str]]:
    return {(e.source, e.kind.value, e.target) for e in found.edges if e.kind in kinds}


def test_a_service_its_endpoints_and_its_model_are_nodes() -> None:
    found = graphs({"service.py": SERVICE})
    assert ties(found, EdgeKind.SERVES) == {("service:service.py", "serves", "file:model.pkl")}
    assert ("service:service.py", "contains", "endpoint:service.py#/score") in ties(found, EdgeKind.CONTAINS)
    assert found.nodes["endpoint:service.py#/score"].line == 9


def test_a_monitor_is_a_node_tied_to_what_it_compares() -> None:
    found = graphs({"watch.py": EVIDENTLY})
    watched = {(source, target) for source, _, target in ties(found, EdgeKind.MONITORS)}
    assert {("monitor:watch.py#run", "file:logged.csv"), ("monitor:watch.py#run", "file:reference.csv")} <= watched
    assert found.nodes["monitor:watch.py#run"].attrs["drift"] == "data"


@pytest.mark.parametrize(
    ("path", "code", "watched"),
    [
        ("drift.py", "ks_2samp(a, b)", True),
        ("check.py", "ks_2samp(reference['age'], rows['age'])", True),
        ("check.py", "ks_2samp(rows['age'], live.age)", True),
        ("score.py", "ks_2samp(rows[labels == 0], rows[labels == 1])", False),
    ],
)
def test_a_distance_of_samples_watches_where_words_say_that_it_compares_times(
    path: str, code: str, watched: bool
) -> None:
    found = graphs(
        {
            path: f"from scipy.stats import ks_2samp\n\n\ndef distance(rows, labels, reference, live, a, b):\n    return {code}\n"
        }
    )
    assert [node.kind.value for node in found.nodes.values() if node.kind is NodeKind.MONITOR] == ["monitor"] * watched


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import mlflow\n\nmlflow.register_model('runs:/1/model', 'churn')\n", "mlflow:churn"),
        ("import mlflow\n\nmlflow.sklearn.log_model(m, 'model', registered_model_name='churn')\n", "mlflow:churn"),
        (
            "from google.cloud import aiplatform\n\naiplatform.Model.upload(display_name='churn', artifact_uri='gs://b/m')\n",
            "google:churn",
        ),
        (
            "from azureml.core import Model\n\nModel.register(ws, model_path='out/m.pkl', model_name='churn')\n",
            "azureml:churn",
        ),
    ],
)
def test_a_registration_is_tied_to_the_name_in_the_registry(code: str, name: str) -> None:
    found = graphs({"r.py": code})
    assert ties(found, EdgeKind.REGISTERS) == {("file:r.py", "registers", f"name:{name}")}


def test_a_name_in_the_registry_that_a_caller_gives() -> None:
    code = "import mlflow\n\n\ndef put(uri, name):\n    mlflow.register_model(uri, name)\n\n\ndef main():\n    put('runs:/1/m', 'churn')\n"
    found = graphs({"r.py": code})
    assert ties(found, EdgeKind.REGISTERS) == {("function:r.py#main", "registers", "name:mlflow:churn")}


def test_routes_in_files_of_their_own_belong_to_the_program_that_takes_them_in() -> None:
    router = (
        "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/info')\ndef info():\n    return 1\n"
    )
    found = graphs(
        {
            "service.py": f"from routes import router\n{SERVICE}\napp.include_router(router)\n",
            "routes.py": router,
            "other.py": router,
        }
    )
    held = {target for source, _, target in ties(found, EdgeKind.CONTAINS) if source == "service:service.py"}
    assert held == {"endpoint:service.py#/score", "endpoint:routes.py#/info"}


def test_each_of_several_metrics_is_a_monitor() -> None:
    found = graphs({"m.py": "from prometheus_client import Gauge\n\na = Gauge('a', 'x')\nb = Gauge('b', 'y')\n"})
    assert [(node.id, node.line) for node in found.nodes.values() if node.kind is NodeKind.MONITOR] == [
        ("monitor:m.py#Gauge", 3),
        ("monitor:m.py#Gauge@2", 4),
    ]


@pytest.mark.parametrize(
    ("signature", "watches"),
    [
        ("compute_psi(expected, actual, bins=10)", True),
        ("detect_drift(reference, current)", True),
        ("get_drift_status(self)", False),
        ("publish_psi(host, port)", False),
        ("compare(reference, current)", False),
    ],
)
def test_a_function_that_computes_drift_is_a_monitor(signature: str, watches: bool) -> None:
    found = graphs({"m.py": f"def {signature}:\n    x = 1\n    return x\n"})
    kinds = [(node.kind, node.attrs["tool"]) for node in found.nodes.values() if node.id.startswith("monitor:")]
    assert kinds == [(NodeKind.MONITOR, "own")] * watches


def test_a_function_of_a_notebook_that_computes_drift_stands_in_its_cell() -> None:
    sources = ["x = 1\n", "y = 2\ndef compute_psi(expected, actual):\n    z = 1\n    return z\n"]
    cells = [{"cell_type": "code", "source": source, "outputs": []} for source in sources]
    found = graphs({"m.ipynb": json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})})
    (node,) = (node for node in found.nodes.values() if node.kind is NodeKind.MONITOR)
    assert (node.path, node.cell, node.line) == ("m.ipynb", 1, 2)


@pytest.mark.parametrize(
    ("files", "services"),
    [
        ({"Dockerfile": 'FROM python:3.11\nCOPY . .\nEXPOSE 80\nCMD ["python", "app.py"]\n'}, {"cmd"}),
        ({"Dockerfile": "FROM python:3.11\nCOPY . .\nCMD uvicorn app:app\n"}, {"cmd"}),
        ({"Dockerfile": 'FROM python:3.11\nCOPY . .\nCMD ["python", "app.py"]\n'}, set()),
        ({"Dockerfile": "FROM nvidia/cuda:11.4\nRUN make\n"}, set()),
        ({"Dockerfile": 'FROM public.ecr.aws/lambda/python:3.11\nCOPY app.py .\nCMD ["app.handler"]\n'}, {"cmd"}),
        ({"Procfile": "release: python app.py\nweb: gunicorn app:app\n"}, {"web"}),
    ],
)
def test_what_comes_to_an_end_is_no_service(files: dict[str, str], services: set[str]) -> None:
    found = graphs({**files, "app.py": "print(1)\n"})
    assert {node.label for node in found.nodes.values() if node.kind is NodeKind.SERVICE} == services


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        pytest.param({"service.py": SERVICE}, ["service"], id="a web framework"),
        pytest.param({"k8s/isvc.yaml": KSERVE, "a.py": "x = 1\n"}, ["server"], id="a manifest of a model server"),
        pytest.param({"examples/isvc.yaml": KSERVE, "a.py": "x = 1\n"}, [], id="an example of a manifest"),
        pytest.param(
            {
                "score.py": "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\nmodel: Ridge = joblib.load('m.pkl')\n"
                "pd.DataFrame(model.predict(pd.read_csv('new.csv'))).to_csv('scores.csv')\n",
                ".github/workflows/score.yml": "on:\n  schedule:\n    - cron: '0 4 * * *'\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: python score.py\n",
            },
            ["schedule"],
            id="scoring on a schedule",
        ),
    ],
)
def test_where_predictions_leave(files: dict[str, str], kinds: list[str]) -> None:
    assert [place.kind for place in component(files).serving()] == kinds


@pytest.mark.parametrize(
    ("more", "wired"),
    [
        pytest.param({"watch.py": EVIDENTLY}, [True], id="a library that is called"),
        pytest.param({"tests/test_watch.py": EVIDENTLY}, [], id="in a test alone"),
        pytest.param({"requirements.txt": "evidently\n"}, [False], id="a library that is installed"),
        pytest.param({"mlruns/0/a/requirements.txt": "evidently\n"}, [], id="in a record of a run"),
        pytest.param({"requirements.txt": "prometheus-client\n"}, [], id="a library for latency"),
        pytest.param({"alerts.yml": RULES}, [True], id="a rule that alerts on features"),
        pytest.param({"monitoring/panel.json": '{"a": 1}'}, [False], id="a folder of that name"),
        pytest.param(
            {"m.tf": 'resource "aws_sagemaker_data_quality_job_definition" "d" {\n  name = "d"\n}\n'},
            [True],
            id="Terraform",
        ),
    ],
)
def test_what_watches_the_inputs(more: dict[str, str], wired: list[bool]) -> None:
    found = component({"service.py": SERVICE, **more}).drift_evidence()
    assert sorted({piece.wired for piece in found}) == wired


def test_a_model_server_that_is_deployed_is_a_service() -> None:
    found = graphs(
        {"k8s/isvc.yaml": KSERVE, "train.py": "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"}
    )
    assert found.components[0].confidence("S") >= 0.6
