"""What independent readers saw outside the development corpus: each debt beside the look-alike that was once accused."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.graph.data.versions import FINISHED
from auditor.graph.places import is_exploratory
from auditor.graph.views.account import coverage, problems
from auditor.model.artefact import NodeKind
from auditor.model.finding import Finding
from tests.pages import graphs, scripted

RULES = registry().rules
SK = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\nf = pd.read_csv('d.csv')\n"
FIT = "Ridge(random_state=1).fit(f[['a']], f['y'])\n"
FOREST = "from sklearn.ensemble import RandomForestRegressor\n\n\ndef pick_models():\n    return RandomForestRegressor()\n\n\n"
BOOST = SK + "from sklearn.ensemble import HistGradientBoostingRegressor as H\nH({}).fit(f[['a']], f['y'])\n"
PICKS = (
    "import numpy as np\n"
    + SK
    + "m = Ridge().fit(f[['a']], f['y'])\nparts = [m, m]\nchosen = np.random.choice(len(parts), 1)\nout = pd.DataFrame({{'p': [{} for i in chosen]}})\nout.to_csv('p.csv')\n"
)
HOME = "/home/maryanne/data/x.csv"
SWALLOW = "import pandas as pd\n\n\nclass Patches:\n    def load(self, name):\n        try:\n            self.f = pd.read_csv(name)\n        except Exception:\n            pass\n\n\n"
PD_NAN = "import numpy as np\nimport pandas as pd\nq = pd.read_csv('d.csv')['q'].mean()\n"
LISTED = "-r nested_runs.txt\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


PAIRS = [
    pytest.param("REP001", "P", {"a.py": SK + FOREST + "pick_models().fit(f[['a']], f['y'])\n"}, {"a.py": SK + FOREST + FIT}, id="a model in a function that nothing calls"),
    pytest.param("REP001", "P", {"a.py": SK + FOREST + FIT, "b.yaml": "make: a.pick_models\n"}, {"a.py": SK + FOREST + FIT}, id="a function that a setting names"),
    pytest.param("REP001", "P", {"a.py": SK + FOREST + FIT, "b.py": "import a\nfor make in vars(a).values():\n    make()\n"}, {"a.py": SK + FOREST + FIT}, id="a function that a program may find"),
    pytest.param("REP001", "P", {"a.py": BOOST.format("early_stopping=True")}, {"a.py": BOOST.format("")}, id="a booster that sets nothing aside"),
    pytest.param("REP001", "P", {"a.py": PICKS.format("f['a'][i]")}, {"a.py": PICKS.format("parts[i].predict(f[['a']]).mean()")}, id="parts of a fitted model that are asked"),
    pytest.param("REP003", "P", {"requirements.txt": "pandas\n", "a.py": SK}, {"requirements.txt": "pandas\n", "nested_runs.txt": "scikit-learn\n", "Makefile": "all:\n\tpip install -r nested_runs.txt\n", "a.py": SK}, id="a list under a name of its own"),
    pytest.param("REP003", "P", {"requirements.txt": "pandas\n", "README.md": "# A\n\nUses scikit-learn.\n", "a.py": SK}, {"requirements.txt": "pandas\n", "README.md": "# A\n\nFirst `pip install scikit-learn` into it.\n", "a.py": SK}, id="installed by a sentence"),
    pytest.param("REP003", "P", {"requirements.txt": "pandas\nscikit-learn\n", "a.py": SK + "import bs4\n"}, {"requirements.txt": "pandas\nscikit-learn\njupyterlab\n", "a.py": SK + "import bs4\n"}, id="brought over two packages"),
    pytest.param("ENT011", "SP", {"fit.py": "import pandas as pd\nimport joblib\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\nx = StandardScaler().fit_transform(f[['a']])\nm = Ridge().fit(x, f['y'])\njoblib.dump(m, 'm.pkl')\n", "app.py": "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('m.pkl')\n\n\n@app.post('/p')\ndef p():\n    return str(m.predict([request.json['a']]))\n"},
        {"fit.py": "import pandas as pd\nimport joblib\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.isotonic import IsotonicRegression\nf = pd.read_csv('d.csv')\nx = StandardScaler().fit_transform(f[['a']])\nold = joblib.load('old.pkl')\nscores = old.predict(x)\nm = IsotonicRegression().fit(scores, f['y'])\njoblib.dump(m, 'm.pkl')\n", "app.py": "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('m.pkl')\n\n\n@app.post('/p')\ndef p():\n    return str(m.predict([request.json['a']]))\n"}, id="a calibration over scores"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "archetypes", "debt", "alike"), PAIRS)
def test_debt_and_its_look_alike(rule: str, archetypes: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule, archetypes)
    assert not found(alike, rule, archetypes)


MILDER = [
    pytest.param("DAT005", {"a.py": f"import pandas as pd\npd.read_csv('{HOME}')\n"}, {"a.py": "import pandas as pd\npd.read_csv('/content/drive/MyDrive/x/y.csv')\n"}, id="the drive that whoever runs it mounts"),
    pytest.param("DAT005", {"a.py": f"import pandas as pd\npd.read_csv('{HOME}')\n"}, {"a.py": f"import pandas as pd\n\n\ndef load(path=None):\n    path = path or '{HOME}'\n    return pd.read_csv(path)\n\n\nload()\n"}, id="the fallback of a parameter"),
    pytest.param("DAT005", {"a.py": f"import pandas as pd\n\n\ndef upload_it():\n    return pd.read_csv('{HOME}')\n\n\nupload_it()\n"}, {"a.py": f"import pandas as pd\n\n\ndef upload_it():\n    return pd.read_csv('{HOME}')\n"}, id="a home folder in a function that nothing calls"),
    pytest.param("COD004", {"a.py": SWALLOW + "Patches().load('d.csv')\n"}, {"a.py": SWALLOW}, id="a class that nothing makes"),
    pytest.param("REP003", {"README.md": "# A\n\n## Results\n\nGood.\n", "a.py": SK + "import torch\n"}, {"README.md": "# A\n\n## Requirements\n\nPyTorch 1.3, pandas, and scikit-learn.\n", "a.py": SK + "import torch\n"}, id="libraries that a document names in words"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "milder"), MILDER)
def test_what_weighs_less(rule: str, debt: dict[str, str], milder: dict[str, str]) -> None:
    (grave,), (mild,) = found(debt, rule, "PR"), found(milder, rule, "PR")
    assert mild.severity.rank < grave.severity.rank


def test_one_variable_of_a_script_is_one_place() -> None:
    script = "ROOT=/home/maryanne/runs\ncd $ROOT\npython $ROOT/a.py\npython $ROOT/b.py\n"
    (finding,) = found({"run.sh": script, "a.py": SK + FIT}, "DAT005")
    assert "more place" not in finding.message


PREPARE = "    frame['a'] = frame['p'] / frame['q']\n    frame['b'] = frame['p'] * frame['q'] + 1\n    frame['c'] = frame['p'] - frame['q'] * 2\n    return frame\n"
SERVICE = "import joblib\nimport pandas as pd\nfrom flask import Flask, request\napp = Flask(__name__)\nmodel = joblib.load('m.pkl')\n\n\ndef {name}(frame):\n{body}\n\n@app.post('/p')\ndef p():\n    frame = pd.DataFrame(request.json)\n    {use}\n    return str(model.predict({asked}))\n"
TRAINER = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef prepare(frame):\n{body}\n\nf = prepare(pd.read_csv('d.csv'))\njoblib.dump(Ridge().fit(f[['a', 'b', 'c']], f['y']), 'm.pkl')\n"


def test_what_no_model_is_asked_about_is_no_feature() -> None:
    train = TRAINER.format(body=PREPARE)
    asked = SERVICE.format(name="prepare", body=PREPARE, use="frame = prepare(frame)", asked="frame")
    shown = SERVICE.format(name="prepare", body=PREPARE, use="print(prepare(frame.copy()))", asked="request.json")
    assert found({"fit.py": train, "app.py": asked}, "ENT009", "SP")
    assert not found({"fit.py": train, "app.py": shown}, "ENT009", "SP")


DEPLOYED = {
    "fit.py": "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\njoblib.dump(Ridge().fit(f[['a']], f['y']), 'm.pkl')\n",
    "app.py": "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nmodel = joblib.load('m.pkl')\n\n\n@app.post('/p')\ndef p():\n    return str(model.predict(request.json))\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\nCMD python app.py\n",
}


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"README.md": "# A\n\n재학습은 드리프트 주도·사람 승인.\n"}, id="in another language"),
        pytest.param({"retrain.py": '"""HUMAN-TRIGGERED, by whoever is on call."""\n'}, id="in a docstring"),
        pytest.param({"README.md": "# A\n\nThis never triggers retraining.\n"}, id="what is never done"),
    ],
)
def test_retraining_that_somebody_decided_to_do_by_hand(told: dict[str, str]) -> None:
    assert found(DEPLOYED, "OPS001", "S")
    assert not found({**DEPLOYED, **told}, "OPS001", "S")


def test_the_endpoint_that_keeps_nothing_is_named_before_one_that_keeps_the_question() -> None:
    app = (
        "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nmodel = joblib.load('m.pkl')\n\n\n"
        "@app.post('/kept')\ndef kept():\n    print(request.json)\n    return str(model.predict(request.json))\n\n\n"
        "@app.post('/lost')\ndef lost():\n    return str(model.predict(request.json))\n"
    )
    (finding,) = found({**DEPLOYED, "app.py": app}, "MON003", "S")
    assert (finding.severity.value, "/lost" in finding.message, "/kept" in finding.message) == ("high", True, False)


NOTEBOOK = '{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
CELL = '{"cell_type": "code", "execution_count": %s, "id": "c%d", "metadata": {}, "outputs": [], "source": "%s"}'


@pytest.mark.parametrize(("count", "severity"), [("2", "medium"), ("null", "low")])
def test_a_cell_that_was_never_run_weighs_less(count: str, severity: str) -> None:
    cells = ", ".join(
        [CELL % ("1", 1, "import pandas as pd"), CELL % (count, 2, "def size():\\n    return frames.shape\\n\\nsize()")]
    )
    (finding,) = found({"a.ipynb": NOTEBOOK % cells}, "COD008", "N")
    assert finding.severity.value == severity


def test_a_notebook_runs_in_no_environment_that_counts_where_a_program_trains() -> None:
    files = {
        "train/fit.py": DEPLOYED["fit.py"].replace("m.pkl", "../m.pkl"),
        "train/requirements.txt": "scikit-learn==1.8.0\npandas==2.3.3\n",
        "app/app.py": DEPLOYED["app.py"].replace("m.pkl", "../m.pkl"),
        "app/requirements.txt": "scikit-learn==1.8.0\n",
        "try/try.ipynb": NOTEBOOK
        % (CELL % ("1", 1, DEPLOYED["fit.py"].replace("m.pkl", "../m.pkl").replace("\n", "\\n"))),
        "try/requirements.txt": "scikit-learn==1.6.1\n",
    }
    assert not [f for f in found(files, "REP004", "SP") if "trained with" in f.message]
    without = {path: text for path, text in files.items() if not path.startswith("train/")}
    assert [f for f in found(without, "REP004", "SP") if "trained with" in f.message]


def test_a_program_that_runs_one_of_several_writers_reads_what_that_wrote() -> None:
    write = "import json\njson.dump({'a': 1}, open('m.json', 'w'))\n"
    read = "import json\nprint(json.load(open('m.json')))\njson.dump({}, open('n.json', 'w'))\n"
    files = {"one.py": write, "two.py": write.replace("1", "2"), "read.py": read}
    (finding,) = found(files, "PIP001", "P")
    assert "and 1 other program write" in finding.message
    assert not found({**files, "read.py": f"import subprocess\nsubprocess.run(['python', 'one.py'])\n{read}"}, "PIP001")


def test_rows_that_are_grouped_for_a_feature_owe_no_record_of_their_own() -> None:
    group = "import pandas as pd\nfrom sklearn.cluster import KMeans\nf = pd.read_csv('d.csv')\nf['g'] = KMeans(3).fit_predict(f[['a']])\nKMeans(3).fit(f[['a']])\nf.to_csv('e.csv')\n"
    (alone,) = found({"group.py": group}, "REP006")
    assert "group.py" in alone.message
    (finding,) = found({"group.py": group, "fit.py": DEPLOYED["fit.py"].replace("d.csv", "e.csv")}, "REP006")
    assert "1 training program " in finding.message


def test_a_stage_that_is_run_alone_runs_nothing_before_it() -> None:
    files = {
        "dvc.yaml": "stages:\n  prepare:\n    cmd: python a.py\n    outs: [d.csv]\n  fit:\n    cmd: python b.py\n    deps: [d.csv]\n",
        "a.py": "print(1)\n",
        "b.py": "print(2)\n",
        "whole.sh": "dvc repro fit\n",
        "alone.sh": "dvc repro --single-item fit\n",
    }
    steps = graphs(files, archetypes="P").world.steps
    runs = {step.path: sorted(steps.programs(step)) for step in steps.all if step.tool == "shell"}
    assert runs == {"whole.sh": ["a.py", "b.py"], "alone.sh": ["b.py"]}


def test_names_that_a_framework_puts_into_notebooks_are_there() -> None:
    cells = CELL % ("1", 1, "print(catalog.list())")
    assert found({"a.ipynb": NOTEBOOK % cells}, "REP008", "N")
    assert not found({"a.ipynb": NOTEBOOK % cells, "settings.py": "from kedro.io import DataCatalog\n"}, "REP008", "N")


def test_a_name_that_the_state_of_a_notebook_lacks_is_told_once() -> None:
    files = {"a.ipynb": NOTEBOOK % (CELL % ("1", 1, "print(frames.shape)"))}
    assert found(files, "REP008", "N")
    assert not found(files, "COD008", "N")


def test_what_a_run_of_a_notebook_leaves_is_no_notebook_of_its_own() -> None:
    cell = CELL % ("1", 1, "import pickle\\ndef size():\\n    return frames.shape\\n\\nsize()")
    left = '"metadata": {"papermill": {"input_path": "a.ipynb", "output_path": "out/a.ipynb"}}'
    assert found({"out/a.ipynb": NOTEBOOK % cell}, "COD008", "N")
    files = {"out/a.ipynb": (NOTEBOOK % cell).replace('"metadata": {}, "nbformat"', f'{left}, "nbformat"')}
    assert not found(files, "COD008", "N")
    made = graphs(files)
    assert [(problem.path, problem.code) for problem in problems(made)] == [("out/a.ipynb", "outcome")]
    assert not any(node.kind is NodeKind.PARSE_ERROR for node in made.nodes.values())
    assert not made.components[0].unreadable


TRAINS = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef fit():\n    f = pd.read_csv('d.csv')\n    m = Ridge().fit(f[['a']], f['y'])\n    print(m.predict(f[['a']]))\n    joblib.dump(m, 'm.pkl')\n"


def test_an_endpoint_that_takes_nothing_or_trains_is_sent_nothing_to_check() -> None:
    app = DEPLOYED["app.py"]
    train = "\n\n@app.get('/train')\ndef again():\n    from train import fit\n    fit()\n    return 'done'\n"
    last = "\n\n@app.get('/last')\ndef last():\n    return str(model.predict([[1.0]]))\n"
    findings = found({**DEPLOYED, "train.py": TRAINS, "app.py": app + train + last}, "MON004", "S")
    assert ["/p" in finding.message for finding in findings] == [True]


def test_goals_of_make_keep_the_order_in_which_they_are_named() -> None:
    write = "import pandas as pd\npd.read_csv('d.csv').to_csv('e.csv')\n"
    files = {"one.py": write, "two.py": "import pandas as pd\npd.read_csv('e.csv').to_csv('g.csv')\n"}
    goals = "one:\n\tpython one.py\n\ntwo:\n\tpython two.py\n\n"
    (loose,) = found({**files, "Makefile": goals}, "PIP001")
    (kept,) = found({**files, "Makefile": f"{goals}all: one two\n"}, "PIP001")
    assert kept.severity.rank < loose.severity.rank


def test_a_deployment_that_code_starts_may_train() -> None:
    flow = "from prefect.deployments import run_deployment\n\n\ndef on_drift():\n    run_deployment(name='{}')\n"
    assert found({**DEPLOYED, "watch.py": flow.format("report/daily")}, "OPS001", "S")
    assert not found({**DEPLOYED, "watch.py": flow.format("churn/churn-train")}, "OPS001", "S")


def test_data_of_a_finished_archive_do_not_age() -> None:
    job = "on:\n  schedule:\n    - cron: '0 0 * * 0'\njobs:\n  train:\n    runs-on: x\n    steps:\n      - run: python fit.py\n"
    fit = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('https://{}/wine.csv')\nRidge().fit(f[['a']], f['y'])\n"
    moving, finished = (
        {".github/workflows/t.yml": job, "fit.py": fit.format(home)}
        for home in ("data.example.org", "archive.ics.uci.edu/ml")
    )
    assert found(moving, "MON008", "P")
    assert not found(finished, "MON008", "P")
    (grave,), (mild,) = found(moving, "DAT001", "P"), found(finished, "DAT001", "P")
    assert mild.severity.rank < grave.severity.rank


def test_notebooks_that_one_program_runs_are_one_finding() -> None:
    note = NOTEBOOK % (CELL % ("1", 1, "print(1)"))
    run = (
        "import papermill as pm\npm.execute_notebook('a.ipynb', 'x.ipynb')\npm.execute_notebook('b.ipynb', 'y.ipynb')\n"
    )
    (finding,) = found({"a.ipynb": note, "b.ipynb": note.replace("print(1)", "print(2)"), "run.py": run}, "PIP009")
    assert "and 1 other" in finding.message


VALIDATE = "\n\ndef validate_columns(f):\n    return 'a' in f.columns\n\n\n"


def test_a_verdict_on_the_data_that_stops_training_is_a_test_of_them() -> None:
    head, rest = TRAINS.split("def fit():\n", 1)
    read, train = rest.split("\n", 1)
    looked = f"{head}{VALIDATE}def fit():\n{read}\n    is_valid = validate_columns(f)\n"
    end = "\n\nif __name__ == '__main__':\n    fit()\n"
    (nothing,) = found({"fit.py": TRAINS + end}, "TST004")
    (looks,) = found({"fit.py": looked + train + end}, "TST004")
    assert "validate_columns() looks at them" in looks.message
    assert looks.severity.rank <= nothing.severity.rank
    assert not found(
        {"fit.py": f"{looked}    if not is_valid:\n        raise ValueError('bad')\n{train}{end}"}, "TST004"
    )


def test_services_that_one_compose_file_builds_are_one_system() -> None:
    parts = ("api", "feed", "store", "jobs", "page", "mail")
    files = {f"{part}/requirements.txt": "pandas\n" for part in parts} | {
        f"{part}/run.py": "import pandas\n" for part in parts
    }
    services = "".join(f"  {part}:\n    build: ./{part}\n" for part in parts)

    def signals(tree: dict[str, str]) -> str:
        return " ".join(s for a in graphs(tree).components[0].archetypes for s in a.signals)

    assert "side by side" in signals(files)
    assert "side by side" not in signals({**files, "docker-compose.yml": f"services:\n{services}"})


@pytest.mark.parametrize("folder", ["mlruns/0/{}/artifacts/model", "wandb/run-2024{}/files", "out/{}/model", "out/{}"])
def test_the_lists_of_logged_models_are_no_projects_side_by_side_and_ask_for_nothing(folder: str) -> None:
    program = {
        "fit.py": "import sklearn\nimport yaml\nprint(sklearn, yaml.dump({}))\n",
        "requirements.txt": "scikit-learn\n",
    }
    logged: dict[str, str] = {}
    for part in "abcdef":
        at = folder.format(part)
        logged |= {
            f"{at}/requirements.txt": "pyyaml\n",
            f"{at}/MLmodel": "flavors: {}\n",
            f"{at}/code/x.py": "import lzo\n",
        }
    own = {f"{part}/requirements.txt": "pyyaml\n" for part in "abcdef"}
    apart = {f"{part}/{part}/requirements.txt": "pyyaml\n" for part in "abcdef"}

    def signals(tree: dict[str, str]) -> str:
        return " ".join(s for a in graphs(tree).components[0].archetypes for s in a.signals)

    variants = {
        f"templates/{path}": text
        for path, text in {**program, **apart, "setup.py": "import setuptools\nsetuptools.setup()\n"}.items()
    }
    assert "side by side" in signals(variants)
    assert "side by side" in signals({**program, **own})
    assert "side by side" not in signals({**program, **apart})
    assert "side by side" not in signals({**program, **logged})
    if not folder.startswith("out/"):
        (missing,) = found({**program, **logged}, "REP003")
        assert "yaml" in missing.message


def test_a_program_that_starts_another_by_its_name_starts_it() -> None:
    start = "import subprocess\n\n\ndef go(name):\n    subprocess.run(['spark-submit', f'/opt/jobs/{name}'])\n\n\ngo('fit.py')\n"
    fit = DEPLOYED["fit.py"]
    assert found({"jobs/fit.py": fit}, "REP010")
    image = {"Dockerfile": "FROM python:3.12\nCOPY . /app\nCMD python /app/start.py\n"}
    assert not found({"jobs/fit.py": fit, "start.py": start, **image}, "REP010")


def test_folders_in_windows_are_no_patterns() -> None:
    (finding,) = found({"a.py": "import os\nos.listdir(r'C:\\Users\\maryanne\\data\\depth')\n"}, "DAT005")
    assert finding.place.line == 2


def test_records_that_are_validated_are_not_kept() -> None:
    app = (
        "import joblib\nfrom flask import Flask, request\nfrom checks import validate_records, save_records\n"
        "app = Flask(__name__)\nmodel = joblib.load('m.pkl')\n\n\n@app.post('/p')\ndef p():\n"
        "    rows = request.json\n    {}(rows)\n    return str(model.predict(rows))\n"
    )
    checks = "def validate_records(rows):\n    assert rows\n\n\ndef save_records(rows):\n    assert rows\n"
    (lost,) = found({**DEPLOYED, "checks.py": checks, "app.py": app.format("validate_records")}, "MON003", "S")
    (asked,) = found({**DEPLOYED, "checks.py": checks, "app.py": app.format("save_records")}, "MON003", "S")
    assert "keeps nothing" in lost.message
    assert "keeps what it was asked" in asked.message


def test_a_program_that_trains_judges_and_keeps_a_model_may_be_a_pipeline() -> None:
    kept = DEPLOYED["fit.py"] + "from sklearn.metrics import r2_score\nprint(r2_score(f['y'], f['y']))\n"

    def letters(files: dict[str, str]) -> str:
        return "".join(a.letter for a in graphs(files).components[0].archetypes)

    assert "P" in letters({"go.py": kept, "README.md": "# A\n"})
    assert "P" not in letters(
        {"go.ipynb": NOTEBOOK % (CELL % ("1", 1, kept.replace("\n", "\\n"))), "README.md": "# A\n"}
    )
    assert "P" not in letters({"go.py": kept, "README.md": "# A\n\nCode of our paper.\n"})


def test_the_list_that_a_package_takes_its_needs_from_is_looked_at() -> None:
    setup = "from setuptools import setup\n\n\ndef needs(path):\n    with open(path) as f:\n        return f.read().split()\n\n\nsetup(name='a', install_requires=needs('requirements.txt'))\n"
    (finding,) = found({"setup.py": setup, "requirements.txt": "pandas\nscikit-learn\n", "a.py": SK}, "REP002")
    assert finding.place.path == "requirements.txt"


def test_models_over_one_split_of_resampled_rows_are_one_finding() -> None:
    source = (
        "import pandas as pd\nfrom imblearn.over_sampling import SMOTE\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "f = pd.read_csv('d.csv')\nx, y = SMOTE(random_state=1).fit_resample(f[['a']], f['y'])\n"
        "a, b, c, d = train_test_split(x, y, random_state=1)\n"
        "print(LogisticRegression().fit(a, c).score(b, d))\nprint(DecisionTreeClassifier(random_state=1).fit(a, c).score(b, d))\n"
    )
    (finding,) = found({"a.py": source}, "LKG005")
    assert (finding.instances, "so is 1 other model" in finding.message) == (2, True)


@pytest.mark.parametrize(("rows", "sampler", "bad"), [("x_test", "over_sampling.SMOTE", True), ("x_train", "over_sampling.SMOTE", False), ("x_test", "under_sampling.RandomUnderSampler", False), ("x_latest", "over_sampling.SMOTE", False)])  # fmt: skip
def test_rows_made_up_among_those_that_judge(rows: str, sampler: str, bad: bool) -> None:
    module, _, name = sampler.rpartition(".")
    source = f"from imblearn.{module} import {name}\n\n\ndef prepare({rows}, y):\n    return {name}(random_state=1).fit_resample({rows}, y)\n"
    assert bool(found({"a.py": source}, "LKG005")) is bad


def test_the_revision_of_a_set_of_a_hub_is_asked_for_by_its_own_rule() -> None:
    fit = "from sklearn.linear_model import Ridge\nRidge().fit(f[['a']], f['y'])\n"
    hub = "from datasets import load_dataset\nf = load_dataset('acme/set')['train'].to_pandas()\n" + fit
    file = "import pandas as pd\nf = pd.read_csv('d.csv')\n" + fit
    for files, rule, other in (({"a.py": hub}, "REP009", "DAT001"), ({"a.py": file}, "DAT001", "REP009")):
        assert found(files, rule)
        assert not found(files, other)


def test_a_package_that_a_list_names_twice_is_counted_once() -> None:
    (finding,) = found({"requirements.txt": "pandas\nscikit-learn\npandas\n", "a.py": SK}, "REP002")
    assert "2 of 2 packages" in finding.message
    assert (
        "1 of 2 packages"
        in found({"requirements.txt": "pandas\nscikit-learn\npandas==2.2.1\n", "a.py": SK}, "REP002")[0].message
    )


def test_a_monitor_that_starts_something_itself_is_followed() -> None:
    watch = "import subprocess\n\n\ndef check_drift(report):\n    if report['drift']:\n        {}\n\n\nif __name__ == '__main__':\n    check_drift({{'drift': 1}})\n"
    run = {
        **DEPLOYED,
        ".github/workflows/w.yml": "on:\n  schedule:\n    - cron: '0 0 * * *'\njobs:\n  w:\n    runs-on: x\n    steps:\n      - run: python watch.py\n",
    }
    assert found({**run, "watch.py": watch.format("print('drift')")}, "MON005", "S")
    assert not found({**run, "watch.py": watch.format("subprocess.run(['dvc', 'repro'])")}, "MON005", "S")


def test_files_that_name_every_build_hold_an_environment() -> None:
    files = {"envs/environment.yaml": "name: a\ndependencies:\n  - pandas\n  - scikit-learn\n", "a.py": SK}
    assert found(files, "REP002")
    assert not found({**files, "envs/default_linux-64.pin.txt": "@EXPLICIT\n"}, "REP002")


def test_a_word_alone_on_a_line_is_a_command_of_the_notebook() -> None:
    assert found({"a.ipynb": NOTEBOOK % (CELL % ("1", 1, "lists"))}, "REP008", "N")
    assert not found({"a.ipynb": NOTEBOOK % (CELL % ("1", 1, "ls"))}, "REP008", "N")


def test_a_cell_that_shows_how_a_name_fails_hides_nothing() -> None:
    cell = CELL % ("1", 1, "xrange(3)")
    error = cell.replace('"outputs": []', '"outputs": [{"output_type": "error", "ename": "NameError", "evalue": ""}]')
    assert error != cell
    assert found({"a.ipynb": NOTEBOOK % cell}, "REP008", "N")
    assert not found({"a.ipynb": NOTEBOOK % error}, "REP008", "N")


def test_folders_that_a_shell_of_windows_tells_apart_are_there() -> None:
    stage = "stages:\n  fit:\n    cmd: python src\\fit.py\n"
    assert found({"dvc.yaml": stage, "src/train.py": "print(1)\n"}, "PIP010")
    assert not found({"dvc.yaml": stage, "src/fit.py": "print(1)\n"}, "PIP010")


def test_settings_in_a_file_are_no_data_to_learn_from() -> None:
    fit = "import json\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.DataFrame(json.load(open('configs/{}.json')))\nRidge().fit(f[['a']], f['y'])\n"
    assert found({"fit.py": fit.format("people")}, "DAT001")
    assert not found({"fit.py": fit.format("hyperparameters")}, "DAT001")


def test_what_the_image_of_airflow_brings_is_there() -> None:
    dag = {"dags/a.py": "import airflow\nimport kubernetes\nimport pandas\n", "requirements.txt": "requests\n"}
    assert found({**dag, "Dockerfile": "FROM python:3.12\n"}, "REP003")
    assert not found({**dag, "Dockerfile": "FROM apache/airflow:2.9.1-python3.12\n"}, "REP003")


FETCH = "import pandas as pd\nimport requests\nfrom sklearn.linear_model import Ridge\n\n\ndef rows(where):\n    return pd.DataFrame(requests.get(where).json())\n\n\nd = rows({!r})\nRidge().fit(d[['a']], d['y'])\n"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("https://data.example.org/latest/rows.json", True, id="rows"),
        pytest.param("https://api.github.com/repos/o/n/releases/latest", False, id="the releases of software"),
        pytest.param("names", False, id="what is no address"),
    ],
)
def test_what_is_fetched_to_learn_from(address: str, told: bool) -> None:
    for rule in ("DAT001", "DAT002"):
        assert bool(found({"fit.py": FETCH.format(address)}, rule)) is told


def test_what_a_chart_is_drawn_from_is_not_learnt() -> None:
    """The object that a fit is given shows its progress: a function of it reads what the run wrote, and hands nothing back."""
    log = "import pandas as pd\nimport matplotlib.pyplot as plt\n\n\ndef show(where):\n    d = pd.read_csv(where)\n    plt.plot(d['loss'])\n    {}\n\n\nclass Log:\n    def end(self):\n        show('epochs.csv')\n"
    fit = "from sklearn.linear_model import Ridge\nfrom log import Log\nimport pandas as pd\nf = pd.read_csv('rows.csv')\nlog = Log()\nRidge().fit(f[['a']], f['y'], log)\nlog.end()\n"
    for end, count in (("plt.close()", 1), ("return d", 2)):
        assert len(found({"fit.py": fit, "log.py": log.format(end)}, "DAT001")) == count


def test_a_fit_that_is_handed_a_year_of_validation_rows_is_judged_by_them() -> None:
    fit = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.concat([pd.read_csv(p) for p in ('train2017.csv', {!r})])\nRidge().fit(f[['a']], f['y'])\n"
    for name, is_learnt in (("more2017.csv", True), ("val2017.csv", False)):
        (finding,) = found({"fit.py": fit.format(name)}, "DAT001")
        assert (name in finding.message) is is_learnt


def test_what_packages_bring_over_several_others_is_there() -> None:
    code = {"a.py": "import flax\nimport jax\nimport tensorflow_datasets\n"}
    assert found({**code, "requirements.txt": "requests\n"}, "REP003")
    assert not found({**code, "requirements.txt": "seqio-nightly\n"}, "REP003")


def test_what_an_extra_brings_is_there() -> None:
    code = {"a.py": "import requests\nimport websockets\n"}
    assert found({**code, "requirements.txt": "requests\nuvicorn\n"}, "REP003")
    assert not found({**code, "requirements.txt": "requests\nuvicorn[standard]\n"}, "REP003")
    assert not found({**code, "Dockerfile": "FROM python:3.12\nRUN pip install requests uvicorn[standard]\n"}, "REP003")


def test_a_recipe_that_lists_the_modules_it_needs_asks_for_them() -> None:
    code = "import requests\nimport websockets\n\n\nclass Recipe:\n    {} = ['websockets==12.0']\n"
    for name, told in (("_modules_needed_by_name", False), ("_names", True)):
        assert bool(found({"a.py": code.format(name), "requirements.txt": "requests\n"}, "REP003")) is told


@pytest.mark.parametrize(
    ("path", "told"), [("scorer_template.py", False), ("template_scorer.py", False), ("scorer.py", True)]
)
def test_a_template_leaves_names_to_whoever_fills_it_in(path: str, told: bool) -> None:
    assert bool(found({path: "class Custom(BaseScorer):\n    pass\n"}, "COD008")) is told


@pytest.mark.parametrize(("library", "told"), [("seaborn", False), ("catboost", True)])
def test_what_the_platform_of_a_notebook_has_need_not_be_in_a_list(library: str, told: bool) -> None:
    cell = CELL % ("1", 1, f"import requests, {library}")
    on_colab = (NOTEBOOK % cell).replace('"metadata": {}, "nbformat"', '"metadata": {"colab": {}}, "nbformat"')
    listed = {"requirements.txt": "requests\n"}
    assert found({**listed, "a.ipynb": NOTEBOOK % cell}, "REP003", "N")
    assert bool(found({**listed, "a.ipynb": on_colab}, "REP003", "N")) is told
    assert found({**listed, "a.ipynb": on_colab, "b.py": f"import {library}\n"}, "REP003", "N")


def test_a_package_that_is_asked_for_by_its_archive_is_asked_for() -> None:
    code = {"a.py": "import mysql.connector\nimport requests\n"}
    assert found({**code, "requirements.txt": "requests\nhttps://example.org/other-1.2.2.zip\n"}, "REP003")
    assert not found(
        {**code, "requirements.txt": "requests\nhttps://example.org/mysql-connector-python-1.2.2.zip\n"}, "REP003"
    )


def test_rows_that_a_flow_hands_to_the_step_that_judges_are_held_out() -> None:
    train = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n\n\ndef train(x, y):\n    m = LogisticRegression().fit(x, y)\n    print(accuracy_score(y, m.predict(x)))\n    return m\n\n\nf = pd.read_csv('d.csv')\ntrain(f[['a']], f['y'])\n"
    judge_ = "from sklearn.metrics import accuracy_score\n\n\ndef judge(model, {}, y):\n    return accuracy_score(y, model.predict({}))\n"
    assert found({"fit.py": train, "judge.py": judge_.format("rows", "rows")}, "LKG004")
    assert not found({"fit.py": train, "judge.py": judge_.format("x_valid", "x_valid")}, "LKG004")


def test_copies_of_a_list_are_one_finding_at_the_nearest() -> None:
    files = {"app/requirements.txt": "pandas\nscikit-learn\n", "requirements.txt": "pandas\nscikit-learn\n", "a.py": SK}
    (finding,) = found(files, "REP002")
    assert (finding.place.path, [each.path for each in finding.related]) == (
        "requirements.txt",
        ["app/requirements.txt"],
    )
    assert len(found({**files, "app/requirements.txt": "pandas\nscikit-learn<2\n"}, "REP002")) == 2


def test_what_only_notebooks_train_beside_a_pipeline_was_tried() -> None:
    fit = NOTEBOOK % (CELL % ("1", 1, DEPLOYED["fit.py"].replace("\n", "\\n")))
    assert [f.severity.value for f in found({"a.ipynb": fit}, "REP006", "R")] == ["low"]
    assert [f.severity.value for f in found({"a.ipynb": fit}, "REP006", "P")] == ["info"]


def test_the_code_of_a_hub_page_weighs_less_where_its_revision_is_asked_for() -> None:
    load = "from transformers import AutoModel\nAutoModel.from_pretrained('acme/base', trust_remote_code=True)\n"
    assert [f.severity.value for f in found({"a.py": load}, "REP009")] == ["high"]
    assert [f.severity.value for f in found({"a.py": load}, "COD005")] == ["low"]


def test_a_bucket_whose_versions_are_kept_keeps_the_model_that_is_sent_there() -> None:
    save = DEPLOYED["fit.py"] + "import boto3\nboto3.client('s3').upload_file('m.pkl', 'models', 'm.pkl')\n"
    keep = {"setup.sh": "aws s3api put-bucket-versioning --bucket models --versioning-configuration Status=Enabled\n"}
    assert found({**DEPLOYED, "fit.py": save}, "OPS003", "S")
    assert not found({**DEPLOYED, **keep, "fit.py": save}, "OPS003", "S")


@pytest.mark.parametrize(
    ("image", "outcome"),
    [
        ("shop/churn", "finding"), ("shop/churn:latest", "finding"), ("${REGISTRY}/churn", "finding"),
        ("${REGISTRY}:5000/churn", "finding"), ("${IMAGE}:latest", "finding"), ("${IMAGE}", "unknown"),
        ("shop/${NAME}", "unknown"), ("${IMAGE}:${TAG}", "clean"), ("shop/churn:$GITHUB_SHA", "clean"),
    ],
)  # fmt: skip
def test_a_variable_may_hold_the_tag_of_an_image_that_is_pushed(image: str, outcome: str) -> None:
    save = TRAINS.replace(
        "joblib.dump(m, 'm.pkl')", "joblib.dump(m, 'm.pkl')\n\n\nif __name__ == '__main__':\n    fit()"
    )
    files = {**DEPLOYED, "fit.py": save, "go.sh": f"docker push {image}\n"}
    (verdict,) = judge(graphs(files, archetypes="S").components, [RULES["OPS003"]]).verdicts
    assert verdict.outcome.value == outcome


def test_what_a_program_starts_is_started() -> None:
    start = "import subprocess\nimport sys\n\n\ndef retrain():\n    subprocess.run([sys.executable, '-m', 'src.fit'])\n"
    files = {"src/__init__.py": "", "src/fit.py": DEPLOYED["fit.py"]}
    assert found(files, "REP010")
    assert not found({**files, "src/again.py": start}, "REP010")


@pytest.mark.parametrize(
    ("get", "data", "given"),
    [
        ("subprocess.run(['kaggle', 'competitions', 'download', '-c', 'energy-use'])", "energy-use.zip", True),
        ("os.system(f'kaggle competitions download -c energy-use -p {here}')", "raw/energy-use/a.csv", True),
        ("kagglehub.competition_download('energy-use')", "energy-use/a.csv", True),
        ("os.system('kaggle competitions download -c energy-use')", "energy.csv", False),
        ("os.system('kaggle competitions download -c data')", "data/a.csv", False),
        ("kagglehub.dataset_download('me/energy-use')", "me/a.csv", False),
        ("print('kaggle', 'download', 'energy-use')", "energy-use.zip", False),
    ],
)
def test_data_of_a_competition_were_given_out_once(get: str, data: str, given: bool) -> None:
    fit = f"import os\nimport subprocess\nimport kagglehub\n{get}\n"
    fit += f"import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('{data}')\nRidge().fit(f[['a']], f['y'])\n"
    (plain,), (told,) = found({"a.py": fit.replace(get, "")}, "DAT001"), found({"a.py": fit}, "DAT001")
    assert (told.severity.rank < plain.severity.rank) is given


def test_data_of_a_competition_may_be_downloaded_by_another_file() -> None:
    fit = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('energy-use/a.csv')\nRidge().fit(f[['a']], f['y'])\n"
    get = {"get.sh": "kaggle competitions download -c energy-use\n"}
    (plain,), (told,) = found({"a.py": fit}, "DAT001"), found({"a.py": fit, **get}, "DAT001")
    assert told.severity.rank < plain.severity.rank


@pytest.mark.parametrize(
    ("home", "finished"),
    [
        ("figshare.com/files", True), ("ndownloader.figshare.com/files", True), ("zenodo.org/x", True),
        ("dataverse.harvard.edu/api", True), ("dataverse.example.ac.uk/api", True), ("demo.dataverse.org/api", False),
        ("myfigshare.com/files", False), ("dataverse/files", False),
    ],
)  # fmt: skip
def test_archives_publish_a_set_once(home: str, finished: bool) -> None:
    assert bool(FINISHED.search(f"url:https://{home}/wine.csv")) is finished


def test_integration_without_any_test_is_told_as_that_before_what_it_leaves_out() -> None:
    job = "on: [push]\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {}\n"
    files = {"fit.py": DEPLOYED["fit.py"], "tests/test_a.py": "def test_a():\n    assert 1\n"}
    (tests,) = found({**files, ".github/workflows/a.yml": job.format("pytest")}, "OPS005", "P")
    (lints,) = found({**files, ".github/workflows/a.yml": job.format("ruff check .")}, "OPS005", "P")
    assert lints.severity.rank < tests.severity.rank


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a.py": "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\n\ndef train():\n    import pandas as pd\n    from sklearn.linear_model import Ridge\n    f = pd.read_csv('d.csv')\n    Ridge().fit(f[['a']], f['y'])\n\nwith DAG('x') as dag:\n    PythonOperator(task_id='t', python_callable=train)\n"}, id="airflow"),
        pytest.param({"a.py": "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom prefect import flow, task\n\n@task\ndef train():\n    f = pd.read_csv('d.csv')\n    Ridge().fit(f[['a']], f['y'])\n\n@flow\ndef go():\n    train()\n"}, id="prefect"),
        pytest.param({"a.py": "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom dagster import asset\n\n@asset\ndef model():\n    f = pd.read_csv('d.csv')\n    return Ridge().fit(f[['a']], f['y'])\n"}, id="dagster"),
        pytest.param({"src/p/pipeline_registry.py": "from kedro.framework.project import find_pipelines\n\ndef register_pipelines():\n    p = find_pipelines()\n    p['__default__'] = sum(p.values())\n    return p\n", "src/p/__init__.py": "", "src/p/pipelines/__init__.py": "", "src/p/pipelines/ds/__init__.py": "from .pipeline import create_pipeline\n", "src/p/pipelines/ds/pipeline.py": "from kedro.pipeline import node, pipeline\nfrom .nodes import train\n\ndef create_pipeline(**kw):\n    return pipeline([node(train, None, 'model')])\n", "src/p/pipelines/ds/nodes.py": "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\ndef train():\n    f = pd.read_csv('d.csv')\n    return Ridge().fit(f[['a']], f['y'])\n"}, id="kedro"),
    ],
)  # fmt: skip
def test_what_an_orchestrator_runs_trains(files: dict[str, str]) -> None:
    assert found(files, "DAT001")


PLACEHOLDER = "stages:\n  prepare:\n    cmd: {}\n    outs:\n      - data/raw\n"
ROOT = "from fastapi import FastAPI\nfrom fastapi.responses import HTMLResponse\nimport joblib\napp = FastAPI()\nmodel = joblib.load('m.pkl')\n\n\n@app.get('/')\ndef root():\n    return HTMLResponse({})\n\n\n@app.post('/p')\ndef p(rows: list):\n    return model.predict(rows).tolist()\n"
BURIED = (
    "import pandas as pd\n\n"
    + "{}\n\n# def clean(f):\n#     f = f.dropna()\n#     f = f[f.a > 0]\n#     print(f.shape)\n#     return f\n\nx = 1\n\n"
    * 3
)
CHAIN = dict.fromkeys(("a.py", "b.py", "c.py"), "import pandas as pd\npd.read_csv('raw.csv').to_csv('rows.csv')\n")
NAMELESS = "class Args:\n    def init({}):\n        return frames\n\n\nprint(Args())\n"


@pytest.mark.parametrize(
    ("rule", "archetypes", "debt", "alike"),
    [
        pytest.param("DAT004", "P", {"dvc.yaml": PLACEHOLDER.format("python a.py"), "a.py": SK}, {"dvc.yaml": PLACEHOLDER.format("echo to be filled")}, id="a stage that is a placeholder"),
        pytest.param("DAT004", "P", {"dvc.yaml": PLACEHOLDER.format("echo a,b > data/raw")}, {"dvc.yaml": PLACEHOLDER.format("printf later")}, id="words that go nowhere"),
        pytest.param("MON007", "S", {"app.py": ROOT.format("open('page.html').read()")}, {"app.py": ROOT.format("'<h1>It runs</h1>'")}, id="a root that answers a constant page"),
        pytest.param("CFG007", "P", {"a.py": BURIED.format("# cleaning", "", "")}, {"a.py": BURIED.replace("{}", "# examples")}, id="blocks that are headed as examples"),
        pytest.param("CFG007", "P", {"a.py": BURIED.replace("{}", "# ejemplo = 3")}, {"a.py": BURIED.replace("{}", "#ejemplos")}, id="the same in another language"),
        pytest.param("GLU004", "P", {"run.py": "import subprocess\n" + "".join(f"subprocess.run(['python', '{name}'])\n" for name in CHAIN), **CHAIN}, {"run.py": "import runpy\n" + "".join(f"runpy.run_path('{name}')\n" for name in CHAIN), **CHAIN}, id="programs that a library calls"),
        pytest.param("REP003", "P", {"requirements.txt": "scikit-learn\n", "a.py": SK}, {"requirements.txt": "scikit-learn\ntensorflow-data-validation\n", "a.py": SK}, id="brought by what validates data"),
    ],
)  # fmt: skip
def test_what_a_second_reader_refuted(rule: str, archetypes: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule, archetypes)
    assert not found(alike, rule, archetypes)


@pytest.mark.parametrize(("parameters", "severity"), [("self", "medium"), ("", "low")])
def test_a_method_that_no_object_can_be_asked_for_weighs_less(parameters: str, severity: str) -> None:
    (finding,) = found({"a.py": NAMELESS.format(parameters)}, "COD008", "P")
    assert finding.severity.value == severity


def test_a_swallowed_export_is_named_by_what_it_exports() -> None:
    export = "import yaml\n\n\ndef {}(model, folder):\n    settings = yaml.safe_load(open('s.yaml'))\n    model.save(folder, settings)\n"
    run = "from out import {}\n\ntry:\n    {}(None, 'm')\nexcept Exception:\n    pass\n"
    for name, work in (("export_serving_model", "saving a model"), ("configure", "reading settings")):
        files = {"s.yaml": "a: 1\n", "out.py": export.format(name), "a.py": run.format(name, name)}
        (finding,) = found(files, "COD004", "P")
        assert work in finding.message


NEAREST = "import faiss\n\n\nclass Nearest:\n    def find(self, rows):\n        return faiss.IndexFlatL2(rows)\n"


@pytest.mark.parametrize(("used", "severity"), [("from near import Nearest\nNearest()\n", "medium"), ("", "low")])
def test_what_only_a_module_that_nothing_imports_needs_weighs_less(used: str, severity: str) -> None:
    files = {"requirements.txt": "pandas\nscikit-learn\n", "a.py": SK + FIT + used, "near.py": NEAREST}
    (finding,) = found(files, "REP003", "P")
    assert finding.severity.value == severity


def test_the_reader_that_is_named_is_one_that_nothing_starts_behind_the_writer() -> None:
    write = "import pandas as pd\npd.read_csv('raw.csv').to_csv('rows.csv')\n"
    read = "import pandas as pd\nf = pd.read_csv('rows.csv')\nf.to_csv('{}.csv')\n"
    run = "import subprocess\nsubprocess.run(['python', 'write.py'])\nsubprocess.run(['python', 'a.py'])\n"
    files = {"write.py": write, "a.py": read.format("a"), "z.py": read.format("z"), "run.py": run}
    (finding,) = found(files, "PIP001", "P")
    assert (finding.message.startswith("z.py"), finding.severity.value) == (True, "medium")


@pytest.mark.parametrize(("guard", "severity"), [("", "medium"), ("    if path.exists():\n    ", "low")])
def test_a_file_that_a_function_reads_only_where_it_is_there_is_not_waited_for(guard: str, severity: str) -> None:
    read = f"import json\nfrom pathlib import Path\n\n\ndef settle(name):\n    path = Path(name)\n    told = {{}}\n{guard}    told = json.loads(path.read_text())\n    return told\n"
    use = "import pandas as pd\nfrom settle import settle\npd.read_csv('raw.csv').head(settle('n.json')['n']).to_csv('out.csv')\n"
    files = {"write.py": "import json\njson.dump({'n': 1}, open('n.json', 'w'))\n", "settle.py": read, "use.py": use}
    (finding,) = found(files, "PIP001", "P")
    assert finding.severity.value == severity


def test_a_simple_model_beside_others_is_what_they_are_held_against() -> None:
    models = "from sklearn.ensemble import RandomForestRegressor, GradientBoostingRegressor\nfrom sklearn.linear_model import LinearRegression\nfrom sklearn.metrics import mean_absolute_error\nimport pandas as pd\nf = pd.read_csv('d.csv')\ng = pd.read_csv('e.csv')\nmany = {{'a': RandomForestRegressor(), 'b': GradientBoostingRegressor(){}}}\nm = many['a']\nm.fit(f[['a']], f['y'])\nprint(mean_absolute_error(g['y'], m.predict(g[['a']])))\n"
    assert found({"a.py": models.format("")}, "LKG010", "P")
    assert not found({"a.py": models.format(", 'c': LinearRegression()")}, "LKG010", "P")


def test_goals_of_make_that_run_what_others_run_are_no_steps_of_their_own() -> None:
    names = "abcde"
    apart = "".join(f"{name}:\n\tpython {name}.py\n" for name in names)
    files = {"Makefile": apart, **{f"{name}.py": "print(1)\n" for name in names}}
    again = {**files, "Makefile": apart + "again:\n\tpython a.py\n\nall:\n\tpython a.py\n\tpython b.py\n"}
    assert [graphs(each, archetypes="P").components[0].hub_configs()[1] for each in (files, again)] == [5, 5]


@pytest.mark.parametrize(
    ("rule", "debt", "milder"),
    [
        pytest.param("REP002", {"requirements.txt": "pandas~=2.2\nscikit-learn>=1.5.1\n", "a.py": SK + FIT}, {"requirements.txt": "pandas~=2.2.3\nscikit-learn==1.5.*\n", "a.py": SK + FIT}, id="patch releases alone"),
        pytest.param("PIP010", {"a.py": SK + FIT, "check_all.sh": "python a.py\npython gone.py\n", "README.md": "# A\n\nRun `check_all.sh`.\n"}, {"a.py": SK + FIT, "check_all.sh": "python a.py\npython gone.py\n", "README.md": "# A\n"}, id="a script that nothing names"),
    ],
)  # fmt: skip
def test_what_weighs_less_for_a_second_reader(rule: str, debt: dict[str, str], milder: dict[str, str]) -> None:
    (grave,), (mild,) = found(debt, rule, "PR"), found(milder, rule, "PR")
    assert mild.severity.rank < grave.severity.rank


@pytest.mark.parametrize(("caller", "severity"), [("show.py", "medium"), ("tests/test_load.py", "low")])
def test_what_tests_alone_call_weighs_less(caller: str, severity: str) -> None:
    load = "import pandas as pd\n\n\ndef load_part(name):\n    try:\n        frame = pd.read_csv(name)\n    except Exception:\n        frame = None\n    return frame\n"
    files = {
        "load.py": load,
        caller: "from load import load_part\n\n\ndef test_part():\n    assert load_part('d.csv')\n\n\ntest_part()\n",
    }
    (finding,) = found(files, "COD004", "P")
    assert finding.severity.value == severity


@pytest.mark.parametrize("rows", ["X_train_val", "X_train_valid", "eval_train"])
def test_rows_that_are_trained_on_as_well_may_be_made_up(rows: str) -> None:
    source = f"from imblearn.over_sampling import SMOTE\n\n\ndef prepare({rows}, y):\n    return SMOTE(random_state=1).fit_resample({rows}, y)\n"
    assert not found({"a.py": source}, "LKG005")


def test_a_list_that_leaves_open_what_a_clean_one_does_is_no_copy_of_it() -> None:
    pinned = "".join(f"{name}==1.0\n" for name in ("numpy", "scipy", "matplotlib", "seaborn", "joblib", "tqdm"))
    files = {"requirements.txt": "pandas==2.2.1\nscikit-learn\n" + pinned, "app/requirements.txt": "scikit-learn\n"}
    findings = found({**files, "a.py": SK}, "REP002")
    assert [finding.place.path for finding in findings] == ["app/requirements.txt"]


def test_a_name_that_a_notebook_of_a_library_lacks_is_told_where_its_hidden_state_is_not_asked_for() -> None:
    files = {"a.ipynb": NOTEBOOK % (CELL % ("1", 1, "print(frames.shape)"))}
    (finding,) = found(files, "COD008", "L")
    assert (found(files, "REP008", "L"), finding.severity.value) == ([], "low")
    (verdict,) = judge(graphs(files, archetypes="N").components, [RULES["COD008"]]).verdicts
    assert (verdict.outcome.value, "REP008" in verdict.reason) == ("not-applicable", True)


def test_a_list_that_only_includes_others_is_read() -> None:
    made = {"Dockerfile": "FROM python:3.12\nRUN pip install -r requirements.txt\n", "a.py": SK}
    files = {**made, "requirements.txt": "-r requirements/base.txt\n", "requirements/base.txt": "pandas\n"}
    assert [finding.entity for finding in found(files, "REP003")] == ["sklearn"]
    assert not found({**files, "requirements.txt": LISTED, "nested_runs.txt": "scikit-learn\n"}, "REP003")


RELATED = "from sklearn.metrics import accuracy_score\n\n\ndef train(x, y):\n    m = LogisticRegression().fit(x, y)\n    return m, accuracy_score(y, m.predict(x))\n\n\n"


@pytest.mark.parametrize(
    ("path", "given", "bad"),
    [
        ("judge.py", "x_valid", False),
        ("judge.py", "test_features", False),
        ("judge.py", "test_size", True),
        ("judge.py", "eval_metric", True),
        ("judge.py", "val_split", True),
        ("tests/test_judge.py", "x_valid", True),
    ],
)
def test_rows_are_handed_over_by_whole_names_and_to_product_code(path: str, given: str, bad: bool) -> None:
    head = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n" + RELATED
    train = head + "f = pd.read_csv('d.csv')\ntrain(f[['a']], f['y'])\n"
    judges = f"from sklearn.metrics import accuracy_score\n\n\ndef score(model, x, y, {given}):\n    return accuracy_score(y, model.predict(x))\n"
    assert bool(found({"fit.py": train, path: judges}, "LKG004")) is bad


def test_rows_of_which_nothing_is_known_were_not_held_out() -> None:
    source = (
        "import sys\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nf, g = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2])\n"
        "m = Ridge().fit(f[['a']], f['y'])\nprint(m.score(g[['a']], g['y']))\n"
    )
    (verdict,) = judge(graphs({"a.py": source}, archetypes="P").components, [RULES["LKG004"]]).verdicts
    assert (verdict.outcome.value, verdict.clean) == ("not-evidenced", 0)


SERVER = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: m}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: %s}\n      storageUri: s3://models/m\n"


@pytest.mark.parametrize(("framework", "told"), [("sklearn", True), ("vLLM", False)])
def test_a_server_of_a_language_model_has_no_features_that_drift(framework: str, told: bool) -> None:
    assert bool(found({"serve.yaml": SERVER % framework, "a.py": "x = 1\n"}, "MON001", "S")) is told


@pytest.mark.parametrize(("folder", "told"), [("_Tests", False), ("jobs", True)])
def test_a_folder_of_tests_in_any_spelling(folder: str, told: bool) -> None:
    write = "import pandas as pd\npd.DataFrame({{'a': [{}]}}).to_csv('{}/out.csv')\n"
    both = {f"{folder}/{name}.py": write.format(name == "one", folder) for name in ("one", "two")}
    run = {"run.sh": f"set -e\npython {folder}/one.py\npython {folder}/two.py\n"}
    assert bool(found({**both, **run}, "PIP005")) is told


LOOP = """import torch


def judge(model, rows, training=False):
    if not training:
        model.eval()
    return model(rows)


def fit(model, rows):
    steps = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(9):
        steps.zero_grad()
        model(rows).sum().backward()
        steps.step()
        judge(model, rows%s)
"""


@pytest.mark.parametrize(("given", "told"), [("", True), (", training=True", False), (", training=False", True)])
def test_a_mode_that_the_call_from_the_loop_does_not_set(given: str, told: bool) -> None:
    assert bool(found({"fit.py": LOOP % given}, "COD001")) is told


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("raise NotImplementedError", False),
        ("return None", False),
        ("if x:\n        return None", True),
        ("pass", True),
    ],
)
def test_what_stands_behind_a_raise_is_left_over(before: str, told: bool) -> None:
    assert (
        bool(found({"a.py": f"def f(x):\n    {before}\n    with open(x) as g:\n        g.read(gone)\n"}, "COD008"))
        is told
    )


def test_a_script_that_names_its_own_packages_asks_for_them() -> None:
    code = "# /// script\n# dependencies = [{}]\n# ///\nimport requests\nimport websockets\n"
    listed = {"requirements.txt": "requests\n"}
    assert found({**listed, "a.py": code.format("'requests'")}, "REP003")
    assert not found({**listed, "a.py": code.format("'requests', 'websockets'")}, "REP003")


@pytest.mark.parametrize(
    "build",
    [
        pytest.param({"compose.yaml": "services:\n  base:\n    build: base\n    image: acme/base\n"}, id="compose"),
        pytest.param({"build.sh": "docker build -t acme/base:latest base\n"}, id="a command"),
    ],
)
def test_an_image_that_is_built_here_moves_with_the_repository(build: dict[str, str]) -> None:
    image = {
        "train/Dockerfile": "FROM acme/base:latest\nRUN python train.py\n",
        "train/train.py": "x = 1\n",
        "base/Dockerfile": "FROM python:3.12.1\n",
    }
    assert found(image, "REP005")
    assert not found({**image, **build}, "REP005")


COPIES = {"py/Dockerfile": "FROM python:3.11\nCOPY third_party/licences.py .\n", "py/a.py": "x = 1\n"}


@pytest.mark.parametrize(
    ("unread", "told"),
    [
        ((), True),
        (("py/third_party",), False),
        (("py/third_party/licences.py",), False),
        (("py/third",), True),
        (("third_party/licences.py/x",), True),
    ],
)
def test_what_the_audit_leaves_out_is_not_called_absent(unread: tuple[str, ...], told: bool) -> None:
    components = graphs(COPIES, archetypes="P", unread=unread).components
    assert bool(judge(components, [RULES["PIP010"]]).findings) is told


@pytest.mark.parametrize(("read", "told"), [("raw/a.csv", True), ("vendor/a.csv", False)])
def test_data_that_the_audit_leaves_out_may_be_there(read: str, told: bool) -> None:
    files = {"a.py": f"import pandas as pd\npd.read_csv('{read}').to_csv('b.csv')\n"}
    components = graphs(files, archetypes="P", unread=("vendor",)).components
    assert bool(judge(components, [RULES["PIP004"]]).findings) is told


@pytest.mark.parametrize(("program", "told"), [("tools/fit.py", True), ("../other/tools/fit.py", False)])
def test_what_lies_beside_the_repository_is_not_called_absent(program: str, told: bool) -> None:
    assert bool(found({"run.sh": f"python {program}\n", "tools/a.py": "", "other/a.py": ""}, "PIP010")) is told


RUNS_WHAT_IT_WRITES = """import os
import subprocess
import sys


def run(root):
    script = os.path.join(root, "checks", "{}.py")
    with open(script, "w") as out:
        out.write("x = 1")
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "checks", "check.py")])


run(sys.argv[1])
"""


@pytest.mark.parametrize(("name", "told"), [("other", True), ("check", False)])
def test_a_program_that_code_writes_wherever_it_is_told_to_is_there(name: str, told: bool) -> None:
    assert bool(found({"a.py": RUNS_WHAT_IT_WRITES.format(name)}, "PIP010")) is told


READS_HOME = {"a.py": "import pandas as pd\npd.read_csv('/home/irma/data/x.csv')\n"}
OWN_HOMES = [
    pytest.param("Dockerfile", "FROM python:3.12\nRUN curl https://a.b/x.csv > /home/irma/data/x.csv\n", id="filled"),
    pytest.param("Dockerfile", "FROM python:3.12\nWORKDIR /home/irma\nRUN python a.py\n", id="worked in"),
    pytest.param("Dockerfile", "FROM python:3.12\nCOPY data /home/irma/data\n", id="copied to"),
    pytest.param("Dockerfile", "FROM python:3.12\nUSER irma\n", id="whom it runs as"),
    pytest.param(
        "compose.yaml", "services:\n  a:\n    image: b\n    volumes: ['./data:/home/irma/data']\n", id="mounted"
    ),
]


@pytest.mark.parametrize(("path", "text"), OWN_HOMES)
def test_the_home_of_an_account_of_an_image_is_no_persons(path: str, text: str) -> None:
    assert found({**READS_HOME, path: text.replace("irma", "otto")}, "DAT005")
    assert not found({**READS_HOME, path: text}, "DAT005")


def test_what_a_service_mounts_from_a_home_is_a_persons() -> None:
    service = "services:\n  a:\n    image: b\n    volumes: ['/home/irma/data:/data']\n"
    assert found({**READS_HOME, "compose.yaml": service}, "DAT005")


@pytest.mark.parametrize("deps", ["requests\n    websockets", "-r tools.txt\n    websockets"])
def test_what_the_environments_of_tox_install_is_asked_for(deps: str) -> None:
    files = {
        "a.py": "import requests\nimport websockets\n",
        "requirements.txt": "requests\n",
        "tools.txt": "requests\n",
    }
    assert found(files, "REP003")
    assert not found({**files, "tox.ini": f"[testenv:tools]\ndeps =\n    {deps}\ncommands = python a.py\n"}, "REP003")


SETUP = {"parts/setup.ipynb": NOTEBOOK % (CELL % ("1", 1, "rows = load(where)")), "a.py": SK + FIT}


def test_what_runs_a_notebook_in_its_place_hands_names_over() -> None:
    runs = CELL % ("1", 1, "where = 'x'") + ", " + CELL % ("2", 2, "def load(p):\\n    return p") + ", "
    runner = runs + CELL % ("3", 3, "%run ./parts/setup")
    for rule, kind in (("COD008", "L"), ("REP008", "N")):
        assert found({**SETUP, "main.ipynb": NOTEBOOK % runs.rstrip(", ")}, rule, kind)
        assert not found({**SETUP, "main.ipynb": NOTEBOOK % runner}, rule, kind)
        deeper = {"parts/outer.ipynb": NOTEBOOK % (CELL % ("1", 1, "%run ./parts/setup"))}
        outer = NOTEBOOK % (runs + CELL % ("3", 3, "%run parts/outer.ipynb"))
        assert not found({**SETUP, **deeper, "main.ipynb": outer}, rule, kind)
        starred = CELL % ("1", 1, "from shared import *\\nload = print") + ", " + CELL % ("2", 2, "%run ./parts/setup")
        assert not found({**SETUP, "shared.py": "where = 'x'\n", "main.ipynb": NOTEBOOK % starred}, rule, kind)


def test_what_a_notebook_runs_in_its_place_is_a_part_of_it() -> None:
    loads = "# Databricks notebook source\nimport pandas as pd\n\n\ndef rows():\n    return pd.read_csv('d.csv')\n"
    fits = (
        "# Databricks notebook source\n# MAGIC %run ./rows\n\n# COMMAND ----------\n"
        "from sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\n"
        "f = rows()\nx = StandardScaler().fit_transform(f[['a']])\nx_fit, x_test, y_fit, y_test = train_test_split(x, f['y'])\n"
        "print(Ridge().fit(x_fit, y_fit).score(x_test, y_test))\n"
    )
    files = {"jobs/rows.py": loads, "jobs/fit.py": fits}
    assert found(files, "DAT001", "P")
    assert found(files, "LKG001", "P")
    graph = graphs(files)
    ties = {(edge.source, edge.kind.value, edge.target) for edge in graph.edges}
    assert ("file:jobs/fit.py", "imports", "file:jobs/rows.py") in ties
    assert ("file:d.csv", "consumes", "file:jobs/fit.py") in ties


def test_what_a_runtime_installs_need_be_listed_by_no_notebook_of_it() -> None:
    code = "import mlflow\nimport dlt\nimport plotnine\n"
    (plain,) = found({"a.py": code}, "REP003")
    (missing,) = found({"a.py": "# Databricks notebook source\n" + code}, "REP003")
    assert "3 libraries" in plain.message
    assert "plotnine" in missing.message
    assert "mlflow" not in missing.message


JOB = """# Databricks notebook source
import requests
requests.post("u", json={"tasks": [{"task_key": "fit", "notebook_task": {"notebook_path": "fit"}}]})
"""
RUNS_JOB = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - uses: databricks/run-notebook@v0\n        with: {local-notebook-path: %s}\n"


def test_a_training_that_a_job_in_code_starts_is_declared() -> None:
    files = {"fit.py": SK + FIT, "other.py": "print(1)\n"}
    assert found(files, "REP010")
    assert not found({**files, "all.py": JOB}, "REP010")


def test_integration_that_starts_a_job_in_code_may_touch_what_it_runs() -> None:
    files = {"fit.py": SK + FIT, "all.py": JOB, "other.py": "print(1)\n"}
    assert found({**files, ".github/workflows/a.yml": RUNS_JOB % "other.py"}, "OPS005")
    assert not found({**files, ".github/workflows/a.yml": RUNS_JOB % "all.py"}, "OPS005")


def test_a_file_whose_name_and_branch_hang_on_one_variable() -> None:
    keep = (
        "import pandas as pd\nfrom pathlib import Path\n\nDATA = Path(__file__).parent / 'data'\n\n\ndef keep(kind):\n"
        "    if kind == 'rows':\n        where = DATA / f'{kind}.csv'\n    else:\n        where = DATA / f'{kind}_small.csv'\n"
        "    pd.read_csv('raw.csv').to_csv(where)\n\n\nfor kind in ('rows', 'days'):\n    keep(kind)\n"
    )
    for name, told in {"rows": True, "days_small": True, "rows_small": False, "days": False}.items():
        train = SK.replace("d.csv", f"data/{name}.csv") + FIT + f"f.to_csv('data/{name}.csv')\n"
        assert bool(found({"get.py": keep, "train.py": train}, "PIP005")) is told


FETCHES = """import requests
import zipfile


def fetch(folder, name):
    where = f"{folder}/{name}"
    with open(where, "wb") as out:
        out.write(requests.get("https://a.b/" + name).content)
    with zipfile.ZipFile(where) as packed:
        packed.extractall(folder)
"""


def test_archives_that_are_unpacked_into_one_folder_do_not_overwrite_each_other() -> None:
    reads = SK.replace("read_csv('d.csv')", "read_parquet('data')") + FIT
    get = "from common import fetch\nfor name in ['a.zip', 'b.zip']:\n    fetch('data', name)\n"
    train = "from common import fetch\n" + reads + "fetch('data', 'c.zip')\n"
    assert not found({"common.py": FETCHES, "get.py": get, "train.py": train}, "PIP005")
    saves = "import pandas as pd\n\n\ndef fetch(folder, name):\n    pd.read_csv(name).to_parquet(folder)\n"
    assert found({"common.py": saves, "get.py": get, "train.py": train}, "PIP005")
    whole = {
        "get.py": "import pandas as pd\npd.read_csv('raw.csv').to_csv('data/d.csv')\n",
        "train.py": SK.replace("'d.csv'", "'data/d.csv'") + FIT + "f.to_csv('data/d.csv')\n",
    }
    (told,) = found(whole, "PIP005")
    assert "get.py and train.py both write data/d.csv" in told.message
    (told,) = found({**whole, "more.py": whole["train.py"]}, "PIP005")
    assert "get.py, more.py and train.py all write data/d.csv" in told.message


@pytest.mark.parametrize(
    "where",
    [
        "os.getcwd() + '/../data/x.csv'",
        "f'{os.getcwd()}/../data/x.csv'",
        "os.path.dirname(os.getcwd()) + os.sep + 'data/x.csv'",
    ],
)
def test_a_path_behind_the_working_folder_lies_in_the_repository(where: str) -> None:
    source = f"import os\nimport pandas as pd\npd.read_csv({where})\n"
    graph = graphs({"nb/a.py": source, "data/x.csv": "a\n1\n"})
    assert [edge.source for edge in graph.edges if edge.kind.value == "consumes"] == ["file:data/x.csv"]


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("", True),
        ("  # noqa", False),
        ("  # noqa: F821 patched in", False),
        ("  # noqa: E501, F821", False),
        ("  # noqa: E501", True),
        ("  # pylint: disable=undefined-variable", False),
        ("  # type: ignore[name-defined]", False),
        ("  # type: ignore[attr-defined]", True),
    ],
)
def test_a_name_that_its_author_knows_to_be_undefined(comment: str, told: bool) -> None:
    assert bool(found({"a.py": f"def ask(key):\n    return read_it(key){comment}\n\n\nask(1)\n"}, "COD008")) is told


def test_what_a_template_needs_is_listed_where_it_is_filled_in() -> None:
    module = "{{ cookiecutter.name }}/src/a.py"
    files = {"requirements.txt": "pandas\n", "a.py": "import pandas\n", module: "import loguru\n"}
    assert not found(files, "REP003")
    assert found({**files, "{{ cookiecutter.name }}/requirements.txt": "pandas\n"}, "REP003")
    assert found({**files, "src/a.py": "import loguru\n"}, "REP003")


BUNDLE = "resources:\n  jobs:\n    a: {tasks: [{task_key: t, notebook_task: {notebook_path: ../nb/fit.ipynb%s}}]}\n"


def test_a_notebook_of_a_job_is_told_what_to_do_by_its_widgets() -> None:
    files = {"jobs/a.yml": BUNDLE % "", "nb/fit.ipynb": NOTEBOOK % (CELL % ("1", 1, "print(1)"))}
    runs = {"nb/fit.ipynb": NOTEBOOK % (CELL % ("1", 1, "%run ./asks"))}
    asks = {"nb/asks.py": "# Databricks notebook source\nday = dbutils.widgets.get('day')\n"}
    assert found(files, "PIP009")
    assert found({**files, **runs, "nb/asks.py": "day = 1\n"}, "PIP009")
    assert not found({**files, **runs, **asks}, "PIP009")
    assert not found({**files, "jobs/a.yml": BUNDLE % ', base_parameters: {day: "1"}'}, "PIP009")


PLATFORM = """# Databricks notebook source
rows = spark.read.parquet("/mnt/raw/rows")
rows.write.saveAsTable("shop.rows")
lines = sc.textFile("s3://shop-data/lines.txt")
dbutils.fs.cp("/mnt/raw/a.csv", "/mnt/out/a.csv")
dbutils.notebook.run("./fit", 600)
"""


def test_what_notebooks_of_a_platform_have_from_the_start() -> None:
    graph = graphs({"nb/a.py": PLATFORM, "nb/fit.py": "# Databricks notebook source\nprint(1)\n"})
    ties = {(edge.source, edge.kind.value, edge.target) for edge in graph.edges}
    assert ("host:/mnt/raw/rows", "consumes", "file:nb/a.py") in ties
    assert ("uri:s3://shop-data/lines.txt", "consumes", "file:nb/a.py") in ties
    assert ("host:/mnt/raw/a.csv", "consumes", "file:nb/a.py") in ties
    assert ("file:nb/a.py", "produces", "host:/mnt/out/a.csv") in ties
    assert ("file:nb/a.py", "runs", "file:nb/fit.py") in ties
    assert any(source == "file:nb/a.py" and target.endswith("shop.rows") for source, _, target in ties)


def test_a_name_that_the_program_binds_is_what_it_binds() -> None:
    bound = "from shop import spark\nspark.read.parquet('/mnt/raw/rows')\n"
    graph = graphs(
        {
            "a.py": bound,
            "shop.py": "class Reader:\n    def parquet(self, p):\n        pass\nclass S:\n    read = Reader()\nspark = S()\n",
        }
    )
    assert not [edge for edge in graph.edges if edge.kind.value == "consumes"]


def test_data_whose_folder_is_not_known_are_called_by_the_rest_of_their_path() -> None:
    reads = "import pandas as pd\ndef load(base):\n    return pd.read_csv(base + '/bronze/d.csv')\n"
    fits = (
        "from sklearn.linear_model import Ridge\nfrom util import load\nf = load(dbutils.widgets.get('base'))\n" + FIT
    )
    (told,) = found({"nb/a.py": fits, "nb/util.py": reads}, "TST004")
    assert "training takes {?}/bronze/d.csv, and" in told.message


def test_a_comparison_that_stands_alone_was_meant_as_an_assignment() -> None:
    alone, asks = PD_NAN + "if q < 0:\n    q == np.nan\n", PD_NAN + "rows = [q == np.nan]\n"
    (meant,), (compared,) = found({"a.py": alone}, "COD002"), found({"a.py": asks}, "COD002")
    assert "assign" in meant.remedy
    assert "isna" not in meant.remedy
    assert "isna" in compared.remedy
    (shown,) = found({"a.ipynb": NOTEBOOK % (CELL % ("1", 1, r"import numpy as np\nq = 1\nq == np.nan"))}, "COD002")
    assert "isna" in shown.remedy


SPARK = "from pyspark.sql import SparkSession\nfrom pyspark.ml.classification import LogisticRegression\nspark = SparkSession.builder.getOrCreate()\nrows = spark.read.parquet('d').sample({})\nLogisticRegression().fit(rows)\n"


@pytest.mark.parametrize("seeded", ["0.1, 42", "share(), 42", "False, 0.1, 42", "True, 0.1, seed=42"])
@pytest.mark.parametrize("left", ["0.1", "False, 0.1"])
def test_a_seed_that_stands_by_its_place(seeded: str, left: str) -> None:
    assert found({"a.py": SPARK.format(left)}, "REP001")
    assert not found({"a.py": SPARK.format(seeded)}, "REP001")


HUB = "from huggingface_hub import hf_hub_download\nhf_hub_download('acme/churn', 'a.csv'{})\n"


@pytest.mark.parametrize(
    ("given", "what", "how"),
    [
        (", repo_type='dataset', revision='main'", "data set", "from the branch main"),
        (", repo_type='dataset'", "data set", "without a revision"),
        (", revision='master'", "model", "from the branch master"),
        ("", "model", "without a revision"),
    ],
)
def test_what_is_loaded_from_a_hub_and_how(given: str, what: str, how: str) -> None:
    (finding,) = found({"a.py": HUB.format(given)}, "REP009")
    assert f"the {what} acme/churn is loaded {how}" in finding.message
    assert not found({"a.py": HUB.format(", revision='4f2a9c1d7e8b6a5c3d2e1f0a9b8c7d6e5f4a3b2c'")}, "REP009")


def test_notebooks_are_opened_and_not_started() -> None:
    notebook = NOTEBOOK % (CELL % ("1", 1, (SK + FIT).replace("\n", r"\n")))
    (alone,), (beside,) = found({"a.py": SK + FIT}, "REP010"), found({"a.py": SK + FIT, "b.ipynb": notebook}, "REP010")
    assert (beside.message, beside.related) == (alone.message, alone.related)
    assert not found({"b.ipynb": notebook}, "REP010")
    assert "and 1 more" in found({"a.py": SK + FIT, "b.py": SK + FIT}, "REP010")[0].message


FEATURES = "import pandas as pd\nd = pd.read_csv('raw.csv')\nd['ratio'] = d['a'] / d['b']\nd['more'] = d['a'] * 2\nd.to_csv('f.csv')\n"
FITS = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nd = pd.read_csv('f.csv')\n{}Ridge().fit(d[['ratio']], {})\n"


@pytest.mark.parametrize(
    ("made", "labels"),
    [
        pytest.param("", "d['?????']", id="letters that an encoding lost"),
        pytest.param("", "d['\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}']", id="letters that were not decoded"),
        pytest.param("", "d[['churn', 'risk']]", id="several columns"),
        pytest.param(
            "e = pd.DataFrame()\ne['u'] = d['churn']\ne['v'] = d['value'] - 1\n", "e.mean(axis=1)", id="a whole frame"
        ),
    ],
)
def test_only_a_column_that_is_read_off_the_fit_is_a_further_target(made: str, labels: str) -> None:
    fits = {f"fit_{name}.py": FITS.format("", f"d['{name}']") for name in ("churn", "value")}
    files = {"raw.csv": "a,b\n1,2\n", "make.py": FEATURES, **fits}
    assert found({**files, "fit_risk.py": FITS.format("", "d['risk']")}, "ENT002")
    assert not found({**files, "fit_risk.py": FITS.format(made, labels)}, "ENT002")


PROJECT = '[project]\nname = "{0}"\nversion = "1"\n[build-system]\nrequires = ["hatchling"]\n'
APART = {
    **{f"{name}/pyproject.toml": PROJECT.format(name) for name in ("one", "two")},
    "one/a.py": "import pandas as pd\npd.DataFrame().to_csv('s3://lake/x.csv')\n",
}
DESK = "import os\nimport pandas as pd\nprint(pd.read_csv('s3://lake/x.csv'))\n"
KEEP = "import pandas as pd\n\n\ndef keep(settings):\n    pd.DataFrame().to_csv(settings['lake'] + '/{}')\n"


def test_what_the_readers_own_component_may_write_is_no_hand_over() -> None:
    assert found({**APART, "two/b.py": DESK, "two/keep.py": KEEP.format("y.csv")}, "ENT007")
    assert found({**APART, "two/b.py": DESK, "one/keep.py": KEEP.format("x.csv")}, "ENT007")
    assert not found({**APART, "two/b.py": DESK, "two/keep.py": KEEP.format("x.csv")}, "ENT007")
    assert not found({**APART, "two/b.py": DESK, "two/make.py": APART["one/a.py"]}, "ENT007")
    assert found({**APART, "two/b.py": DESK, "two/tests/test_make.py": APART["one/a.py"]}, "ENT007")


def test_a_reader_that_goes_on_without_the_file_weighs_less() -> None:
    asked = DESK.replace("print", "if os.path.exists('s3://lake/x.csv'):\n    print")
    (grave,), (mild,) = found({**APART, "two/b.py": DESK}, "ENT007"), found({**APART, "two/b.py": asked}, "ENT007")
    assert mild.severity.rank < grave.severity.rank


TESTED = "from lib import prepare\n\n\ndef test_it():\n    prepare('out/x.csv')\n"
PREPARES = "import os\nimport pandas as pd\n\n\ndef prepare(path):\n{}    frame = pd.DataFrame()\n{}frame.to_csv(path)\n    return frame\n"
LOADS = "    if os.path.exists(path):\n        frame = pd.read_csv(path)\n{}        return frame\n"


@pytest.mark.parametrize(
    "prepares",
    [
        pytest.param(PREPARES.format(LOADS.format(""), "    "), id="loaded and returned"),
        pytest.param(PREPARES.format(LOADS.format("        if len(frame):\n    "), "    "), id="returned if it will do"),
        pytest.param(PREPARES.format("", "    if not os.path.exists(path):\n        "), id="written where it is missing"),
        pytest.param(PREPARES.format("", "    if os.path.exists(path):\n        pass\n    else:\n        "), id="the other arm"),
    ],
)  # fmt: skip
def test_a_test_that_only_makes_what_is_missing_touches_nothing_that_is_there(prepares: str) -> None:
    reads = {"score.py": "import pandas as pd\nprint(pd.read_csv('out/x.csv'))\n", "tests/test_a.py": TESTED}
    there = {**reads, "out/x.csv": "a\n1\n"}
    writes = PREPARES.format("", "    ")
    asks = PREPARES.format("    if os.path.exists(path):\n        print('there')\n", "    ")
    assert not found({**there, "lib.py": prepares}, "TST007")
    assert found({**reads, "lib.py": prepares}, "TST007")
    assert found({**there, "lib.py": writes}, "TST007")
    assert found({**there, "lib.py": asks}, "TST007")


HEIR = "from k.base import {0}\n\n\nclass {1}({0}):\n    def answer(self, d):\n        return {2}\n"
HEIRS = {
    "k/base.py": "class Base:\n    pass\n\n\nclass Wide(Base):\n    pass\n",
    "k/one/a.py": HEIR.format("Base", "One", "d"),
    "k/two/b.py": HEIR.format("Wide", "Two", "d + 1"),
    "k/more.py": "from k import base\n" * 9,
    **{f"k/m{n}.py": "import k.base\n" for n in range(9)},
    "other.py": "x = 1\n",
}


def test_heirs_of_one_class_are_tied_by_it() -> None:
    loose = {**HEIRS, "k/two/b.py": HEIRS["k/two/b.py"].replace("class Two(Wide)", "class Two")}
    together = scripted("8 k/one/a.py k/two/b.py\n60 other.py\n")
    for files, said in ((loose, 1), (HEIRS, 0)):
        graph = graphs(files, archetypes="P", history=together)
        assert len(judge(graph.components, [RULES["ENT008"]]).findings) == said


@pytest.mark.parametrize(
    "result", ["print(r2_score(f['y'], guess))", "joblib.dump(m, 'm.pkl')", "f.assign(g=guess).to_csv('g.csv')"]
)
def test_a_curve_that_is_fitted_to_be_drawn_needs_no_command(result: str) -> None:
    fits = (
        SK
        + "import joblib\nfrom sklearn.metrics import r2_score\nm = Ridge().fit(f[['a']], f['y'])\nguess = m.predict(f[['a']])\n"
    )
    draws = "import matplotlib.pyplot as plt\nplt.plot(f['a'], guess)\nplt.savefig('a.png')\n"
    assert found({"a.py": fits}, "REP010")
    assert found({"a.py": fits + draws + result + "\n"}, "REP010")
    assert not found({"a.py": fits + draws}, "REP010")


UNPACKED = "import yaml\n\nwith open('params.yaml') as file:\n    settings = yaml.safe_load(file)\n\n\ndef build(depth, {}):\n    print(depth, loud)\n\n\nbuild(**settings['model'])\nprint(settings['seed'], settings['rate'])\n"
PARAMS = "seed: 1\nrate: 0.1\nmodel:\n  depth: 3\n"
STAGE = "stages:\n  prepare:\n    cmd: python prepare.py\n    deps:\n    - prepare.py\n    - sources.json\n    outs:\n    - out.csv\n"
EXAMPLE = (
    "import json\nimport os\nimport pandas as pd\n\n{}pd.DataFrame(json.load(open('sources.json'))).to_csv('out.csv')\n"
)
GROCERY = "# Shops\n\nWhat was sold is from [there](https://www.kaggle.com/competitions/{}/overview).\n"
TILLS = "import pandas as pd\n\nprint(pd.read_csv('input/salesofallthetillsextracted/rows.csv'))\n"
KIND = "import numpy as np\n\n\ndef kind_of(row):\n    return row['kind'] if row else np.nan\n\n\n"
CONTAINER = (
    "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n    - run: {}\n"
)

LATER_PAIRS = [
    pytest.param("CFG003", {"a.py": UNPACKED.format("loud"), "params.yaml": PARAMS}, {"a.py": UNPACKED.format("loud=False"), "params.yaml": PARAMS}, id="a parameter with a default"),
    pytest.param("CFG003", {"a.py": UNPACKED.format("loud=False").replace("**settings['model']", "1, loud=settings['loud']"), "params.yaml": PARAMS}, {"a.py": UNPACKED.format("loud=False"), "params.yaml": PARAMS}, id="a parameter with a default that is given"),
    pytest.param("PIP006", {"dvc.yaml": STAGE, "sources.json": "[]", "prepare.py": EXAMPLE.format("json.dump([], open('sources.json', 'w'))\n")}, {"dvc.yaml": STAGE, "sources.json": "[]", "prepare.py": EXAMPLE.format("if not os.path.exists('sources.json'):\n    json.dump([], open('sources.json', 'w'))\n")}, id="an example where nothing is there"),
    pytest.param("COD002", {"a.py": KIND + "print(kind_of({}) == np.nan)\n"}, {"a.py": KIND + "kind = kind_of({})\nprint(kind == 'more')\n"}, id="what may be NaN and may be something else"),
    pytest.param("PIP010", {".github/workflows/a.yml": CONTAINER.format("pytest tests/"), "a.py": "A = 1\n"}, {".github/workflows/a.yml": CONTAINER.format("docker run --rm image pytest /tests/"), "a.py": "A = 1\n"}, id="a folder of the container"),
    pytest.param("PIP004", {"README.md": GROCERY.format("visits-of-shops-in-towns"), "a.py": TILLS}, {"README.md": GROCERY.format("sales-of-all-the-tills"), "a.py": TILLS}, id="a folder called after the archive that was unpacked"),
    pytest.param("DAT005", {"a.py": f"import pandas as pd\npd.read_csv('{HOME}')\n"}, {"a.py": "import pandas as pd\npd.read_csv('/home/src/data/x.csv')\n"}, id="a home that no person has"),
]  # fmt: skip


@pytest.mark.parametrize("folder", ["archive", "archive_2025_11_07", "flows_archived", "_old", "deprecated", "practice", "exercises", "downloaded_notebooks"])  # fmt: skip
def test_folders_that_say_they_are_out_of_use_or_for_practice_are_not_judged_but_searched(folder: str) -> None:
    undefined = "import pandas as pd\n\nprint(missing)\n"
    key = "key = 'AKIA" + "Q7M2X9K4W8R3T6Z5'\n"
    assert found({"flows/a.py": undefined}, "COD008")
    assert not found({"b.py": SK, f"{folder}/a.py": undefined}, "COD008")
    assert found({"b.py": SK, f"{folder}/a.py": key}, "CFG008")
    assert found({"b.py": SK, f"{folder}.py": undefined}, "COD008")
    assert found({"b.py": SK, "older_flows/a.py": undefined}, "COD008")
    seen = coverage(graphs({"b.py": SK, f"{folder}/a.py": undefined, f"{folder}/x.csv": "a\n1\n"}), verdicts=())
    assert [(each.reason, each.files, each.example) for each in seen.excluded] == [("apart", 1, f"{folder}/a.py")]
    world = graphs({"x_test.py": SK, f"{folder}/x_test.py": SK}).world  # called tests, and holding none
    assert world.is_product("x_test.py")
    assert not world.is_product(f"{folder}/x_test.py")


@pytest.mark.parametrize(("path", "looks"), [("experiments/a.ipynb", True), ("x/experiment/a.ipynb", True), ("experiments/a.py", False), ("experiments.ipynb", False), ("notebooks/a.ipynb", False)])  # fmt: skip
def test_notebooks_among_experiments_look_around(path: str, looks: bool) -> None:
    assert is_exploratory(path) is looks


def test_a_program_within_another_file_is_no_file_read() -> None:
    job = CONTAINER.format("|\n        python - <<EOF\n        print(1)\n        EOF")
    tree = graphs({"a.py": "A = 1\n", ".github/workflows/a.yml": job})
    assert any(facts.kind == "embedded" for facts in tree.world.files.values())
    seen = coverage(tree, verdicts=())
    assert (seen.files_read, seen.files) == (2, 2)


def test_a_key_that_only_a_default_stands_beside_is_read_where_it_is_set() -> None:
    files = {"a.py": UNPACKED.format("loud=False"), "params.yaml": f"{PARAMS}  loud: true\n"}
    (document,) = graphs(files).components[0].settings_read()
    assert document.read == document.defined == 4


@pytest.mark.parametrize(("rule", "debt", "alike"), LATER_PAIRS)
def test_debt_and_the_look_alike_of_a_later_reading(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)


STEP = "import pandas as pd\n\n\ndef clean():\n    pd.read_csv('raw.csv').to_csv('data/clean.csv')\n\n\nif __name__ == '__main__':\n    clean()\n"
LEARN = "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef learn(path):\n    f = pd.read_csv(path)\n    return Ridge().fit(f, f.y)\n"
SAVES = "    pd.read_csv('raw.csv').dropna().to_csv('data/clean.csv')\n"
READS = "    learn('data/clean.csv')\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(SAVES + READS, False, id="it reads what it wrote"),
        pytest.param(READS + SAVES, True, id="it reads, then it writes"),
        pytest.param("    save()\n    learn('data/clean.csv')\n", False, id="a function of its own writes first"),
        pytest.param("    learn('data/clean.csv')\n    save()\n", True, id="a function of its own writes last"),
        pytest.param(
            "    pd.read_csv('data/clean.csv').dropna().to_csv('data/clean.csv')\n", True, id="in one expression"
        ),
    ],
)
def test_a_program_that_reads_what_it_wrote_itself_takes_it_from_no_other(body: str, told: bool) -> None:
    whole = f"import pandas as pd\nfrom learn import learn\n\n\ndef save():\n{SAVES}\n\ndef run():\n{body}\n\nrun()\n"
    assert bool(found({"step.py": STEP, "learn.py": LEARN, "whole.py": whole}, "PIP005")) is told


MAKES = """import joblib
import os
from sklearn.preprocessing import StandardScaler


def make(frame):
    scaler = StandardScaler().fit(frame)
    joblib.dump(scaler, 'out/scaler.pkl')
"""
TAKES = """import joblib
import os
import pandas as pd
from make import make


def take():
    frame = pd.read_csv('raw.csv')
{}


if __name__ == '__main__':
    print(take())
"""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            "    if os.path.exists('out/scaler.pkl'):\n        return joblib.load('out/scaler.pkl')\n    else:\n        make(frame)\n",
            False, id="where it is missing",
        ),
        pytest.param(
            "    if os.path.exists('out/scaler.pkl'):\n        found = joblib.load('out/scaler.pkl')\n        return found\n    make(frame)\n",
            False, id="after a branch that leaves where it is there",
        ),
        pytest.param("    found = joblib.load('out/scaler.pkl')\n    make(frame)\n    return found\n", True, id="whether it is there or not"),
        pytest.param(
            "    if os.path.exists('out/other.pkl'):\n        return joblib.load('out/scaler.pkl')\n    else:\n        make(frame)\n",
            True, id="where another is missing",
        ),
    ],
)  # fmt: skip
def test_who_makes_a_file_only_where_it_is_missing_overwrites_nobody(body: str, told: bool) -> None:
    step = "import joblib\nimport pandas as pd\nfrom sklearn.preprocessing import RobustScaler\njoblib.dump(RobustScaler().fit(pd.read_csv('b.csv')), 'out/scaler.pkl')\n"
    files = {"make.py": MAKES, "prepare.py": step, "fit.py": SK + FIT, "use.py": TAKES.format(body)}
    assert bool(found(files, "PIP005")) is told


BOTH = MAKES + "    open('out/{}.pkl', 'wb').write(b'1')\n"
STARTS = """import joblib
import os
import pandas as pd
from make import make


def learn():
    make(pd.read_csv('raw.csv'))


def start():
    if os.path.exists('out/scaler.pkl'):
        print(joblib.load('out/scaler.pkl'))
{}
    return joblib.load('out/scaler.pkl')


if __name__ == '__main__':
    print(start())
"""


@pytest.mark.parametrize(
    ("body", "made", "told"),
    [
        pytest.param("    if not os.path.exists('out/scaler.pkl'):\n        learn()", "model", False, id="asked for by the caller's caller"),
        pytest.param("    if not os.path.exists('out/model.pkl'):\n        learn()", "model", False, id="asked for what both make with it"),
        pytest.param("    if not os.path.exists('out/model.pkl'):\n        learn()", "mark", True, id="asked for what one alone makes"),
        pytest.param("    if not os.path.exists('out/scaler.pkl'):\n        learn()\n    learn()", "model", True, id="and once more"),
        pytest.param("    try:\n        return joblib.load('out/scaler.pkl')\n    except FileNotFoundError:\n        learn()", "model", False, id="expected to be missing"),
        pytest.param("    try:\n        return joblib.load('out/scaler.pkl')\n    except ValueError:\n        learn()", "model", True, id="expected to be broken"),
    ],
)  # fmt: skip
def test_a_service_that_trains_where_the_model_is_missing_is_no_second_writer(body: str, made: str, told: bool) -> None:
    step = "import joblib\nimport pandas as pd\nfrom sklearn.preprocessing import RobustScaler\njoblib.dump(RobustScaler().fit(pd.read_csv('b.csv')), 'out/scaler.pkl')\nopen('out/model.pkl', 'wb').write(b'2')\n"
    whole = "if __name__ == '__main__':\n    make(pd.read_csv('raw.csv'))\n"
    make = BOTH.format(made).replace("import os\n", "import os\nimport pandas as pd\n") + "\n\n" + whole
    files = {"make.py": make, "prepare.py": step, "fit.py": SK + FIT, "use.py": STARTS.format(body)}
    told_of = {f.entity for f in found(files, "PIP005") if "use.py" in f.message}
    assert ("out/scaler.pkl" in told_of) is told


PROMOTES = """import tempfile
import mlflow
from mlflow import MlflowClient
import pandas as pd
from sklearn.linear_model import Ridge


def go(place):
    mlflow.set_tracking_uri(place)
    f = pd.read_csv('d.csv')
    with mlflow.start_run():
        mlflow.sklearn.log_model(Ridge().fit(f[['a']], f['y']), 'model')
    MlflowClient().set_registered_model_alias('shop', 'champion', 1)


if __name__ == '__main__':
    {}
"""


@pytest.mark.parametrize(
    ("start", "told"),
    [
        pytest.param("with tempfile.TemporaryDirectory() as d:\n        go(f'sqlite:///{d}/runs.db')", False, id="a registry that goes with the run"),
        pytest.param("go('http://registry:5000')", True, id="a registry"),
        pytest.param("d = tempfile.mkdtemp()\n    print(d)\n    go('http://registry:5000')", True, id="a folder for something else"),
    ],
)  # fmt: skip
def test_a_rehearsal_with_a_registry_of_its_own_releases_nothing(start: str, told: bool) -> None:
    app = "import mlflow\nfrom fastapi import FastAPI\napp = FastAPI()\nm = mlflow.pyfunc.load_model('models:/shop@champion')\n@app.post('/p')\ndef p(x: float):\n    return m.predict([[x]])\n"
    files = {
        "fit.py": PROMOTES.replace("{}", start, 1),
        "app.py": app,
        "Dockerfile": "FROM python:3.11\nCMD uvicorn app:app\n",
    }
    assert bool(found(files, "OPS002")) is told


BEGINS = """import mlflow
from mlflow import MlflowClient
import pandas as pd
from sklearn.linear_model import Ridge

client = MlflowClient()


def go():
    f = pd.read_csv('d.csv')
    with mlflow.start_run():
        mlflow.sklearn.log_model(Ridge().fit(f[['a']], f['y']), 'model', registered_model_name='shop')
    begin()


def put():
    client.set_registered_model_alias('shop', 'champion', 1)


def begin():
{}


if __name__ == '__main__':
    go()
"""
LOOKS_UP = "    try:\n        client.get_model_version_by_alias('shop', 'champion')\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(LOOKS_UP + "    except Exception:\n        put()", False, id="where the look failed"),
        pytest.param(LOOKS_UP + "        return\n    except Exception:\n        pass\n    put()", False, id="after the look that returns"),
        pytest.param(LOOKS_UP + "    except Exception:\n        pass\n    put()", True, id="whatever the look found"),
        pytest.param(LOOKS_UP.replace("client.get_model_version_by_alias('shop', 'champion')", "print(1)") + "    except Exception:\n        put()", True, id="where something else failed"),
        pytest.param(LOOKS_UP.replace("client.get_model_version_by_alias('shop', 'champion')", "client.get_latest_versions('shop')") + "    except Exception:\n        put()", True, id="where the look for the newest failed"),
    ],
)  # fmt: skip
def test_an_alias_that_is_set_where_there_is_none_replaces_no_model(body: str, told: bool) -> None:
    assert bool(found({"go.py": BEGINS.format(body)}, "OPS002", "P")) is told


@pytest.mark.parametrize(
    ("declares", "told"), [("from kfp import dsl\n\n\n@dsl.component\ndef step():\n    pass\n\n\n", False), ("", True)]
)
def test_a_script_that_runs_what_declares_a_pipeline_chains_no_steps(declares: str, told: bool) -> None:
    work = "import pandas as pd\npd.read_csv('{}.csv').to_csv('{}.csv')\n"
    files = {f"{name}.py": declares + work.format(name, after) for name, after in zip("abc", "bcd", strict=True)}
    script = "python a.py\npython b.py\npython c.py\n"
    assert bool(found({**files, "fit.py": SK.replace("'d.csv'", "'z.csv'") + FIT, "run.sh": script}, "GLU004")) is told


def test_the_page_of_a_competition_tells_of_its_data() -> None:
    train = SK.replace("'d.csv'", "'raw/energy-of-prosumers.zip'") + FIT
    get = "import kaggle\nkaggle.api.competition_download_files('{}', path='other')\n"
    assert found({"fit.py": train, "get.py": get.format("rows-of-somebody")}, "DAT009")
    assert not found({"fit.py": train, "get.py": get.format("energy-of-prosumers")}, "DAT009")
