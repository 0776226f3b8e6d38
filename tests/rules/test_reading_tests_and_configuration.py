"""What reading tests and configuration of real repositories showed: each debt beside the look-alike that was once accused."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.verdict import Outcome, Verdict
from tests.pages import graphs

RULES = registry().rules


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[str]:
    tree = graphs(files, archetypes=archetypes)
    return [finding.message for finding in judge(tree.components, [RULES[rule]]).findings]


def verdict(files: dict[str, str], rule: str, archetypes: str) -> Verdict:
    return judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).verdicts[0]


FEATURES = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef make(frame: pd.DataFrame):\n"
    "    frame['a'] = frame['b'] * 2\n    frame['c'] = frame['b'] + 1\n    return frame\n\n\n"
    "def main():\n    frame = make(pd.read_csv('data.csv'))\n    Ridge().fit(frame[['a', 'c']], frame['y'])\n\n\n"
    "if __name__ == '__main__':\n    main()\n"
)
MAKER = FEATURES.replace(
    "def make(frame: pd.DataFrame):", "class Maker:\n  def make_features(self, frame: pd.DataFrame):"
).replace("= make(", "= Maker().make_features(")
USED = "def use(held):\n    return held.show_all([1])\n"
FLOW = "flows/train.py"
READ = "import yaml\n\n\ndef load(path='params.yaml'):\n    with open(path) as f:\n        return yaml.safe_load(f)\n"
USE = "from load import load\n\nparams = load()\nprint(params['a'], params['b'], params['c'])\n"
PARAMS = "a: 1\nb: 2\nc: 3\nleft_over: 4\n"

NET = "import torch\n\n\nclass Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = torch.nn.Linear(2, 1)\n"

PAIRS = [
    pytest.param(
        "TST001",
        {FLOW: FEATURES, "tests/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n"},
        {FLOW: FEATURES, "tests/test_a.py": f"from metaflow import Runner\n\n\ndef test_a():\n    with Runner('{FLOW}').run() as running:\n        assert running\n"},
        id="a flow that a test runs by its path",
    ),
    pytest.param(
        "TST001",
        {FLOW: FEATURES},
        {FLOW: FEATURES, "tests/conftest.py": "import pytest\nfrom flows.train import make\n\n\n@pytest.fixture\ndef made():\n    return make({'b': 1})\n", "tests/test_a.py": "def test_a(made):\n    assert made['a'] == 2\n"},
        id="a fixture of another file",
    ),
    pytest.param(
        "TST001",
        {FLOW: FEATURES, "tests/test_a.py": "# from flows.train import make\n\n\ndef test_a():\n    assert 1 + 1 == 2\n"},
        {FLOW: FEATURES, "tests/test_a.py": "from flows.train import make\n\n\ndef test_a():\n    assert make({'b': 1})['a'] == 2\n"},
        id="a test that was commented out",
    ),
    pytest.param(
        "TST001",
        {"fit.py": MAKER, "use.py": USED, "tests/test_a.py": "import joblib\nfrom use import use\n\n\ndef test_a():\n    assert len(use(joblib.load('tests/made.pkl'))) == 2\n"},
        {"fit.py": MAKER, "use.py": USED.replace("show_all", "make_features"), "tests/test_a.py": "import joblib\nfrom use import use\n\n\ndef test_a():\n    assert len(use(joblib.load('tests/made.pkl'))) == 2\n"},
        id="an object that comes out of a file",
    ),
    pytest.param(
        "TST002",
        {"net.py": NET, "app.py": "from net import Net\n\nnet = Net()\n", "tests/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n"},
        {"net.py": NET, "app.py": "from net import Net\n\nnet = Net()\n", "tests/test_a.py": "from app import score\n\n\ndef test_a():\n    assert score\n"},
        id="a network that the body of an imported module builds",
    ),
    pytest.param(
        "TST001",
        {FLOW: FEATURES},
        {FLOW: FEATURES.replace("    frame['a'] = frame['b'] * 2\n    frame['c'] = frame['b'] + 1\n", "    frame = frame.drop_duplicates()\n    print(len(frame))\n")},
        id="one ready-made step",
    ),
    pytest.param(
        "TST004",
        {FLOW: FEATURES, "data.csv": "b,y\n1,2\n"},
        {FLOW: FEATURES, "data.csv": "b,y\n1,2\n", "tests/test_data.py": "import pandas as pd\n\nframe = pd.read_csv('data.csv')\n\n\ndef test_rows():\n    assert len(frame) > 0\n"},
        id="data that a file of tests reads at its top",
    ),
    pytest.param(
        "TST004",
        {FLOW: FEATURES, "data.csv": "b,y\n1,2\n"},
        {FLOW: FEATURES, "data.csv": "b,y\n1,2\n", "tests/test_data.py": "from flows.train import main\n\n\ndef test_rows():\n    assert main() is None\n"},
        id="a test that runs the code that reads the data",
    ),
    pytest.param(
        "CFG002",
        {"params.yaml": PARAMS, "load.py": READ, "train.py": USE},
        {"params.yaml": PARAMS, "load.py": READ, "train.py": USE + "import mlflow\n\nmlflow.log_params(params)\n"},
        id="a document that a function returns, and one that is handed on whole",
    ),
    pytest.param(
        "CFG002",
        {"params.yaml": PARAMS, "load.py": READ, "train.py": USE},
        {"params.yaml": PARAMS, "load.py": READ, "train.py": USE, "plot.R": "p <- yaml::read_yaml('params.yaml')\n"},
        id="code in another language",
    ),
    pytest.param(
        "CFG003",
        {"params.yaml": PARAMS, "load.py": READ, "train.py": USE + "print(params['lost'])\n"},
        {"params.yaml": PARAMS, "load.py": READ, "train.py": USE + "from models import Settings\n\nsettings = Settings(**params)\nprint(settings.lost)\n"},
        id="settings that a class fills with defaults",
    ),
    pytest.param(
        "CFG001",
        {"params.yaml": "test_size: 0.3\n" + PARAMS, "load.py": READ, "train.py": USE + "from sklearn.model_selection import train_test_split\n\ntrain_test_split([1], test_size=0.2)\n"},
        {"params.yaml": "test_size: 0.3\n" + PARAMS, "load.py": READ, "train.py": USE + "from sklearn.model_selection import train_test_split\n\ntrain_test_split([1], test_size=params['test_size'])\n"},
        id="a value that is read",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_debt_and_look_alike(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule)
    assert found(alike, rule) == []


@pytest.mark.parametrize("rule", ["TST001", "TST002", "TST003", "TST004", "TST006"])
@pytest.mark.parametrize("archetypes", ["L", "R", "T", "N", "PT", "PR"])
def test_no_absence_is_told_of_libraries_research_and_teaching(rule: str, archetypes: str) -> None:
    stages = "stages:\n" + "".join(f"  {n}:\n    cmd: python {n}.py\n    outs: [{n}.csv]\n" for n in "abc")
    net = "import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n"
    assert found({FLOW: FEATURES, "dvc.yaml": stages, "net.py": net, "data.csv": "b,y\n1,2\n"}, rule, archetypes) == []


NETS = "import torch\n\n\n" + "\n\n".join(
    f"class {name}(torch.nn.Module):\n    def forward(self, x):\n        return x\n" for name in ("A", "B", "C")
)
BUILDS = "from net import A\n\n\ndef test_a():\n    assert A()\n"


@pytest.mark.parametrize(("archetypes", "weight"), [("L", 1.0), ("R", 0.5)])
def test_what_others_build_on_without_a_test_is_told_and_weighs(archetypes: str, weight: float) -> None:
    untested, tested = verdict({"net.py": NETS}, "TST002", archetypes), verdict({"net.py": NETS, "tests/test_net.py": BUILDS}, "TST002", archetypes)  # fmt: skip
    assert (untested.outcome, untested.applicability) == (Outcome.NOT_EVIDENCED, weight)
    assert tested.outcome is Outcome.CLEAN


def test_models_that_are_looked_up_by_name_are_not_said_to_be_untested() -> None:
    registry = "import importlib\n\n\ndef get(name):\n    return importlib.import_module(f'nets.{name}').A()\n"
    files = {"nets/net.py": NETS, "find.py": registry, "tests/test_find.py": "from find import get\n\n\ndef test_it():\n    assert get('net')\n"}  # fmt: skip
    assert verdict(files, "TST002", "P").outcome is Outcome.UNKNOWN
    assert verdict(files, "TST002", "L").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("archetypes", ["L", "R", "T", "N"])
def test_without_integration_nobody_is_accused_who_operates_nothing(archetypes: str) -> None:
    ci = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: pytest\n"
    assert verdict({"net.py": NETS}, "OPS004", archetypes).outcome is Outcome.NOT_EVIDENCED
    assert verdict({"net.py": NETS, ".github/workflows/ci.yml": ci}, "OPS004", archetypes).outcome is Outcome.CLEAN


def test_of_two_pipelines_the_one_that_trains_is_asked_for() -> None:
    stages = "stages:\n" + "".join(f"  {n}:\n    cmd: python snapshot.py {n}\n    outs: [{n}.csv]\n" for n in "abc")
    tasks = "".join(f"    {n} = PythonOperator(task_id='{n}', python_callable=main)\n" for n in "xyz")
    dag = f"from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nfrom flows.train import main\n\nwith DAG('learn') as dag:\n{tasks}    x >> y >> z\n"
    (told,) = found({FLOW: FEATURES, "dvc.yaml": stages, "snapshot.py": "print(1)\n", "dags/d.py": dag}, "TST003")
    assert "runs learn" in told


def test_a_setting_that_is_written_out_is_told_once() -> None:
    files = {"params.yaml": "test_size: 0.3\na: 1\nb: 2\nc: 3\n", "load.py": READ, "train.py": USE + "from sklearn.model_selection import train_test_split\n\ntrain_test_split([1], test_size=0.2)\n"}  # fmt: skip
    assert found(files, "CFG001")
    assert found(files, "CFG002") == []


WEBSERVER = f"services:\n  web:\n    image: web\n    environment:\n      SECRET_KEY: {'Kq7' + 'vX2mB9zR4w' * 4}\n"
ISSUED = f"token: {'hf' + '_' + 'aB3dE6gH9' * 4}\n"


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        pytest.param("compose.yaml", WEBSERVER, "high", id="a generated value for a service"),
        pytest.param("compose.yaml", "# fake credential, do not use in production\n" + WEBSERVER, "low", id="disowned"),
        pytest.param("quick-start/compose.yaml", WEBSERVER, "low", id="of a quick start"),
        pytest.param("deploy/local.yaml", WEBSERVER, "medium", id="of a machine of one's own"),
        pytest.param(
            "compose.yaml", WEBSERVER + "      URL: http://localhost:8080\n", "medium", id="beside its address"
        ),
        pytest.param(
            "deploy/local.yaml", ISSUED, "critical", id="what an issuer gave opens the same door from everywhere"
        ),
    ],
)
def test_a_secret_for_a_local_start_is_milder(path: str, text: str, severity: str) -> None:
    tree = graphs({path: text, "train.py": FEATURES}, archetypes="P")
    (finding,) = judge(tree.components, [RULES["CFG008"]]).findings
    assert finding.severity.value == severity


def test_a_method_of_an_object_out_of_a_file_is_known_by_a_name_that_no_other_has() -> None:
    test = "import joblib\nfrom use import use\n\n\ndef test_a():\n    assert len(use(joblib.load('tests/made.pkl'))) == 2\n"
    files = {"fit.py": MAKER, "use.py": USED.replace("show_all", "make_features"), "tests/test_a.py": test}
    assert not found(files, "TST001")
    assert found({**files, "more.py": "class Other:\n    def make_features(self):\n        return 1\n"}, "TST001")
    polars = "import polars as pl\n\n\ndef test_a():\n    assert len(pl.read_csv('a.csv').fill_null(0)) == 2\n"
    assert found({"fit.py": MAKER.replace("make_features", "fill_null"), "tests/test_a.py": polars}, "TST001")


STEPS = (
    "import pandas as pd\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\nfrom airflow.operators.empty import EmptyOperator\n"
    "from airflow.providers.http.operators.http import SimpleHttpOperator\nfrom airflow.sensors.http_sensor import HttpSensor\n"
    "from airflow.sensors.external_task import ExternalTaskSensor\nfrom airflow.sensors.filesystem import FileSensor\n"
    "from airflow.operators.python import PythonOperator\nfrom sklearn.linear_model import Ridge\n\n\ndef load():\n"
    "    pd.read_csv('data.csv').to_csv('mid.csv')\n\n\ndef train():\n    f = pd.read_csv('mid.csv')\n    Ridge().fit(f[['a']], f['y'])\n\n\n"
    "def more():\n{}\n\n\nwith DAG('d'):\n    one = PythonOperator(task_id='load', python_callable=load)\n"
    "    two = PythonOperator(task_id='train', python_callable=train)\n    three = {}\n    one >> two >> three\n"
)


@pytest.mark.parametrize(
    ("body", "third", "works"),
    [
        ("    pass", "BashOperator(task_id='more', bash_command='python more.py')", True),
        ("    pass", "BashOperator(task_id='more', bash_command='echo done')", False),
        ("    pass", "BashOperator(task_id='more', bash_command='echo done > out.txt')", True),
        ("    pass", "EmptyOperator(task_id='more')", False),
        ("    pass", "HttpSensor(task_id='more', endpoint='/health')", False),
        ("    pass", "FileSensor(task_id='more', filepath='data.csv')", False),
        ("    pass", "ExternalTaskSensor(task_id='more', external_dag_id='other')", False),
        ("    pass", "SimpleHttpOperator(task_id='more', endpoint='/train', method='POST')", True),
        ("    print('done')", "PythonOperator(task_id='more', python_callable=more)", False),
        ("    load()", "PythonOperator(task_id='more', python_callable=more)", True),
        ("    from more import log\n\n    log()", "PythonOperator(task_id='more', python_callable=more)", True),
        ("    return 1 + limit", "PythonOperator(task_id='more', python_callable=more)", True),
        ("    STATE['done'] = 1", "PythonOperator(task_id='more', python_callable=more)", True),
        ("    requests.post('https://example.org')", "PythonOperator(task_id='more', python_callable=more)", True),
    ],
)
def test_steps_that_only_mark_a_place_or_say_something_make_no_pipeline(body: str, third: str, works: bool) -> None:
    files = {
        "dags/d.py": STEPS.format(body, third),
        "more.py": "def log():\n    return open('a.txt').read()\n",
        "data.csv": "a,y\n1,2\n",
    }
    assert bool(found(files, "TST003")) is works


def test_untested_features_of_what_is_run_by_hand_weigh_less() -> None:
    fit = FEATURES.replace("    Ridge()", "    import joblib\n\n    model = Ridge()").replace(
        "['y'])\n\n\nif", "['y'])\n    joblib.dump(model, 'm.pkl')\n\n\nif"
    )
    serve = (
        "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('m.pkl')\n\n\n"
        "@app.post('/p')\ndef p(x: float):\n    return model.predict([[x, x]])\n"
    )
    more = fit.replace(
        "def main",
        "def other(frame):\n    frame['d'] = frame['b'] - 1\n    frame['e'] = frame['d'] * 2\n    return frame\n\n\ndef third(frame):\n    frame['f'] = frame['b'] - 2\n    frame['g'] = frame['f'] * 2\n    return frame\n\n\ndef main",
    )
    more = more.replace("make(pd", "third(other(make(pd").replace("csv')", "csv')))", 1)
    stages = "stages:\n" + "".join(
        f"  {n}:\n    cmd: python {n}.py\n    outs: [{n}.csv]\n" for n in ("get", "clean", "fit")
    )
    for files, severity in (
        ({"fit.py": more}, "medium"),
        ({"fit.py": more, "serve.py": serve}, "high"),
        ({"fit.py": more, "dvc.yaml": stages}, "high"),
    ):
        (told,) = judge(graphs(files, archetypes="P").components, [RULES["TST001"]]).findings
        assert told.severity.value == severity


def test_a_network_that_a_test_runs_and_asserts_nothing_of_weighs_less() -> None:
    test = "from net import Net\n\n\ndef test_a():\n    print(Net())\n"
    for files, severity, says in (
        ({"net.py": NET}, "medium", "no test that can fail builds it"),
        ({"net.py": NET, "tests/test_a.py": test}, "low", "no test that asserts anything builds it (1 is run"),
    ):
        (told,) = judge(graphs(files, archetypes="P").components, [RULES["TST002"]]).findings
        assert told.severity.value == severity
        assert says in told.message


STEPPED = """from zenml import pipeline, step
import pandas as pd
from sklearn.linear_model import Ridge


@step
def load():
    return pd.read_csv('data.csv')


@step
def fit(f):
    return Ridge().fit(f[['a']], f['y'])


@step
def judge(model, f):
    return model.score(f[['a']], f['y'])


@pipeline
def whole():
    f = load()
    judge(fit(f), f)
"""
TRIES = "import sys\nfrom steps import {0}\n\ntry:\n    {0}()\nexcept Exception:\n    sys.exit(1)\n"


@pytest.mark.parametrize(
    ("path", "called", "told"),
    [
        ("test_pipeline.py", "whole", False),
        ("tests/try_it.py", "whole", False),
        ("test_pipeline.py", "load", True),
        ("run_pipeline.py", "whole", True),
    ],
)
def test_a_script_that_tries_the_whole_pipeline_counts_where_it_calls_it(path: str, called: str, told: bool) -> None:
    files = {"steps.py": STEPPED, "data.csv": "a,y\n1,2\n", path: TRIES.format(called)}
    assert bool(found(files, "TST003")) is told


BY_SETTINGS = "import hydra\nimport pandas as pd\n{0}\n\n@hydra.main(config_path='conf', config_name='c')\ndef run(cfg):\n    frame = pd.read_csv(cfg.folder + cfg.source)\n    {1}\n\n\nif __name__ == '__main__':\n    run()\n"
MADE = BY_SETTINGS.format(
    "\n\ndef make(frame: pd.DataFrame):\n    frame['a'] = frame['b'] * 2\n    frame['c'] = frame['b'] + 1\n    return frame\n",
    "make(frame).to_csv(cfg.folder + cfg.name)",
)
FITTED = BY_SETTINGS.format(
    "from sklearn.linear_model import Ridge\n",
    "model = Ridge().fit(frame[['a', 'c']], frame['y'])\n    print(model.coef_)",
)
STAGES = "stages:\n  make:\n    cmd: python make.py\n    deps: [raw]\n    outs: [{0}]\n  fit:\n    cmd: python fit.py\n    deps: [{1}]\n    outs: [models]\n  look:\n    cmd: python look.py\n    deps: [data/made]\n"


@pytest.mark.parametrize(
    ("out", "dep", "told"),
    [("data/made", "data/made", True), ("data/charts", "data/made", False), ("data/made", "raw", False)],
)
def test_what_a_stage_declares_to_read_leads_to_the_code_that_makes_it(out: str, dep: str, told: bool) -> None:
    files = {"make.py": MADE, "fit.py": FITTED, "look.py": "print(1)\n", "dvc.yaml": STAGES.format(out, dep)}
    assert bool(found(files, "TST001")) is told
    tested = "import pandas as pd\nfrom make import make\n\n\ndef test_make():\n    assert make(pd.DataFrame({'b': [1]}))['a'][0] == 2\n"
    assert not found({**files, "tests/test_make.py": tested}, "TST001")
