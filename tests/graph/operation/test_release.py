"""Ways from training to operation, what services load, and what starts training."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from tests.pages import graphs

TRAIN = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\nf = pd.read_csv('d.csv')\njoblib.dump(Ridge().fit(f[['x']], f['y']), 'model.pkl')\n"
STEPS = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n{more}"
PROMOTE = "from mlflow import MlflowClient\n\n\ndef promote(f1, version):\n{body}\n\nif __name__ == '__main__':\n    promote(0.5, '3')\n"
MOVE = "MlflowClient().set_registered_model_alias('churn', '{alias}', version)\n"


def component(files: dict[str, str], archetypes: str = "SP") -> ArtefactGraph:
    return graphs(files, archetypes=archetypes).components[0]


def workflow(*commands: str) -> str:
    return STEPS.format(more="".join(f"      - run: {command}\n" for command in commands))


def job(name: str, after: str, command: str, more: str = "") -> str:
    return f"  {name}:\n    runs-on: x\n{more}    needs: [{after}]\n    steps:\n      - uses: actions/checkout@v4\n      - run: {command}\n"


@pytest.mark.parametrize(
    ("files", "gates"),
    [
        pytest.param({}, [""], id="nothing between"),
        pytest.param({"tests/test_model.py": "def test_it():\n    assert True\n"}, [""], id="a test of nothing"),
        pytest.param(
            {"tests/test_model.py": "def test_it(accuracy):\n    assert accuracy > 0.8\n"},
            ["tests/test_model.py looks at the model's figures"],
            id="a test of a figure",
        ),
    ],
)
def test_tests_between_training_and_release(files: dict[str, str], gates: list[str]) -> None:
    flow = workflow("python train.py", "pytest tests", "docker push a/b:latest")
    packed = {"train.py": TRAIN, "Dockerfile": "FROM python:3.12\nCOPY . .\n", ".github/workflows/r.yml": flow}
    found = component({**packed, **files}).releases()
    assert [release.gate for release in found] == gates
    assert all(release.tested for release in found if not release.gate)


def test_a_release_before_training_is_none_of_it() -> None:
    flow = workflow("docker push a/b:latest", "python train.py")
    assert component({"train.py": TRAIN, ".github/workflows/r.yml": flow}).releases() == []


def test_jobs_are_followed_in_their_order() -> None:
    flow = workflow("python train.py") + job("b", "a", "kubectl apply -f k8s/", "    environment: production\n")
    found = component({"train.py": TRAIN, ".github/workflows/r.yml": flow}).releases()
    assert [(release.says, release.approved) for release in found] == [("kubectl apply -f k8s/", True)]


@pytest.mark.parametrize(
    ("body", "released"),
    [
        pytest.param("    " + MOVE.format(alias="production"), True, id="always"),
        pytest.param("    if f1 > 0.8:\n        " + MOVE.format(alias="production"), False, id="on a condition"),
        pytest.param(
            "    if f1 < 0.8:\n        return\n    " + MOVE.format(alias="production"), False, id="after a way out"
        ),
        pytest.param("    " + MOVE.format(alias="challenger"), None, id="as a challenger"),
    ],
)
def test_a_program_that_promotes_after_training(body: str, released: bool | None) -> None:
    flow = workflow("python train.py", "python promote.py")
    files = {"train.py": TRAIN, "promote.py": PROMOTE.format(body=body), ".github/workflows/r.yml": flow}
    found = component(files).releases()
    assert [not release.gate for release in found] == ([] if released is not True else [True])


@pytest.mark.parametrize(
    ("gate", "gated"),
    [
        pytest.param("if f1 < 0.8:\n    sys.exit(1)\n", True, id="an error code"),
        pytest.param("if f1 < 0.8:\n    print('too bad')\n    sys.exit(0)\n", False, id="success"),
        pytest.param("if f1 < 0.8:\n    print('too bad')\n    sys.exit()\n", False, id="the default code"),
        pytest.param("if f1 > 0.8:\n    sys.exit(0)\nsys.exit(1)\n", True, id="success, else an error"),
        pytest.param("if f1 > 0.8:\n    sys.exit(0)\nraise ValueError(f1)\n", True, id="success, else raised"),
        pytest.param("sys.exit(0 if f1 > 0.8 else 1)\n", True, id="a code that the figure says"),
        pytest.param("CI = os.getenv('CI') == 'true'\nsys.exit(0 if f1 > 0.8 or CI else 1)\n", False, id="success in all automation"),
        pytest.param("VERBOSE = os.getenv('V') == 'true'\nif f1 < 0.8:\n    sys.exit(0 if f1 > 0.7 or VERBOSE else 1)\n", True, id="another switch"),
    ],
)  # fmt: skip
def test_a_gate_ends_the_run_as_failed(gate: str, gated: bool) -> None:
    program = f"import json\nimport os\nimport sys\nf1 = json.load(open('m.json'))['f1']\n{gate}"
    files = {"train.py": TRAIN, "gate.py": program, "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    for command, stops in (("python gate.py", gated), ("python gate.py || true", False)):
        flow = workflow("python train.py", command, "docker push a/b:latest")
        (found,) = component({**files, ".github/workflows/r.yml": flow}).releases()
        assert bool(found.gate) is stops


@pytest.mark.parametrize(
    ("command", "said"),
    [
        pytest.param("docker run -e key shop/train", "`docker run -e key shop/train` may train", id="an image"),
        pytest.param(
            "curl -X POST https://example.org/hook",
            "`curl -X POST https://example.org/hook` starts something outside that may train",
            id="a call to another system",
        ),
        pytest.param("echo train", None, id="words alone"),
    ],
)
def test_what_may_train_is_told(command: str, said: str | None) -> None:
    hint = component({"train.py": TRAIN, ".github/workflows/r.yml": workflow(command)}).training_hint()
    assert (hint[1] if hint else None) == said


def test_a_variable_of_the_environment_decides_what_is_served() -> None:
    service = (
        "import os\nimport mlflow\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
        "model = mlflow.pyfunc.load_model(os.getenv('MODEL', 'models:/churn/3'))\n\n\n"
        "@app.post('/score')\ndef score(values: list[float]):\n    return model.predict([values])\n"
    )
    files = {"s.py": service, "r.py": "import mlflow\n\nmlflow.register_model('runs:/1/m', 'churn')\n"}
    assert component(files).unserved() == ([], 0)
    fixed = {**files, "s.py": service.replace("os.getenv('MODEL', 'models:/churn/3')", "'models:/churn/3'")}
    assert [(each.kind, each.wants) for each in component(fixed).unserved()[0]] == [("version", "3")]


def test_the_training_that_is_told_is_that_of_the_served_model() -> None:
    serve = "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('model.pkl')\n\n\n@app.post('/score')\ndef score(v: list[float]):\n    return float(model.predict([v])[0])\n"
    files = {
        "serve.py": serve,
        "z_train.py": TRAIN,
        "a_search.py": TRAIN.replace("model.pkl", "tried.pkl"),
        "d.csv": "x,y\n1,2\n",
    }
    told = component(files).training_of_served()
    assert told is not None
    assert told.program == "z_train.py"


def test_no_training_is_told_where_several_may_be_it() -> None:
    serve = "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('given.pkl')\n\n\n@app.post('/score')\ndef score(v: list[float]):\n    return float(model.predict([v])[0])\n"
    files = {
        "serve.py": serve,
        "one.py": TRAIN.replace("model.pkl", "a.pkl"),
        "other.py": TRAIN.replace("model.pkl", "b.pkl"),
        "d.csv": "x,y\n1,2\n",
    }
    assert component(files).training_of_served() is None


NEWEST = "import glob\nimport os\nimport joblib\nimport mlflow\nfrom pathlib import Path\nfrom mlflow import MlflowClient\nfrom fastapi import FastAPI\n\napp = FastAPI()\nclient, NAME = MlflowClient(), 'churn'\n{}\n\n\n@app.post('/p')\ndef p(a: float):\n    return model.predict([[a]]).tolist()\n"
FITS = "import time\nimport joblib\nimport mlflow\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\nif __name__ == '__main__':\n    f = pd.read_csv('d.csv')\n    m = Ridge().fit(f[['a']], f['y'])\n"
FILE = "    joblib.dump(m, f'models/m_{int(time.time())}.joblib')\n"
REGISTERS = "    mlflow.sklearn.log_model(m, 'model', registered_model_name='churn')\n"
BY_TIME = "model = joblib.load(max(glob.glob('models/*.joblib'), key=os.path.getmtime))"
VERSION = "\nmodel = mlflow.pyfunc.load_model(f'models:/{NAME}/{v.version}')"
IF_GOOD = "    if m.score(f[['a']], f['y']) < 0.8:\n        raise SystemExit('too bad')\n"


@pytest.mark.parametrize(
    ("serves", "keeps", "told"),
    [
        (BY_TIME, FILE, True),
        ("model = joblib.load(max(Path('models').glob('*.joblib'), key=lambda p: p.stat().st_mtime))", FILE, True),
        ("files = sorted(Path('/app/models').iterdir(), key=os.path.getctime)\nmodel = joblib.load(files[-1])", FILE, True),
        ("with open(max(glob.glob('models/*.joblib'), key=os.path.getmtime), 'rb') as f:\n    model = joblib.load(f)", FILE, True),
        ("model = joblib.load(max(glob.glob('models/*.joblib'), key=os.path.getsize))", FILE, False),
        ("model = joblib.load(max(glob.glob('other/*.joblib'), key=os.path.getmtime))", FILE, False),
        ("log = max(glob.glob('models/*.log'), key=os.path.getmtime)\nmodel = joblib.load('models/m.joblib')", FILE, False),
        (BY_TIME, REGISTERS, False),
        (BY_TIME, IF_GOOD + FILE, False),
        ("model = mlflow.pyfunc.load_model('models:/churn/latest')", REGISTERS, True),
        ("model = mlflow.pyfunc.load_model('models:/churn/Production')", REGISTERS, False),
        ("model = mlflow.pyfunc.load_model('models:/other/latest')", REGISTERS, False),
        ("model = mlflow.pyfunc.load_model('models:/churn/latest')", IF_GOOD + REGISTERS, False),
        ("v = client.get_latest_versions(NAME, stages=['None'])[0]" + VERSION, REGISTERS, True),
        ("v = client.get_latest_versions(NAME, stages=['Production'])[0]" + VERSION, REGISTERS, False),
        ("v = max(client.search_model_versions(f\"name='{NAME}'\"), key=lambda v: int(v.version))" + VERSION, REGISTERS, True),
        ("v = max(client.search_model_versions(f\"name='{NAME}'\"), key=lambda v: float(v.tags['auc']))" + VERSION, REGISTERS, False),
    ],
)  # fmt: skip
def test_a_service_that_loads_the_newest_is_reached_by_each_training(serves: str, keeps: str, told: bool) -> None:
    found = component({"train.py": FITS + keeps, "serve.py": NEWEST.format(serves)}, archetypes="S")
    assert [bool(each.gate) for each in found.releases()] == ([False] if told else [True] if IF_GOOD in keeps else [])


def test_a_service_that_trains_where_it_finds_nothing_releases_to_itself() -> None:
    both = FITS.replace("if __name__ == '__main__':\n", "def fit():\n") + FILE + NEWEST.format(BY_TIME) + "\n\nfit()\n"
    assert not component({"serve.py": both}, archetypes="S").releases()
