"""What reading operated services showed: each debt beside the look-alike that must be left in peace."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from auditor.engine import judge, registry
from auditor.graph import Graphs
from auditor.model.changes import History
from auditor.model.listing import Content, Entry
from auditor.model.settings import Settings
from tests.pages import graphs

RULES = registry().rules
APP = "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('model.pkl')\n\n\n"
SCORE = "@app.post('/score')\ndef score(values: list[float]):\n    return float(model.predict([values])[0])\n"
SERVICE = APP + SCORE
FLASK = "import logging\nimport joblib\nimport pandas as pd\nfrom flask import Flask, request\n\napp = Flask(__name__)\nmodel = joblib.load('m.pkl')\n\n\n@app.route('/score', methods=['POST'])\ndef score():\n"
JOB = "on: push\njobs:\n  {name}:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: {run}\n"
CIRCLE = "version: 2\njobs:\n  lint:\n    docker:\n      - image: x\n    steps:\n      - run: ruff check .\n"
WATCHED = "import pandas as pd\n\n\ndef {0}(frame):\n    return frame.mean()\n\n\nprint({0}(pd.read_csv('log.csv')))\n"
OFFERED = "import numpy as np\n\n\ndef psi(one, other):\n    return float(np.sum((one - other) * np.log(one / other)))\n\n\ndef compare(one, other):\n{}\n\nif __name__ == '__main__':\n    print(1)\n"
TRAIN = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\nf = pd.read_csv('d.csv')\njoblib.dump(Ridge().fit(f[['x']], f['y']), 'model.pkl')\n"
DAG = (
    "import mlflow\nimport pandas as pd\nfrom airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"
    "from sklearn.linear_model import Ridge\n\n\ndef train():\n    f = pd.read_csv('d.csv')\n    model = Ridge().fit(f[['x']], f['y'])\n{}"
    "    made = mlflow.sklearn.log_model(model, 'm', registered_model_name='churn')\n"
    "    mlflow.MlflowClient().transition_model_version_stage(name='churn', version=made.registered_model_version, stage='Production')\n\n\n"
    "with DAG('d', schedule='@daily') as dag:\n    PythonOperator(task_id='train', python_callable=train)\n"
)
DRAWN = (
    "import numpy as np\n\n\ndef detect_drift(a, b):\n    d = abs(a.mean() - b.mean())\n    return d > 0.1\n\n\n"
    "if __name__ == '__main__':\n    print(detect_drift(np.random.normal(0, 1, 9), np.random.normal(0, 1, 9)))\n"
)
READ = DRAWN.replace("import numpy as np\n", "import numpy as np\nimport pandas as pd\n").replace(
    "np.random.normal(0, 1, 9), np", "pd.read_csv('log.csv')['x'], np"
)


def found(files: dict[str, str], rule: str, archetypes: str = "S") -> list[str]:
    tree = graphs(files, archetypes=archetypes)
    return [
        finding.message
        for finding in judge(tree.components, [RULES[rule]]).findings
        if finding.severity.value in ("critical", "high", "medium", "low")
    ]


PAIRS = [
    pytest.param("MON001", {"s.py": SERVICE, "w.py": DRAWN}, {"s.py": SERVICE, "w.py": READ}, id="numbers drawn by the monitor itself"),
    pytest.param(
        "MON001",
        {"s.py": SERVICE, "requirements.txt": "opentelemetry-api\nprometheus-client\n"},
        {"s.py": SERVICE, "m/schedule.yml": "monitoring_schedule:\n  cron: '0 4 * * *'\n"},
        id="a library for latency, and a managed monitor",
    ),
    pytest.param(
        "MON003",
        {"s.py": SERVICE},
        {"s.py": SERVICE.replace("    return", "    db.insert({'x': values, 'y': model.predict([values])})\n    return")},
        id="something unknown that may keep it",
    ),
    pytest.param(
        "MON003",
        {"s.py": APP + "import logging\n\n\n@app.post('/score')\ndef score(values: list[float]):\n    try:\n        return float(model.predict([values])[0])\n    except Exception as e:\n        logging.error('failed %s', e)\n"},
        {"s.py": APP + "import logging\n\n\n@app.post('/score')\ndef score(values: list[float]):\n    y = float(model.predict([values])[0])\n    logging.info('answer %s', y)\n    return y\n"},
        id="a log of errors is none of answers",
    ),
    pytest.param(
        "MON003",
        {"s.py": SERVICE},
        {"s.py": SERVICE + "\n\n@app.middleware('http')\nasync def log(request, call_next):\n    return await call_next(request)\n"},
        id="a hook around every request",
    ),
    pytest.param(
        "MON003",
        {"s.py": APP + "@app.get('/score')\ndef score(answers=Depends(make)):\n    return answers.predict(read())\n"},
        {"s.py": APP + "@app.get('/score')\ndef score(answers=Depends(make)):\n    return answers.predict()\n"},
        id="an answer that is kept already, asked for without anything to answer for",
    ),
    pytest.param(
        "MON004",
        {"s.py": FLASK + "    if request.method == 'POST':\n        return str(model.predict(pd.DataFrame(request.json))[0])\n"},
        {"s.py": FLASK + "    body = request.json\n    if 'age' not in body:\n        return 'age is missing', 400\n    return str(model.predict(pd.DataFrame(body))[0])\n"},
        id="a test that refuses",
    ),
    pytest.param(
        "MON004",
        {"s.py": FLASK + "    return str(model.predict([list(request.form.values())])[0])\n"},
        {"s.py": FLASK + "    return str(model.predict([[float(request.form['age']), int(request.form['n'])]])[0])\n"},
        id="fields that are converted one by one",
    ),
    pytest.param(
        "MON002",
        {"s.py": SERVICE, "train.py": TRAIN},
        {"s.py": SERVICE, "train.py": TRAIN.replace("linear_model import Ridge", "cluster import KMeans").replace("Ridge().fit(f[['x']], f['y'])", "KMeans().fit(f[['x']])")},
        id="groups have no labels",
    ),
    pytest.param("OPS004", {"s.py": SERVICE}, {"s.py": SERVICE, ".taskcluster.yml": "version: 1\n"}, id="a system that is not read"),
    pytest.param("OPS004", {"s.py": SERVICE}, {"s.py": SERVICE, "argo/ci-workflow.yml": "kind: X\n"}, id="integration by other means"),
    pytest.param(
        "OPS004",
        {"s.py": SERVICE, ".github/workflows/a.yml": JOB.format(name="lint", run="ruff check .")},
        {"s.py": SERVICE, ".github/workflows/a.yml": JOB.format(name="Testing", run="./run.sh")},
        id="a job called after tests",
    ),
    pytest.param(
        "OPS004",
        {"s.py": SERVICE, ".github/workflow/a.yml": JOB.format(name="t", run="pytest")},
        {"s.py": SERVICE, ".github/workflows/a.yml": JOB.format(name="t", run="pytest")},
        id="a folder that the platform does not read",
    ),
    pytest.param(
        "OPS005",
        {"s.py": SERVICE, ".github/workflows/a.yml": JOB.format(name="lint", run="ruff check .")},
        {"s.py": SERVICE, ".github/workflows/a.yml": JOB.format(name="lint", run="docker run shop/train")},
        id="an image that may train",
    ),
    pytest.param(
        "OPS005",
        {"s.py": SERVICE, ".github/workflows/a.yml": JOB.format(name="lint", run="ruff check .")},
        {"s.py": SERVICE, "old/.github/workflows/a.yml": JOB.format(name="lint", run="ruff check .")},
        id="jobs of a project that lies within",
    ),
    pytest.param(
        "OPS004",
        {"s.py": SERVICE, ".circleci/config.yml": CIRCLE},
        {"s.py": SERVICE, "old/.circleci/config.yml": CIRCLE},
        id="whether jobs of a project that lies within run is not known",
    ),
    pytest.param(
        "MON005",
        {"s.py": SERVICE, "watch.py": WATCHED.format("detect_drift")},
        {"s.py": SERVICE, "watch.py": WATCHED.format("latest_drift")},
        id="what was found before is only looked up",
    ),
    pytest.param(
        "MON005",
        {"s.py": SERVICE, "watch.py": OFFERED.format("    print(psi(one, other))\n")},
        {
            "s.py": SERVICE,
            "watch.py": OFFERED.format("    return psi(one, other) > 0.2\n"),
            "tests/test_watch.py": "from watch import compare\n\n\ndef test_it():\n    assert compare(1, 1) is False\n",
        },
        id="what is found is offered to callers that are not here",
    ),
    pytest.param(
        "OPS008",
        {"train.py": TRAIN, "README.md": "# x\n\npip install it and then run the file of the folder with this command\n"},
        {"train.py": TRAIN, "README.md": "# x\n\nМодель классификации видов. Датасет собран из наблюдений.\n"},
        id="documents in another language",
    ),
    pytest.param(
        "OPS001",
        {"s.py": SERVICE, "train.py": TRAIN},
        {"s.py": SERVICE + "\n\n@app.post('/retrain')\ndef again():\n    return fit_again()\n", "train.py": TRAIN},
        id="a route that trains",
    ),
    pytest.param(
        "MON007",
        {"s.py": SERVICE},
        {"s.py": SERVICE, "k8s/d.yaml": "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - livenessProbe: {httpGet: {path: /}}\n"},
        id="a probe in a manifest",
    ),
    pytest.param(
        "MON007",
        {"s.py": SERVICE},
        {"s.py": SERVICE + "\n\n@app.get('/')\ndef root():\n    return {'message': 'it runs'}\n"},
        id="a root that only says that it runs",
    ),
    pytest.param(
        "MON007",
        {"s.py": SERVICE, "README.md": "# Churn\n\nIt answers with the odds that somebody leaves.\n"},
        {"s.py": SERVICE, "README.md": "# Churn\n\nThe cluster is watched with Prometheus, see the board.\n"},
        id="documents that speak of what measures it",
    ),
    pytest.param(
        "MON004",
        {"s.py": FLASK + "    return str(model.predict(pd.DataFrame(request.json))[0])\n"},
        {"s.py": FLASK + "    return str(model.predict(pd.DataFrame(request.json).astype(float))[0])\n"},
        id="a conversion of all fields at once",
    ),
    pytest.param(
        "OPS004",
        {"s.py": SERVICE, "README.md": "# Churn\n\nIt answers with the odds that somebody leaves.\n"},
        {"s.py": SERVICE, "README.md": "# Churn\n\nJenkins builds it after each push.\n"},
        id="jobs on a server that documents speak of",
    ),
    pytest.param(
        "OPS006",
        {"s.py": SERVICE, "ci.yml": "", ".github/workflows/a.yml": JOB.format(name="deploy", run="kubectl apply -f k8s/")},
        {"s.py": SERVICE, "ci.yml": "", ".github/workflows/a.yml": JOB.format(name="deploy", run="kubectl create secret generic x --dry-run=client -o yaml | kubectl apply -f -")},
        id="a secret that a command makes",
    ),
    pytest.param(
        "OPS006",
        {"s.py": SERVICE, ".github/workflows/a.yml": JOB.format(name="deploy", run="kubectl apply -f k8s/")},
        {"s.py": SERVICE.replace("joblib.load('model.pkl')", "mlflow.sklearn.load_model('models:/churn@champion')").replace("import joblib", "import mlflow"), ".github/workflows/a.yml": JOB.format(name="deploy", run="kubectl apply -f k8s/")},
        id="a model that comes from a registry when the service starts",
    ),
    pytest.param(
        "MON004",
        {"s.py": FLASK + "    return {'y': float(model.predict(pd.DataFrame(request.json))[0]), 'v': version()}\n\n\ndef version():\n    if model is None:\n        raise LookupError\n    return 1\n"},
        {"s.py": FLASK + "    return {'y': float(model.predict(pd.DataFrame(body()))[0])}\n\n\ndef body():\n    if 'age' not in request.json:\n        raise ValueError\n    return request.json\n"},
        id="what is refused and converted is the request",
    ),
    pytest.param(
        "MON002",
        {"s.py": SERVICE, "train.py": TRAIN, "dvc.yaml": "stages:\n  watch:\n    cmd: python watch.py\n"},
        {"s.py": SERVICE, "train.py": TRAIN, "dvc.yaml": "stages:\n  watch_quality:\n    cmd: python watch.py\n"},
        id="a step that is called after the quality of the model",
    ),
    pytest.param(
        "OPS002",
        {"dags/d.py": DAG.format("")},
        {"dags/d.py": DAG.format("    if model.score(f[['x']], f['y']) < 0.8:\n        raise ValueError('too bad')\n")},
        id="a task that trains and promotes",
    ),
    pytest.param(
        "MON002",
        {"s.py": SERVICE, "train.py": TRAIN},
        {"s.py": SERVICE + "\n\n@app.post('/retrain')\ndef again(rows: list[dict]):\n    return fit_again(rows)\n", "train.py": TRAIN},
        id="a route that takes rows with their labels",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_the_debt_is_found_and_what_is_like_it_is_not(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)


def test_what_was_asked_is_kept_though_not_what_was_answered() -> None:
    asked = SERVICE.replace("    return", "    print(values)\n    return")
    (told,) = found({"s.py": asked}, "MON003")
    assert "keeps what it was asked (s.py:" in told
    warned = "import logging\n" + SERVICE.replace("    return", "    {}logging.warning('%s', values)\n    return")
    (told,) = found({"s.py": warned.format("")}, "MON003")
    assert "keeps what it was asked (s.py:" in told
    (told,) = found({"s.py": warned.format("if not values:\n        ")}, "MON003")
    assert "keeps what it was asked" not in told


def test_a_model_card_begins_with_what_the_readme_says_under_its_title() -> None:
    (told,) = found(
        {"train.py": TRAIN, "README.md": "# churn-version-2\n\nFinds the customers who are about to leave.\n"}, "OPS008"
    )
    assert "version" in told.partition("missing")[2]
    assert "purpose" not in told.partition("missing")[2]


def test_a_divergence_to_train_by_is_no_monitor() -> None:
    loss = "import numpy as np\n\n\ndef {name}(mean, spread):\n    total = np.sum(mean - spread)\n    return -0.5 * total\n\n\nif __name__ == '__main__':\n    print({name}(np.load('a.npy'), np.load('b.npy')))\n"
    assert not found({"vae.py": loss.replace("{name}", "kl_divergence"), "s.py": SERVICE}, "MON005")
    assert found({"vae.py": loss.replace("{name}", "compute_psi"), "s.py": SERVICE}, "MON005")


PSI = "import numpy as np\n\n\ndef {}(a, b):\n    d = np.sum(a - b)\n    return d\n\n\nif __name__ == '__main__':\n    train = np.load('a.npy')\n    other = {}\n    expected = train[0]\n    print({}(expected, other))\n"


def test_drift_that_is_made_and_parts_that_are_compared_are_no_monitor() -> None:
    def watched(name: str, other: str, file: str = "watch.py") -> bool:
        return bool(found({file: PSI.format(name, other, name), "s.py": SERVICE}, "MON005"))

    assert watched("compute_drift", "np.load('b.npy')")
    assert not watched("inject_drift", "np.load('b.npy')")
    assert not watched("compute_drift", "np.load('b.npy')", "simulate_drift.py")
    assert watched("compute_drift", "np.load('b.npy')", "simulate_load.py")
    val = "train[1]\n    val = train[2]\n    other = {}[0]"
    assert not watched("compute_drift", val.format("val"))
    assert watched("compute_drift", val.format("new"))
    both = PSI.format("psi", "np.load('b.npy')", "psi").replace("train", "train_val")
    assert found({"watch.py": both, "s.py": SERVICE}, "MON005")


def test_a_report_that_starts_training_is_followed() -> None:
    watch = "import json\nimport numpy as np\n\n\ndef compute_psi(a, b):\n    d = np.sum(a - b)\n    return d\n\n\nif __name__ == '__main__':\n    psi = compute_psi(np.load('a.npy'), np.load('b.npy'))\n    json.dump({'psi': psi}, open('drift.json', 'w'))\n"
    again = "import json\nimport subprocess\n\nreport = json.load(open('drift.json'))\nif report['psi'] > 0.2:\n    done = subprocess.run(['dvc', 'repro'])\n"
    assert found({"watch.py": watch, "s.py": SERVICE}, "MON005")
    assert not found({"watch.py": watch, "again.py": again, "s.py": SERVICE}, "MON005")


def test_a_notebook_releases_by_hand() -> None:
    book = '{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{{"cell_type": "code", "id": "a", "metadata": {{}}, "execution_count": null, "outputs": [], "source": {}}}]}}'
    code = "import mlflow\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\nf = pd.read_csv('d.csv')\nmodel = Ridge().fit(f[['x']], f['y'])\nmade = mlflow.sklearn.log_model(model, 'm', registered_model_name='churn')\nmlflow.MlflowClient().transition_model_version_stage(name='churn', version=made.registered_model_version, stage='Production')\n"
    assert found({"train.py": code}, "OPS002")
    assert not found({"train.ipynb": book.format(json.dumps(code))}, "OPS002")


@pytest.mark.parametrize("jobs", [{}, {".github/workflows/lint.yml": JOB.format(name="lint", run="ruff check .")}])
def test_a_workflow_that_the_clone_lacks_may_run_anything(jobs: dict[str, str]) -> None:
    tree = graphs({"train.py": TRAIN, **jobs}, archetypes="S")
    there = judge(tree.components, [RULES["OPS005"]]).verdicts[0].outcome.value
    absent = Entry(".github/workflows/test.yml", "0" * 40, 100, content=Content.ABSENT)
    listing = replace(tree.world.listing, entries=(*tree.world.listing.entries, absent))
    lacking = Graphs(tree.world.resolved, listing, Settings(components={".": "S"}), lambda: History("none"))
    (verdict,) = judge(lacking.components, [RULES["OPS005"]]).verdicts
    assert (there, verdict.outcome.value) == ("finding" if jobs else "not-applicable", "unknown")


@pytest.mark.parametrize(
    ("imports", "severity", "remedy"),
    [
        ("import torch\n", "high", "PSI or KS per feature"),
        ("import soundfile\n", "medium", "loudness"),
        ("import nltk\n", "medium", "unknown words"),
        ("import cv2\n", "medium", "brightness"),
        ("import nltk\nimport pandas\n", "high", "PSI or KS per feature"),
    ],
)
def test_what_to_watch_hangs_on_what_a_model_is_asked_about(imports: str, severity: str, remedy: str) -> None:
    (told,) = judge(graphs({"s.py": imports + SERVICE}, archetypes="S").components, [RULES["MON001"]]).findings
    assert (told.severity.value, remedy in told.remedy) == (severity, True)
    tests = graphs({"s.py": SERVICE, "tests/test_s.py": imports}, archetypes="S")
    (told,) = judge(tests.components, [RULES["MON001"]]).findings
    assert told.severity.value == "high"


DRAWS = TRAIN.replace("import pandas as pd\n", "import numpy as np\nimport pandas as pd\n").replace(
    "pd.read_csv('d.csv')", "pd.DataFrame({'x': np.random.normal(0, 1, 9), 'y': np.random.normal(0, 1, 9)})"
)


@pytest.mark.parametrize(
    ("train", "told"),
    [
        (TRAIN, True),
        (DRAWS, False),
        (DRAWS + "f.to_csv('made.csv')\nprint(pd.read_csv('made.csv').shape)\n", False),
        (DRAWS + "print(pd.read_csv('other.csv').shape)\n", True),
        (DRAWS + "import requests\nprint(requests.get('https://example.org/x'))\n", True),
        (TRAIN.replace("pd.read_csv('d.csv')", "load()"), True),
    ],
)
def test_a_training_on_rows_that_it_draws_itself_need_not_run_again(train: str, told: bool) -> None:
    assert bool(found({"train.py": train, "s.py": SERVICE}, "OPS001")) is told


ENCODER = (
    "from fastapi import FastAPI\nfrom sentence_transformers import SentenceTransformer\n{0}\napp = FastAPI()\n"
    "model = SentenceTransformer('all-MiniLM-L6-v2')\n\n\n@app.post('/embed')\ndef embed(text: str):\n    return {1}\n"
)
VECTOR = "model.encode(text).tolist()"


@pytest.mark.parametrize(
    ("more", "answer", "train", "told"),
    [
        ("", VECTOR, "", False),
        ("import joblib\nhead = joblib.load('m.pkl')\n", "head.predict([model.encode(text)])[0]", "", True),
        ("", VECTOR, TRAIN, True),
    ],
)
def test_vectors_of_an_encoder_that_nothing_trains_are_compared_with_nothing(
    more: str, answer: str, train: str, *, told: bool
) -> None:
    files = {"s.py": ENCODER.format(more, answer), **({"train.py": train} if train else {})}
    assert bool(found(files, "MON001")) is told


BOOK = json.dumps(
    {"cells": [{"cell_type": "code", "source": TRAIN, "metadata": {}, "outputs": []}], "metadata": {}, "nbformat": 4}
)
STAGE = "stages:\n  train:\n    cmd: model train params.yaml\n    outs: [m.bin]\n"


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"notebooks/prototype.ipynb": BOOK}, True),
        ({"notebooks/train.ipynb": BOOK, "dvc.yaml": STAGE}, True),
        ({"notebooks/prototype.ipynb": BOOK, "dvc.yaml": STAGE}, False),
    ],
)
def test_a_notebook_of_drafts_is_not_what_trains_where_a_declared_step_does(
    files: dict[str, str], *, named: bool
) -> None:
    (told,) = found({"s.py": SERVICE, **files}, "OPS001")
    assert ("ipynb" in told) is named


def test_of_copies_the_one_nearest_to_the_root_is_the_training_that_is_named() -> None:
    train = TRAIN.replace("'d.csv'", "'https://example.org/d.csv'")
    files = {"a/b/train.py": train, "train/train.py": train, "s.py": SERVICE.replace("model.pkl", "other.pkl")}
    tree = graphs(files, archetypes="S")
    (told,) = judge(tree.components, [RULES["MON002"]]).findings
    assert [place.path for place in told.related if "trained" in place.says] == ["train/train.py"]
    (told,) = judge(tree.components, [RULES["DAT001"]]).findings
    assert [place.path for place in told.related if "fitted" in place.says] == ["train/train.py"]
