"""What a blind reading of services showed: each debt beside the look-alike that was once accused."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.graph.views.account import components
from auditor.model.finding import Finding, Severity
from tests.pages import graphs

RULES = registry().rules
SERVE = "import fastapi\nimport numpy\nimport pandas\n\napp = fastapi.FastAPI()\n"
IMAGE = 'FROM python:3.11-slim\nWORKDIR /app\nRUN pip install --upgrade pip && \\\n    pip install --no-cache-dir \\\n    {}\nCOPY app.py .\nCMD ["python", "app.py"]\n'


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    tree = graphs(files, archetypes=archetypes)
    return list(judge(tree.components, [RULES[rule]]).findings)


PAIRS = [
    pytest.param("REP003", {"app.py": SERVE, "pyproject.toml": "[project]\nname = 'a'\ndependencies = ['fastapi', 'numpy', 'pandas']\n", "Dockerfile": IMAGE.format("pandas>=2.1.0")}, {"app.py": SERVE, "pyproject.toml": "[project]\nname = 'a'\ndependencies = ['fastapi', 'numpy', 'pandas']\n", "Dockerfile": IMAGE.format("pandas>=2.1.0 \\\n    numpy>=1.25.0 \\\n    fastapi>=0.108")}, id="words behind a bound that the shell takes for a file"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_debt_and_its_look_alike(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)


def test_a_bound_without_quotes_is_told_as_lost() -> None:
    files = {"app.py": SERVE, "Dockerfile": IMAGE.format("{}")}
    lost, kept = (
        found({**files, "Dockerfile": IMAGE.format(each)}, "REP002")
        for each in ("pandas>=2.1.0 numpy", "'pandas>=2.1.0' numpy")
    )
    assert "without quotes >=2.1.0 is no bound, its shell writes a file =2.1.0" in lost[0].message
    assert "quotes" not in kept[0].message


LEAKS = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\n\nrows = pd.read_csv('rows.csv')\nX = StandardScaler().fit_transform(rows[['a', 'b']])\nlow, high, seen, held = train_test_split(X, rows['y'], random_state=1)\nm = LogisticRegression().fit(low, seen)\nprint(m.score(high, held))\n"
TRAINS = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n\nrows = pd.read_csv('rows.csv')\nLogisticRegression().fit(rows[['a', 'b']], rows['y'])\n"
HEIR = {"churn/train.py": TRAINS, "Makefile": "train:\n\tpython churn/train.py\n"}
KEPT = {"legacy/fit.py": LEAKS}


@pytest.mark.parametrize(
    "museum",
    [
        pytest.param({**KEPT, **HEIR}, id="something else trains"),
        pytest.param({"old_code/sub/fit.py": LEAKS, **HEIR}, id="by another name, further down"),
        pytest.param({**KEPT, "legacy/README.md": "# Originais\n\nNão são executados pela pipeline nova.\n", "README.md": "# A\n\nIt began with `legacy/fit.py`.\n"}, id="its document says that it is not run"),
        pytest.param({**KEPT, **HEIR, "tests/test_fit.py": "def test_fit():\n    import legacy.fit\n\n    assert legacy.fit.m\n"}, id="only a test runs it"),
    ],
)  # fmt: skip
def test_what_a_museum_keeps_weighs_little(museum: dict[str, str]) -> None:
    tree = graphs(museum, archetypes="P")
    (part,) = components(tree)
    assert any("weighs three steps less" in signal for signal in part.signals)
    (leak,) = judge(tree.components, [RULES["LKG001"]]).findings
    assert leak.severity.rank <= Severity.LOW.rank
    assert "nothing runs what" in leak.message


@pytest.mark.parametrize(
    "living",
    [
        pytest.param(KEPT, id="nothing else trains"),
        pytest.param({**KEPT, **HEIR, "Makefile": "train:\n\tpython churn/train.py\nold:\n\tcd legacy && python fit.py\n"}, id="a command starts it"),
        pytest.param({**KEPT, **HEIR, "nightly.yaml": "script: legacy/fit.py\n"}, id="a setting names it"),
        pytest.param({**KEPT, **HEIR, "churn/serve.py": "from legacy import fit\n\nprint(fit.m)\n"}, id="a program imports it"),
        pytest.param({**KEPT, **HEIR, "README.md": "# A\n\nThe model of record was made by `legacy/fit.py`.\n"}, id="a document names it"),
        pytest.param({**KEPT, **HEIR, "legacy/__init__.py": ""}, id="a package that others may import"),
        pytest.param({**HEIR, "models/fit.py": LEAKS}, id="a folder of any name"),
    ],
)  # fmt: skip
def test_a_folder_called_old_that_is_in_use_is_judged(living: dict[str, str]) -> None:
    assert not graphs(living, archetypes="P").components[0].museums
    leaks = [each for each in found(living, "LKG001") if "StandardScaler" in each.message]
    assert leaks
    assert not any("nothing runs what" in each.message for each in leaks)


SAMPLES = "import pandas as pd\nfrom imblearn.over_sampling import SMOTE\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\n\nrows = pd.read_csv('rows.csv')\nX, y = SMOTE(random_state=1).fit_resample(rows[['a', 'b']], rows['y'])\nlow, high, seen, held = train_test_split(X, y, random_state=1)\nm = LogisticRegression().fit(low, seen)\nprint(m.score(high, held))\n"


def test_a_figure_of_what_nothing_starts_weighs_less_whatever_is_wrong_with_it() -> None:
    for rule, wrong in (("LKG001", LEAKS), ("LKG005", SAMPLES)):
        (alone,) = found({"try.py": wrong}, rule)
        (aside,) = found({"try.py": wrong, **HEIR}, rule)
        (named,) = found({"try.py": wrong, **HEIR, "README.md": "# A\n\nRun try.py first.\n"}, rule)
        assert aside.severity is alone.severity.lowered()
        assert named.severity is alone.severity
        assert aside.message == f"{alone.message}; nothing starts or names this program, as it does others that train"


CHECKS = "on: push\njobs:\n  checks:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n{}\n"
NO_TESTS = {"a.py": "print(1)\n"}


def _job(*lines: str) -> dict[str, str]:
    return {**NO_TESTS, ".github/workflows/ci.yml": CHECKS.format("\n".join(f"          {line}" for line in lines))}


@pytest.mark.parametrize(
    "test", ['[ -d "tests" ]', "test -d tests/", '[ -d "tests" ] && find tests -name "*.py" | grep -q .']
)
def test_tests_that_a_job_asks_for_first_may_be_absent(test: str) -> None:
    asked = _job(f"if {test}; then", "  pytest tests/ -v || echo none", "else", "  echo 'No tests found'", "fi")
    assert not found(asked, "PIP010")
    assert not found(asked, "PIP011")
    there = {**asked, "tests/test_a.py": "def test_a():\n    assert True\n"}
    assert not found(there, "PIP010")
    assert len(found(there, "PIP011")) == 1


@pytest.mark.parametrize("command", ["pytest tests/ -v || echo none", "pytest tests/ -v || true", "pytest tests/ -v"])
def test_tests_that_are_not_there_are_told_once(command: str) -> None:
    assert len(found(_job(command), "PIP010")) == 1
    assert not found(_job(command), "PIP011")


def test_a_command_for_tests_hides_less_where_there_are_none() -> None:
    plain = _job("pytest || echo 'No tests found yet.'")
    (less,) = found(plain, "PIP011")
    assert "it finds no tests" in less.message
    whole = RULES["PIP011"].info.severity
    assert less.severity is whole.lowered()
    for other in ("tox || echo none", "pytest --nbmake notebooks || echo none"):
        assert [each.severity for each in found(_job(other), "PIP011")] == [whole]
    there = {**plain, "checks/shape.py": "def test_shape():\n    assert True\n"}
    assert [each.severity for each in found(there, "PIP011")] == [whole]
    beside = {**_job("pytest || true", "python a.py || true"), "a.py": TRAINS}
    assert [each.severity for each in found(beside, "PIP011")] == [whole]


def test_a_program_that_may_be_absent_is_told_by_nobody() -> None:
    assert not found(_job("python tools/report.py --all || echo skipped"), "PIP010")
    assert found(_job("python tools/report.py --all"), "PIP010")


PROMOTES = "import mlflow\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef train():\n    rows = pd.read_csv('rows.csv')\n    return Ridge().fit(rows[['a']], rows['y'])\n\n\n{}train()\n{}mlflow.MlflowClient().transition_model_version_stage('churn', 3, 'Production')\n"
MAIN = "if __name__ == '__main__':\n    "
ASKS = "from fit import train\n\ntrain()\n"
NIGHTLY = "on:\n  schedule:\n    - cron: '0 3 * * *'\njobs:\n  fit:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: python fit_all.py\n      - run: python ask.py\n"


def test_what_a_module_does_as_a_program_is_not_what_its_importer_releases() -> None:
    guarded = PROMOTES.format(MAIN, "    ")
    assert [each.place.path for each in found({"fit.py": guarded, "ask.py": ASKS}, "OPS002")] == ["fit.py"]
    assert "fit.py" in found({"fit.py": guarded}, "OPS002")[0].message
    loose = found({"fit.py": PROMOTES.format("", ""), "ask.py": ASKS}, "OPS002")
    assert sum("ask.py" in each.message for each in loose) == 1
    nightly = {
        "fit.py": guarded,
        "fit_all.py": "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\nRidge().fit(pd.read_csv('a.csv'), [1])\n",
        "ask.py": "import fit\n\nprint(fit)\n",
        ".github/workflows/n.yml": NIGHTLY,
    }
    assert not any("n.yml" in each.place.path for each in found(nightly, "OPS002"))


@pytest.mark.parametrize(
    ("made", "moves"),
    [
        ("OpenAI()", True),
        ("AzureOpenAI(api_version='2024-12-01')", False),
        ("AsyncAzureOpenAI()", False),
        ("openai.AzureOpenAI()", False),
        ("OpenAI(base_url='https://example.org')", True),
    ],
)
def test_a_deployment_is_no_alias_of_a_model(made: str, moves: bool) -> None:
    ask = "import openai\nfrom openai import AsyncAzureOpenAI, AzureOpenAI, OpenAI\n\nclient = {}\n\n\ndef short(text):\n    return client.chat.completions.create(model='gpt-4.1-mini', messages=[text])\n"
    assert bool(found({"a.py": ask.format(made)}, "LLM001", "A")) is moves


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("logs/events.jsonl", False),
        ("logs/retraining_log.csv", False),
        ("logs/predictions.jsonl", True),
        ("data/events.jsonl", True),
    ],
)
def test_who_tells_what_a_program_does_may_fail_in_silence(name: str, told: bool) -> None:
    says = "import json\nimport pandas as pd\n\n\ndef note(record):\n    try:\n        with open('{}', 'a') as out:\n            out.write(json.dumps(record))\n    except Exception:\n        pass\n\n\nnote(pd.read_csv('a.csv').to_dict())\n"
    assert bool(found({"a.py": says.format(name)}, "COD004")) is told


def test_the_text_of_a_notebook_is_one_that_nothing_starts() -> None:
    text = "# %%\nimport pandas as pd\n\n# %%\nrows = pd.read_csv('a.csv')\nprint(Table(rows))\n"
    book = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'
    (alone,) = found({"books/look.py": text}, "COD008")
    (beside,) = found({"books/look.py": text, "books/look.ipynb": book}, "COD008")
    assert beside.severity is alone.severity.lowered()


@pytest.mark.parametrize(
    ("saved", "told"), [("/opt/churn/model.pkl", False), ("/opt/churn/other.pkl", True), ("model.pkl", False)]
)
def test_what_a_program_saves_where_its_image_has_the_tree_was_made_here(saved: str, told: bool) -> None:
    serve = "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('model.pkl')\n\n\n@app.post('/score')\ndef score(values: list[float]):\n    return {'score': float(model.predict([values])[0])}\n"
    fit = (
        TRAINS.replace("LogisticRegression()", "m = LogisticRegression()")
        + f"ROOT = '{saved}'.rpartition('/')[0]\nimport joblib\njoblib.dump(m, '{saved}')\n"
    )
    assert bool(found({"app.py": serve, "fit.py": fit, "model.pkl": "x"}, "REP007", "S")) is told


FAKES = "import argparse\nimport numpy as np\nimport pandas as pd\n\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int, default=None)\nargs = p.parse_args()\n{}kinds = ['x', 'y']\nrows = pd.DataFrame({{'a': range(9)}})\n{}\nrows.to_csv('rows.csv')\n"
FILLS = "rows['b'] = np.random.choice(kinds, size=9)"
ASKED = "if args.seed is not None:\n    np.random.seed(args.seed)\n"


@pytest.mark.parametrize(
    ("seed", "draw", "told"),
    [
        (ASKED, FILLS, False),
        ("", FILLS, True),
        (ASKED, "rows = rows.take(np.random.choice(9, size=4))\nrows['c'] = 1", True),
    ],
)
def test_who_invents_values_and_may_be_given_a_seed_chooses_no_rows(seed: str, draw: str, told: bool) -> None:
    files = {"fake.py": FAKES.format(seed, draw), "train.py": TRAINS}
    assert any(each.place.path == "fake.py" for each in found(files, "REP001")) is told


def test_a_secret_in_a_museum_is_one() -> None:
    key = "AKIA" + "Q3ZJ7WLP2XKD9TRB"
    files = {**KEPT, **HEIR, "legacy/put.py": f"import boto3\n\nboto3.client('s3', aws_access_key_id='{key}')\n"}
    (secret,) = found(files, "CFG008")
    assert secret.place.path == "legacy/put.py"
    assert secret.severity is RULES["CFG008"].info.severity


def test_what_a_museum_shares_with_what_runs_weighs_what_it_weighs() -> None:
    listed = {
        "requirements.txt": "pandas==2.2.1\nscikit-learn==1.5.0\n",
        "legacy/look.py": "import mlflow\n\nprint(mlflow)\n",
    }
    (old,) = found({**HEIR, **listed}, "REP003")
    assert old.severity is Severity.INFO
    both = {**HEIR, **listed, "churn/train.py": f"import xgboost\n{TRAINS}print(xgboost)\n"}
    (shared,) = found(both, "REP003")
    assert shared.place.path == "legacy/look.py"
    assert shared.severity.rank >= Severity.MEDIUM.rank


FITS = "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef train():\n    rows = pd.read_csv('rows.csv')\n    return Ridge().fit(rows[['a']], rows['y'])\n\n\nif __name__ == '__main__':\n    train()\n"
DAG = "import pandas as pd\nfrom airflow import DAG\nfrom airflow.operators.python import PythonOperator\nfrom fit import train\n\n\ndef take():\n    pd.read_csv('raw.csv').to_csv('rows.csv')\n\n\ndef learn():\n    train()\n\n\ndef tell():\n    pd.read_csv('rows.csv').describe().to_csv('told.csv')\n\n\nwith DAG('nightly', schedule='@daily') as dag:\n    a = PythonOperator(task_id='take', python_callable=take)\n    b = PythonOperator(task_id='learn', python_callable=learn)\n    c = PythonOperator(task_id='tell', python_callable=tell)\n    a >> b >> c\n"


def test_a_job_that_trains_by_the_code_of_a_pipeline_is_told_as_a_part() -> None:
    tree = {"fit.py": FITS, "dags/nightly.py": DAG}
    job = {
        ".github/workflows/try.yml": NIGHTLY.replace("fit_all.py", "fit.py").replace("      - run: python ask.py\n", "")
    }
    (alone,) = found(tree, "TST003")
    (tried,) = found({**tree, **job}, "TST003")
    assert tried.severity is alone.severity.lowered()
    assert tried.message == f"{alone.message}; .github/workflows/try.yml trains by the same code"
