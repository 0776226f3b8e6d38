"""What a third reading of strangers' repositories showed of data, references and lists of packages: debt beside its look-alike."""

from __future__ import annotations

import json

import pytest

from auditor.engine import judge, registry
from auditor.graph import places
from auditor.model.changes import Change, Commit, History
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
PD = "import pandas as pd\n"
FIT = "from sklearn.linear_model import Ridge\nRidge().fit(f[['a']], f['y'])\n"
POINTER = "outs:\n- md5: 0f5b5a1c1f3b1d6f2a7f0c0f2a5a9b11\n  size: 120\n  path: {}\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


def severities(files: dict[str, str], rule: str) -> list[str]:
    return [finding.severity.name.lower() for finding in found(files, rule)]


def notebook(*cells: str) -> str:
    made: list[dict[str, object]] = [
        {"cell_type": "code", "id": str(n), "metadata": {}, "execution_count": None, "outputs": [], "source": [cell]}
        for n, cell in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


# --- what training starts from ---


@pytest.mark.parametrize(
    ("address", "data", "asset"),
    [
        ("hf://datasets/acme/prices/a.parquet", [], ["acme/prices"]),
        ("hf://datasets/acme/prices@main/a.parquet", [], ["acme/prices"]),
        ("hf://datasets/acme/prices@9f1c2ab3/a.parquet", [], []),
        ("s3://acme/prices/a.parquet", ["s3://acme/prices/a.parquet"], []),
    ],
)
def test_the_revision_of_a_set_of_a_hub_is_asked_for_whichever_library_reads_it(
    address: str, data: list[str], asset: list[str]
) -> None:
    files = {"fit.py": PD + f"f = pd.read_parquet('{address}')\n" + FIT}
    assert [finding.message.split()[2].strip(",") for finding in found(files, "DAT001")] == data
    assert [finding.entity for finding in found(files, "REP009")] == asset


def test_what_was_stored_into_a_name_before_it_held_this_is_not_in_it() -> None:
    other = PD + "f = pd.read_csv('other.csv')\nf['n'] = f['n'].apply(str)\nf.to_csv('shown.csv')\n"
    mine = "f = pd.read_csv('raw.csv')\nf['a'] = f['a'] + 1\n"
    write = "f.to_csv('made/x.csv')\n"
    fit = {"fit.py": PD + "f = pd.read_csv('made/x.csv')\n" + FIT}
    (finding,) = found({**fit, "look.ipynb": notebook(other, mine, write)}, "DAT001")
    assert finding.entity == "raw.csv"
    joined = mine.replace("f['a'] + 1", "f['a'] + g['a']")
    held = other.replace("f.to_csv('shown.csv')", "g = f")
    (finding,) = found({**fit, "look.ipynb": notebook(held, joined, write)}, "DAT001")
    assert "other.csv" in finding.message


def test_where_nothing_shows_what_a_file_was_made_of_what_a_program_reads_is_a_guess() -> None:
    shown = PD + "f = pd.read_csv('raw/first.csv')\nf.to_csv('made/x.csv')\n"
    hidden = (
        PD
        + "import unheard_of\nf = pd.read_csv('raw/first.csv')\nunheard_of.keep(f)\nwith open('made/x.csv', 'w') as out:\n    unheard_of.dump(out)\n"
    )
    fit = {"fit.py": PD + "f = pd.read_csv('made/x.csv')\n" + FIT, **SERVED}
    assert severities({**fit, "make.py": shown}, "DAT001") == ["critical"]
    assert severities({**fit, "make.py": hidden}, "DAT001") == ["high"]


SERVED = {
    "app.py": "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nmodel = joblib.load('m.pkl')\n\n\n@app.post('/p')\ndef p():\n    return str(model.predict(request.json))\n"
}


@pytest.mark.parametrize(
    ("path", "kept", "severity"),
    [
        ("C:/Users/maryanne/shop/db/prices.csv", {"db/prices.csv.dvc": POINTER.format("prices.csv")}, []),
        ("C:/Users/maryanne/shop/db/prices.csv", {"db/costs.csv.dvc": POINTER.format("costs.csv")}, ["medium"]),
        ("C:/Users/maryanne/prices.csv", {"db/prices.csv.dvc": POINTER.format("prices.csv")}, ["medium"]),
        ("/home/maryanne/shop/db/prices.csv", {"db/prices.csv": "a,y\n1,2\n"}, []),
        ("/mnt/shop/db/prices.csv", {"db.dvc": POINTER.format("db")}, ["medium"]),
        ("/mnt/shop/db/prices.csv", {"other.dvc": POINTER.format("other")}, ["medium"]),
    ],
)
def test_the_end_of_an_absolute_path_may_be_what_a_pointer_or_git_keeps(
    path: str, kept: dict[str, str], severity: list[str]
) -> None:
    assert severities({"fit.py": PD + f"f = pd.read_csv('{path}')\n" + FIT, **kept}, "DAT001") == severity


def test_what_a_pointer_keeps_is_what_it_is_whoever_fetched_it() -> None:
    get = PD + "pd.read_csv('https://raw.githubusercontent.com/acme/x/main/x.csv').to_csv('data/x.csv')\n"
    files = {"fit.py": PD + "f = pd.read_csv('data/x.csv')\n" + FIT, "get.py": get}
    assert severities(files, "DAT001") == ["medium"]
    assert severities(files, "DAT002") == ["high"]
    listed = "outs:\n- path: data\n  files:\n  - relpath: x.csv\n    md5: 0f5b5a1c1f3b1d6f2a7f0c0f2a5a9b11\n"
    for pointer in (POINTER.format("data"), listed):
        assert not found({**files, "data.dvc": pointer}, "DAT001")
        assert severities({**files, "data.dvc": pointer}, "DAT002") == ["low"]
    unhashed = "outs:\n- path: data\n  files:\n  - relpath: x.csv\n"
    assert severities({**files, "data.dvc": unhashed}, "DAT001") == ["medium"]


def test_files_of_one_folder_that_one_program_reads_are_one_cause() -> None:
    reads = PD + "f = pd.read_csv('{}/a.csv')\ng = pd.read_csv('{}/b.csv')\nf['y'] = g['y']\n" + FIT
    (finding,) = found({"fit.py": reads.format("x", "x")}, "DAT001")
    assert "x/a.csv, x/b.csv" in finding.message
    assert [related.line for related in finding.related][:2] == [2, 3]
    assert len(found({"fit.py": reads.format("x", "z")}, "DAT001")) == 2


@pytest.mark.parametrize(
    ("path", "document", "severity"),
    [
        ("raw/train_sales.csv", "From https://www.kaggle.com/c/shop-sales\n", "low"),
        (r"C:\\Users\\ada\\shop/data\\train.csv", "From https://www.kaggle.com/c/shop-sales\n", "low"),
        (r"C:\\Users\\ada\\shop/data\\train.csv", "Some words.\n", "medium"),
        ("raw/shop.csv", "From https://www.kaggle.com/c/shop-sales\n", "medium"),
        ("raw/train_sales.csv", "From https://www.kaggle.com/c/competition-name\n", "medium"),
        ("../input/shop-sales-forecasting/train.csv", "Some words.\n", "low"),
        ("../input/shop/train.csv", "Some words.\n", "medium"),
    ],
)
def test_what_a_competition_gives_out_is_called_as_competitions_call_it(
    path: str, document: str, severity: str
) -> None:
    files = {"a/fit.py": PD + f"f = pd.read_csv('{path}')\n" + FIT, "README.md": f"# A\n\n{document}"}
    assert severities(files, "DAT001") == [severity]


@pytest.mark.parametrize(("folder", "count"), [("wind_20251103", 0), ("wind_20251399", 1), ("wind_2025110", 1)])
def test_a_day_in_the_name_of_a_folder_names_a_state(folder: str, count: int) -> None:
    assert len(found({"fit.py": PD + f"f = pd.read_csv('/mnt/x/{folder}/f.csv')\n" + FIT}, "DAT001")) == count


# --- what steps name ---

DAG = "from airflow import DAG\nfrom airflow.operators.trigger_dagrun import TriggerDagRunOperator\n{more}with DAG('{name}') as dag:\n    TriggerDagRunOperator(task_id='next', trigger_dag_id='{next}')\n"


def dags(*pairs: tuple[str, str], more: str = "") -> dict[str, str]:
    return {f"dags/{name}.py": DAG.format(name=name, next=after, more=more) for name, after in pairs}


def test_a_dag_that_another_sets_off_must_be_there_where_all_are_known() -> None:
    (finding,) = found(dags(("a", "b"), ("b", "roll_back")), "PIP010")
    assert (finding.entity, finding.severity.name) == ("next|roll_back", "HIGH")
    assert not found(dags(("a", "b"), ("b", "a")), "PIP010")
    assert not found(dags(("a", "b"), ("b", "roll_back"), more="import dagfactory\n"), "PIP010")
    unnamed = "import os\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\nwith DAG(os.environ['X']) as dag:\n    BashOperator(task_id='t', bash_command='true')\n"
    assert not found({**dags(("a", "b"), ("b", "roll_back")), "dags/c.py": unnamed}, "PIP010")


def test_a_repository_none_of_whose_dags_set_off_another_may_have_the_rest_elsewhere() -> None:
    (finding,) = found(dags(("a", "elsewhere")), "PIP010")
    assert finding.severity.name == "MEDIUM"


@pytest.mark.parametrize(
    ("served", "told"),
    [
        ("uvicorn shop.api.main:app", ["web|shop/api/main.py"]),
        ("uvicorn shop.api.asgi:app --port $PORT", []),
        ("uvicorn other.api.main:app", []),
        ("gunicorn wsgi:app", ["web|wsgi.py"]),
        ("gunicorn -k uvicorn.workers.UvicornWorker shop.api.asgi:app", []),
        ("python -m shop.api.asgi", []),
    ],
)
def test_what_a_platform_serves_is_a_module_that_is_there(served: str, told: list[str]) -> None:
    files = {"Procfile": f"web: {served}\n", "src/shop/__init__.py": "", "src/shop/api/asgi.py": "app = 1\n"}
    assert [finding.entity for finding in found(files, "PIP010", "S")] == told


def test_an_image_may_call_the_folders_it_serves_from_otherwise() -> None:
    image = 'FROM python:3.12\nWORKDIR /code\nCOPY src/shop /code/app\nCMD ["uvicorn", "shop.{}:app"]\n'
    files = {"src/shop/api/main.py": "app = 1\n", "src/shop/__init__.py": ""}
    assert not found({**files, "Dockerfile": image.format("main")}, "PIP010", "S")
    assert found({**files, "Dockerfile": image.format("asgi")}, "PIP010", "S")


MAKE = "train: {first}\n\tpython a.py\n"


@pytest.mark.parametrize(
    ("first", "more", "told"),
    [
        ("dirs", {}, ["train|dirs"]),
        ("dirs", {"dirs/x.txt": "1\n"}, []),
        ("dirs", {"dirs.sh": "true\n"}, []),
        ("dirs", {".gitignore": "dirs/\n"}, []),
        ("dirs", {"tools.mk": "dirs:\n\tmkdir x\n"}, []),
        ("setup", {"Makefile": MAKE.format(first="setup") + "setup:\n\tmkdir dirs\n"}, []),
        ("dirs", {"Makefile": "include tools.mk\n" + MAKE.format(first="dirs")}, []),
        ("dirs", {"Makefile": MAKE.format(first="dirs") + "prepare:\n\tmkdir dirs && cp a dirs\n"}, []),
        ("$(FIRST)", {}, []),
    ],
)
def test_a_prerequisite_needs_a_rule_or_a_file(first: str, more: dict[str, str], told: list[str]) -> None:
    files = {"Makefile": MAKE.format(first=first), "a.py": "print(1)\n", **more}
    assert [finding.entity for finding in found(files, "PIP010")] == told


IMAGE = "FROM node:20\nCOPY shop-web/package.json shop-web/package-lock.json* ./\nCOPY {folder} ./\n"


@pytest.mark.parametrize(
    ("folder", "more", "told"),
    [
        ("shop-web/", {}, ["build|shop-web"]),
        ("shop-web/", {"shop-web/package.json": "{}\n"}, []),
        ("shop-web/", {".gitignore": "shop-web/\n"}, []),
        ("shop-web/", {"build.sh": "cp -r /srv/web shop-web\n"}, []),
        ("dist/", {"shop-web/package.json": "{}\n"}, []),
        ("data/raw/", {"shop-web/package.json": "{}\n"}, []),
        ("models/", {"shop-web/package.json": "{}\n"}, []),
    ],
)
def test_a_folder_of_code_that_an_image_is_given(folder: str, more: dict[str, str], told: list[str]) -> None:
    assert [f.entity for f in found({"Dockerfile": IMAGE.format(folder=folder), **more}, "PIP010", "S")] == told


def test_what_a_rule_of_make_writes_or_git_ignores_there_is_made_before_an_image() -> None:
    image = {"web/Dockerfile": "FROM python:3.12\nCOPY entry.sh /\n", "web/a.py": "print(1)\n"}
    assert found(image, "PIP010", "S")
    rule = "entry.sh: entry.sh.tmpl\n\tsed s/a/b/ entry.sh.tmpl > $@\n"
    assert not found({**image, "web/Makefile": rule, "web/entry.sh.tmpl": "a\n"}, "PIP010", "S")
    assert not found({**image, "web/.gitignore": "entry.sh\n"}, "PIP010", "S")
    assert found({**image, "other/.gitignore": "entry.sh\n"}, "PIP010", "S")


def test_what_one_script_names_twice_is_mended_once() -> None:
    (finding,) = found(
        {"run.sh": "python gone.py --a 1\necho x\npython gone.py --a 2\n", "a.py": "print(1)\n"}, "PIP010"
    )
    assert (finding.place.line, [related.line for related in finding.related]) == (1, [3])
    targets = "a:\n\tpython gone.py 1\n\nb:\n\tpython gone.py 2\n"
    assert [f.entity for f in found({"Makefile": targets, "a.py": "print(1)\n"}, "PIP010")] == ["a|gone.py"]


PARSER = "import argparse\n{more}parser = argparse.ArgumentParser({made})\nparser.add_argument('--quality', type=int)\nargs = parser.{parse}()\n"
PLAIN = PARSER.format(more="", made="", parse="parse_args")
CLICK = "import click\n\n\n@click.command({made})\n@click.option('--quality/--no-quality')\n{more}def main(quality):\n    print(quality)\n\n\nmain()\n"


@pytest.mark.parametrize(
    ("program", "given", "told"),
    [
        (PLAIN, "--quailty 3", ["script|--quailty to a.py"]),
        (PLAIN, "--quality 3 --help", []),
        (PLAIN, "--qual=3", []),
        (PLAIN, "$MORE -- --quailty", []),
        (PLAIN, "--quailty 3 || true", []),
        (PARSER.format(more="", made="", parse="parse_known_args"), "--quailty 3", []),
        (PARSER.format(more="import base\n", made="parents=[base.parser]", parse="parse_args"), "--quailty 3", []),
        (PLAIN.replace("args =", "fill(parser)\nargs ="), "--quailty 3", []),
        (PLAIN.replace("args =", "for n in names:\n    parser.add_argument(f'--{n}')\nargs ="), "--quailty 3", []),
        (PLAIN.replace("args =", "add = parser.add_argument\nadd('--other')\nargs ="), "--other 3", []),
        (PLAIN.replace("args =", "add = parser.add_argument\nadd('--other')\nargs ="), "--quailty 3", ["script|--quailty to a.py"]),
        (PLAIN.replace("args =", "parser.add_argument('--v', action=argparse.BooleanOptionalAction)\nargs ="), "--no-v", []),
        (PLAIN.replace("args =", "parser.add_argument('rest', nargs='...')\nargs ="), "--quailty 3", []),
        (PLAIN.replace("args =", "parser.add_argument('--on', **given)\nargs ="), "--quailty 3", []),
        (CLICK.format(made="", more=""), "--quailty", ["script|--quailty to a.py"]),
        (CLICK.format(made="", more=""), "--no-quality", []),
        (CLICK.format(made="context_settings=given", more=""), "--quailty", []),
        (CLICK.format(made="", more="@shared\n"), "--quailty", []),
        (CLICK.format(made="", more="").replace("command", "group"), "--quailty", []),
    ],
)  # fmt: skip
def test_options_that_a_wholly_seen_command_line_does_not_take(program: str, given: str, told: list[str]) -> None:
    files = {"run.sh": f"python a.py {given}\n", "a.py": program, "base.py": "parser = 1\n"}
    assert [finding.entity for finding in found(files, "PIP010")] == told


def test_the_option_that_was_meant_is_named() -> None:
    (finding,) = found({"run.sh": "python a.py --quailty 3\n", "a.py": PLAIN}, "PIP010")
    assert finding.remedy == "write --quality"
    (finding,) = found({"run.sh": "python a.py --size 3\n", "a.py": PLAIN}, "PIP010")
    assert finding.remedy == "take the option out, or declare it"


# --- lists of packages ---

SK = PD + "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"
IN_TEMPLATE = """[project]
name = "{{ cookiecutter.name }}"
dependencies = [
  "pandas>=2",  # tables
{% if cookiecutter.models == 'yes' %}
  "scikit-learn>=1.3",
{% endif %}
]

[tool.poetry.dependencies]
python = "^3.11"
{% if cookiecutter.track -%}
xgboost = {extras = ["{{cookiecutter.extra}}"], version = "^2.0"}
{%- endif %}
lightgbm = "*"
"""


def test_what_a_template_of_a_manifest_asks_for_is_read_line_by_line() -> None:
    template = {"{{ cookiecutter.name }}/pyproject.toml": IN_TEMPLATE}
    program = {"{{ cookiecutter.name }}/a.py": SK + "import xgboost, lightgbm\n"}
    assert not found({**template, **program}, "REP003")
    poorer = {path: text.replace("lightgbm", "scipy") for path, text in template.items()}
    assert [finding.entity for finding in found({**poorer, **program}, "REP003")] == ["lightgbm"]
    broken = {
        "pyproject.toml": IN_TEMPLATE.replace("{", "").replace("}", "").replace("%", ""),
        "a.py": SK + "import torch\n",
    }
    assert found(broken, "REP003")  # no template: what it holds is not known


MODULES = {
    "requirements.txt": "pandas\n",
    "pkg/one.py": "import xgboost\nimport lightgbm\nimport catboost\n\n\ndef fit_one(x):\n    return xgboost.train({}, x), lightgbm, catboost\n",
    "pkg/two.py": "from pkg.one import fit_one\n\n\ndef fit_two(x):\n    return fit_one(x)\n",
    "run.py": PD + "print(pd.read_csv('d.csv'))\n",
}


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({}, "medium"),
        ({"run.py": PD + "from pkg.two import fit_two\nprint(fit_two(pd.read_csv('d.csv')))\n"}, "high"),
        ({"tests/test_a.py": "from pkg.two import fit_two\n\n\ndef test_a():\n    assert fit_two(1)\n"}, "high"),
        ({"conf.yaml": "make: pkg.two.fit_two\n"}, "high"),
        ({"run.sh": "python pkg/two.py\n"}, "high"),
        ({"pkg/two.py": "from pkg.one import fit_one\n\nfit_one(1)\n"}, "high"),
    ],
)
def test_modules_that_only_import_one_another_need_nothing_yet(more: dict[str, str], severity: str) -> None:
    assert severities({**MODULES, **more}, "REP003") == [severity]


def test_what_is_cloned_and_installed_from_its_folder_is_asked_for() -> None:
    files = {"requirements.txt": "pandas\n", "a.py": PD + "import xgboost\n"}
    clone = "git clone https://example.org/acme/xgboost.git\ncd xgboost\npip install {}\n"
    assert not found({**files, "setup.sh": clone.format("./")}, "REP003")
    assert found({**files, "setup.sh": clone.format("wheel")}, "REP003")


def test_where_no_file_lists_packages_it_says_so() -> None:
    files = {
        "a.py": SK + "import torch, xgboost, lightgbm, catboost\n",
        "README.md": "# A\n\nSee `pip install pandas scikit-learn`.\n",
    }
    (finding,) = found(files, "REP003")
    assert finding.message.endswith("no file lists what to install")
    (finding,) = found({**files, "requirements.txt": "pandas\nscikit-learn\n"}, "REP003")
    assert finding.message.endswith("no environment asks for them")


def test_what_a_list_has_commented_out_is_known_to_be_needed_by_some() -> None:
    files = {"a.py": PD + "import xgboost\nprint(xgboost)\n", "requirements.txt": "pandas\n"}
    assert severities(files, "REP003") == ["medium"]
    off = "pandas\n# on Linux:\n# xgboost==2.0.3\n"
    assert severities({**files, "requirements.txt": off}, "REP003") == ["low"]
    assert severities({**files, "requirements.txt": "pandas\n# xgboost is nice\n"}, "REP003") == ["medium"]


def test_a_folder_that_whoever_runs_it_puts_on_the_path_brings_what_follows() -> None:
    code = PD + "import sys\nsys.path.append('{}')\nimport xgboost\n"
    listed = {"requirements.txt": "pandas\n"}
    assert not found({**listed, "a.py": code.format("brought_deps")}, "REP003")
    assert found({**listed, "a.py": code.format("src"), "src/b.py": "A = 1\n"}, "REP003")
    assert found({**listed, "a.py": code.format("..")}, "REP003")
    assert found(
        {**listed, "a.py": code.format("brought_deps").replace("import xgboost", "\n\n\n\nimport xgboost")}, "REP003"
    )


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("pandas\ncv2\nPIL\n", ["misnamed|requirements.txt"]),
        ("pandas\nsklearn\n", ["misnamed|requirements.txt"]),
        ("pandas\nsklearn==0.0.post1\n", ["misnamed|requirements.txt"]),
        ("pandas\nsklearn>=0.0\n", ["misnamed|requirements.txt"]),
        ("pandas\nsklearn==0.0\n", []),
        ("pandas\nopencv-python\nscikit-learn\n", []),
        ("--index-url https://example.org/simple\npandas\ncv2\n", []),
        ("pandas\ngit+https://example.org/acme/cv2\n", []),
        ("pandas\nbs4\n", []),
    ],
)
def test_a_list_that_asks_for_the_name_of_an_import_cannot_be_installed(listed: str, told: list[str]) -> None:
    findings = found({"requirements.txt": listed, "a.py": PD + "print(pd.read_csv('d.csv'))\n"}, "REP003")
    assert [finding.entity for finding in findings] == told


@pytest.mark.parametrize(
    ("listed", "remedy"),
    [
        ("pandas\npkg_resources==0.0.0\n", "delete pkg_resources, which is no package"),
        ("pandas\npkg_resources\n", "ask for setuptools"),
        ("pandas\nsklearn\n", "ask for scikit-learn"),
        ("pandas\nscikit-learn==1.5.0\nsklearn\n", "delete sklearn, since scikit-learn is asked for as well"),
        ("pandas\ncv2\njson\n", "ask for opencv-python, and delete json, which Python brings"),
    ],
)
def test_a_line_that_needs_nothing_instead_is_to_be_deleted(listed: str, remedy: str) -> None:
    (told,) = found({"requirements.txt": listed, "a.py": PD + "print(pd.read_csv('d.csv'))\n"}, "REP003")
    assert told.remedy.startswith(remedy)
    assert ("standard library" in told.message) is ("Python brings" in remedy)


@pytest.mark.parametrize(
    ("statuses", "contents", "told"), [("MMMMM", "abcde", True), ("MMMMM", "aaabb", False), ("MMMMD", "abcd0", False)]
)
def test_a_file_in_git_is_counted_by_its_contents(statuses: str, contents: str, told: bool) -> None:
    changes = zip(statuses, contents, strict=True)
    commits = tuple(Commit(c, n, 0, "x", (Change("d.csv", s, c * 40),)) for n, (s, c) in enumerate(changes))
    tree = graphs(
        {"d.csv": "", "a.py": "x = 1\n"}, {"d.csv": 2_000_000}, archetypes="R", history=History("full", commits)
    )
    assert bool(judge(tree.components, [RULES["DAT003"]]).findings) is told


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("flows_deprecated", False),
        ("obsolete-2021", False),
        ("deprecated", False),
        ("flows", True),
        ("deprecation", True),
    ],
)
def test_code_in_a_folder_that_says_it_is_out_of_use_is_no_product(folder: str, told: bool) -> None:
    assert places.is_product(f"{folder}/run.py") is told


@pytest.mark.parametrize(
    ("path", "more", "severity"),
    [
        ("fit.py", {}, "medium"),
        ("legacy/fit.py", {}, "low"),
        ("legacy/fit.py", {"run.sh": "python legacy/fit.py\n"}, "medium"),
    ],
)
def test_what_is_left_in_a_folder_of_what_is_not_run_weighs_less(
    path: str, more: dict[str, str], severity: str
) -> None:
    code = (
        PD
        + "from sklearn.ensemble import RandomForestRegressor as R\nf = pd.read_csv('d.csv')\nR().fit(f[['a']], f['y'])\n"
    )
    (told,) = found({path: code, **more}, "REP001")
    assert told.severity.value == severity


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"requirements.txt": "pandas\nscikit-learn-0.20.0\n"}, ["refused|requirements.txt"]),
        ({"requirements.txt": "pandas\nscikit-learn-1.0rc2\n"}, ["refused|requirements.txt"]),
        ({"requirements.txt": "pandas==2.0.0\nscipy==1.11.0\nscikit-learn=1.3.0\n"}, ["refused|requirements.txt"]),
        ({"requirements.txt": "pandas\nscipy++>=0.1\n"}, ["refused|requirements.txt"]),
        ({"requirements.txt": "pandas==2.0.0\nscikit-learn==0.20.0\nbase-64-x\nsoap-1\n"}, []),
        ({"requirements.txt": "pandas=2.0.0\nscipy=1.11.0\nscikit-learn==1.3.0\n"}, []),
        ({"requirements.txt": "pandas\nscikit-learn-0.20.0-py3-none-any.whl\n./scikit-learn-0.20.0\n"}, []),
        ({"requirements.txt": "pandas\n{% if x %}\nscipy\n"}, []),
        ({"requirements.txt": "pandas==2.0.0\nscipy==1.11.0\nscikit-learn=1.3.0\n", "README.md": "# X\n\n`conda create --name x --file requirements.txt`\n"}, []),
        ({"requirements.txt": "pandas==2.0.0\nscipy==1.11.0\nscikit-learn=1.3.0\n", "Makefile": "env:\n\tmamba install --file requirements.txt\n"}, []),
    ],
)  # fmt: skip
def test_a_line_that_pip_refuses_stops_the_installation(more: dict[str, str], told: list[str]) -> None:
    findings = found({**more, "a.py": PD + "print(pd.read_csv('d.csv'))\n"}, "REP003")
    assert [finding.entity for finding in findings] == told


def test_a_line_that_pip_refuses_weighs_less_where_only_those_install_it_who_work_on_the_code() -> None:
    files = {"requirements.txt": "pandas\n", "a.py": PD}
    assert severities({**files, "requirements-dev.txt": "pytest\npdb++\n"}, "REP003") == ["medium"]
    assert severities({**files, "requirements-gpu.txt": "torch\npdb++\n"}, "REP003") == ["high"]


def test_the_package_that_was_meant_is_named() -> None:
    (finding,) = found({"requirements.txt": "pandas\ncv2\nPIL\n", "a.py": PD}, "REP003")
    assert (finding.place.line, finding.remedy) == (2, "ask for opencv-python, pillow")


# --- how data are kept, and who makes them ---

REMOTELESS = {
    ".dvc/config": "[core]\n    analytics = false\n",
    "data/x.csv.dvc": POINTER.format("x.csv"),
    "run/fit.py": PD + "f = pd.read_csv('data/x.csv')\n" + FIT,
}


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({}, "high"),
        ({"README.md": "# A\n\nThe dataset is [here](https://kaggle.com/datasets/acme/prices).\n"}, "medium"),
        ({"README.md": "# A\n\nMy talks are [here](https://kaggle.com/datasets/acme/prices).\n"}, "high"),
        ({"README.md": "# A\n\nThe dataset is described [here](https://example.org/prices).\n"}, "high"),
    ],
)
def test_a_document_that_links_to_the_data_stands_in_for_a_remote(more: dict[str, str], severity: str) -> None:
    assert severities({**REMOTELESS, **more}, "DAT004") == [severity]


MOVED = PD + "f = pd.read_csv('raw.csv')\nf.to_csv('data/{}.csv')\n" + FIT


@pytest.mark.parametrize(
    ("more", "pinned", "severity"),
    [
        ({"a.py": PD + "f = pd.read_csv('data/x.csv')\n" + FIT}, "data/x.csv", "medium"),
        ({"a.py": MOVED.format("x")}, "data/x.csv", "high"),
        ({"a.py": MOVED.format("y")}, "data/x.csv", "medium"),
        ({"a.py": MOVED.format("y")}, "data", "high"),
        ({"a.py": PD + FIT, "new.sh": "dvc add data/x.csv\n"}, "data/x.csv", "high"),
        ({"a.py": PD + FIT, "dvc.yaml": "stages:\n  a: {cmd: python a.py, outs: [data]}\n"}, "data", "high"),
    ],
)
def test_a_store_of_one_machine_may_hold_alone_what_is_made_here(
    more: dict[str, str], pinned: str, severity: str
) -> None:
    remote = "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://x\n    endpointurl = http://127.0.0.1:9000\n"
    readme = "# A\n\nThe dataset is [here](https://kaggle.com/datasets/acme/prices).\n"
    files = {".dvc/config": remote, f"{pinned}.dvc": POINTER.format(pinned.rpartition("/")[2]), **more}
    assert severities({**files, "README.md": readme}, "DAT004")[:1] == [severity]
    assert severities({**files, "README.md": readme.replace("The dataset is", "My talks are")}, "DAT004")[:1] == [
        "high"
    ]


def test_what_lies_in_a_folder_for_practice_makes_nothing_that_is_used() -> None:
    practice = {path.replace("run/", "practice/"): text for path, text in REMOTELESS.items()}
    assert severities(practice, "DAT004") == ["medium"]
    assert severities({**practice, **REMOTELESS}, "DAT004") == ["high"]


def test_another_form_of_the_same_data_is_no_rival() -> None:
    both = PD + "f = pd.read_csv('raw.csv')\nf.to_parquet('out/x.parquet')\nf.to_csv('out/x.csv')\n"
    turn = PD + "pd.read_parquet('out/{}.parquet').to_csv('out/x.csv')\n"
    run = {"raw.csv": "a\n1\n", "Makefile": "all:\n\tpython both.py\n\tpython turn.py\n"}
    assert not found({**run, "both.py": both, "turn.py": turn.format("x")}, "PIP005")
    assert found({**run, "both.py": both, "turn.py": turn.format("y")}, "PIP005")
    only = both.replace("f.to_parquet('out/x.parquet')\n", "")
    third = {"third.py": PD + "pd.read_csv('raw.csv').to_parquet('out/x.parquet')\n"}
    assert found({**run, **third, "both.py": only, "turn.py": turn.format("x")}, "PIP005")


HOME = "data: /home/maryanne/shop/prices/x.csv\n"


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({"conf/run.yaml": HOME}, ["medium"]),
        ({"conf/run.example.yaml": HOME}, []),
        ({"conf/.env.example": "DATA=/home/maryanne/shop/prices/x.csv\n"}, []),
        ({"conf/run_marymac.yaml": HOME, "conf/run_server.yaml": "data: /srv/x.csv\n"}, ["low"]),
        ({"conf/run_marymac.yaml": HOME, "conf/run_prices.yaml": "data: /srv/x.csv\n"}, ["medium"]),
        ({"conf/run_marymac.yaml": HOME, "other/run_server.yaml": "data: /srv/x.csv\n"}, ["medium"]),
    ],
)
def test_settings_of_one_machine_beside_those_of_others(files: dict[str, str], severity: list[str]) -> None:
    assert severities({**files, "a.py": "print(1)\n"}, "DAT005") == severity


def test_what_one_command_of_a_loop_starts_is_no_chain_unless_it_hands_something_on() -> None:
    loop = "for one in a b c; do\n  python $one/fit.py\ndone\n"
    apart = {f"{name}/fit.py": PD + f"f = pd.read_csv('d.csv')\nf.to_csv('{name}.csv')\n" for name in "abc"}
    chain = {**apart, "b/fit.py": PD + "f = pd.read_csv('a.csv')\nf.to_csv('b.csv')\n"}
    lines = "python a/fit.py\npython b/fit.py\npython c/fit.py\n"
    assert not found({**apart, "run.sh": loop}, "GLU004")
    assert found({**chain, "run.sh": loop}, "GLU004")
    assert found({**chain, "run.sh": lines}, "GLU004")


def test_a_component_in_a_container_of_its_own_must_fetch_and_store() -> None:
    body = "def train(path: str):\n    import joblib\n    import pandas as pd\n    from sklearn.linear_model import Ridge\n    f = pd.read_csv(path)\n    m = Ridge().fit(f[['a']], f['y'])\n    joblib.dump(m, 'm.pkl')\n"
    flow = "\n\n@dsl.pipeline(name='p')\ndef flow():\n    train(path='gs://x/a.csv')\n"
    plain = {f"{n}.py": body + "\n\ntrain('d.csv')\n" for n in "abcde"}
    apart = {f"{n}.py": "from kfp import dsl\n\n\n@dsl.component\n" + body + flow for n in "abcde"}
    assert len(found(plain, "GLU001")) == 5
    assert len(found({**plain, **{f"k{path}": text for path, text in apart.items()}}, "GLU001")) == 5
    assert not found(apart, "GLU001")


@pytest.mark.parametrize(
    ("name", "more", "severity"),
    [
        ("requirements.txt", {}, ["medium"]),
        ("notebook_requirements.txt", {}, ["low"]),
        ("notebook_requirements.txt", {"Makefile": "all:\n\tpip install -r notebook_requirements.txt\n"}, ["medium"]),
    ],
)
def test_a_list_that_nothing_mentions_is_installed_by_nobody(
    name: str, more: dict[str, str], severity: list[str]
) -> None:
    files = {f"sub/{name}": "pandas\nscikit-learn\nnumpy\n", "a.py": SK, **more}
    assert severities(files, "REP002") == severity


JOBS = """on: push
jobs:
  fit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python fit.py
      - uses: actions/upload-artifact@v4
        with: {{name: made, path: out/figures.csv}}
  ship:
    runs-on: ubuntu-latest
    {needs}
    steps:
      - uses: actions/checkout@v4
      - {fetch}
      - run: python ship.py
"""


@pytest.mark.parametrize(
    ("needs", "fetch", "told"),
    [
        ("needs: fit", "uses: actions/download-artifact@v4", False),
        ("needs: fit", "run: echo nothing", True),
        ("timeout-minutes: 5", "uses: actions/download-artifact@v4", True),
    ],
)
def test_what_one_job_stores_for_a_later_one_is_declared_by_both(needs: str, fetch: str, told: bool) -> None:
    fit = PD + "f = pd.read_csv('raw.csv')\nf.to_csv('out/figures.csv')\n"
    ship = PD + "f = pd.read_csv('out/figures.csv')\nf.to_csv('out/shipped.csv')\n"
    files = {"fit.py": fit, "ship.py": ship, "raw.csv": "a\n1\n"}
    jobs = {".github/workflows/a.yml": JOBS.format(needs=needs, fetch=fetch)}
    assert found(files, "PIP001")
    assert bool(found({**files, **jobs}, "PIP001")) is told


def test_what_an_image_installs_from_a_list_does_not_bring_the_list() -> None:
    image = {"api/Dockerfile": "FROM python:3.12\nCOPY ./requirements.txt /api/requirements.txt\nRUN pip install -r requirements.txt\n", "api/a.py": "print(1)\n"}  # fmt: skip
    assert found(image, "PIP010")
    assert not found({**image, "requirements.txt": "pandas==2.2.0\n"}, "PIP010")
    assert not found({**image, "Makefile": "requirements.txt:\n\tpip freeze > requirements.txt\n"}, "PIP010")


def test_rows_are_lost_to_a_conversion_only_where_its_column_is_asked_for() -> None:
    turned = PD + "f = pd.read_csv('raw.csv')\nfor c in ['a', 'y']:\n    f[c] = pd.to_numeric(f[c], errors='coerce')\n"
    for subset, told in (("", 1), ("subset=['a', 'id']", 1), ("subset='y'", 1), ("subset=['id', 'day']", 0)):
        assert len(found({"fit.py": turned + f"f = f.dropna({subset})\n" + FIT}, "DAT011")) == told


def test_a_network_of_a_hub_of_code_is_no_data() -> None:
    load = "import torch\nnet = torch.hub.load('{}', 'resnet18')\n"
    train = "opt = torch.optim.SGD(net.parameters(), lr=0.1)\nx = torch.load('x.pt')\nfor row in x:\n    net(row).sum().backward()\n    opt.step()\n"
    for name, asset in (("acme/nets:v0.10.0", 0), ("acme/nets", 1)):
        files = {"fit.py": load.format(name) + train}
        assert not [each for each in found(files, "DAT001") if "acme" in each.message]
        assert len(found(files, "REP009")) == asset


def test_the_files_of_one_folder_that_one_training_reads_are_told_once() -> None:
    read = "import pandas as pd\n\n\ndef rows():\n    return pd.read_csv('{}')\n"
    fit = "import a\nimport b\nfrom sklearn.linear_model import Ridge\nRidge().fit(a.rows()[['a']], b.rows()['y'])\n"

    def told(one: str, other: str) -> int:
        files = {"a.py": read.format(one), "b.py": read.format(other), "fit.py": fit}
        return len(found(files, "DAT001"))

    assert told("data/x.csv", "data/y.csv") == 1
    assert told("data/x.csv", "more/y.csv") == 2


@pytest.mark.parametrize(
    ("used", "left"),
    [
        ("", True),
        ("g.head()\n", True),
        ("print(len(g))\n", True),
        ("unheard_of.keep(g)\n", False),
        ("g.head(unheard_of.keep(g))\n", False),
        ("def rows():\n    return unheard_of.keep(g)\n", False),
        ("def rows(h):\n    return unheard_of.keep(h)\n", True),
    ],
)
def test_a_table_that_is_read_and_left_trains_nothing(used: str, left: bool) -> None:
    begin = PD + "import unheard_of\ng = pd.read_csv('raw/other.csv')[['a']].set_index('a')\n"
    end = "with open('made/x.csv', 'w') as out:\n    unheard_of.dump(out)\n"
    files = {"fit.py": PD + "f = pd.read_csv('made/x.csv')\n" + FIT, "make.py": begin + used + end}
    assert bool(found(files, "DAT001")) is not left
    others = {"make.py": begin + used, "others.py": f"import make\nimport unheard_of\n{end}"}
    assert found({**files, **others}, "DAT001")


def test_the_folder_of_a_set_that_a_library_brings_needs_no_page() -> None:
    text = "import torch\nimport torchvision\nset_ = torchvision.datasets.{}('kept')\nnet = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nfor x, y in set_:\n    net(x).sum().backward()\n    opt.step()\n"
    assert not found({"fit.py": text.format("CIFAR10")}, "DAT009")
    assert found({"fit.py": text.format("ImageFolder")}, "DAT009")
