"""What is installed, pinned, imported and left open; what runs leave behind."""

from __future__ import annotations

import json

import pytest

from auditor.graph import ArtefactGraph
from tests.pages import graphs

APP = "import pandas\n"
FIT = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\nRidge().fit(f[['a']], f['b'])\n"


def component(files: dict[str, str]) -> ArtefactGraph:
    return graphs(files).components[0]


def notebook(*cells: tuple[int | None, str]) -> str:
    made: list[dict[str, object]] = [
        {"cell_type": "code", "id": str(n), "metadata": {}, "execution_count": count, "outputs": [], "source": source}
        for n, (count, source) in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


@pytest.mark.parametrize(
    ("files", "loose"),
    [
        pytest.param({"requirements.txt": "pandas\nnumpy==1.26.4\n"}, ["pandas"], id="one name without a version"),
        pytest.param({"requirements.txt": "pandas\n-c limits.txt\n", "limits.txt": ""}, ["pandas"], id="constraints that say nothing"),
        pytest.param({"requirements.txt": "pandas\n-c constraints.txt\n", "constraints.txt": "pandas==2.2.1\n"}, [], id="held by constraints"),
        pytest.param({"requirements.txt": "pandas\npytest\nruff\n", "requirements-dev.txt": "black\n"}, ["pandas"], id="tools do not count"),
        pytest.param(
            {"setup.py": "from setuptools import setup\nsetup(name='x', install_requires=['pandas>=1'])\n", "requirements.txt": "pandas==2.2.1\n"},
            [],
            id="a package definition beside a list",
        ),
        pytest.param(
            {
                "airflow/packages-requirements.txt": "pandas\n",
                "airflow/Dockerfile": "FROM python:3.12\nCOPY packages-requirements.txt /tmp/all-requirements.txt\n"
                "RUN pip install -r /tmp/all-requirements.txt --constraint https://example.org/c.txt\n",
            },
            [],
            id="an image that installs it under constraints",
        ),
        pytest.param({"ansible/requirements.txt": "ansible>=6\n"}, [], id="made for something else than the programs"),
    ],
)  # fmt: skip
def test_what_is_left_open(files: dict[str, str], loose: list[str]) -> None:
    found = component({**files, "train.py": APP}).pinnings
    assert [asked.requirement.name for pinning in found for asked in pinning.loose] == loose


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        pytest.param({"a.py": "import xgboost\n"}, ["xgboost"], id="nothing asks for it"),
        pytest.param({"a.py": "def f():\n    import xgboost\n"}, ["xgboost"], id="within a function"),
        pytest.param(
            {"a.py": "try:\n    import xgboost\nexcept ImportError:\n    pass\n"}, [], id="only if it is there"
        ),
        pytest.param({"a.py": "import xgboost\n", "xgboost/x.py": ""}, [], id="a folder of that name"),
        pytest.param(
            {"a.py": "import xgboost\nstep(packages_to_install=['xgboost'])\n"}, [], id="listed for a remote step"
        ),
        pytest.param(
            {"a.py": "import xgboost\n", "Makefile": "setup:\n\tzenml integration install xgboost\n"},
            [],
            id="installed by another tool",
        ),
        pytest.param({"a.py": "import numpy\n"}, [], id="brought by pandas"),
        pytest.param(
            {"job.py": "import awsglue\n", "a.py": "import boto3\n"}, [], id="provided by the platform of the jobs"
        ),
        pytest.param({"tests/test_a.py": "import xgboost\n"}, [], id="in tests"),
        pytest.param({"a.py": "import something_of_ours\n"}, [], id="a name that nobody knows"),
    ],
)
def test_what_nothing_asks_for(files: dict[str, str], missing: list[str]) -> None:
    found = component({**files, "requirements.txt": "pandas==2.2.1\n", "b.py": APP}).imports
    assert [each.imported for each in found.undeclared] == missing


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        ("pandas==2.2.1", "pandas==1.5.3", True),
        ("pandas==2.2.1", "pandas<2", True),
        ("pandas==2.2.1", "pandas>=2", False),
        ("pandas==2.2.1", "pandas", False),
        ("pandas>=1", "pandas>=2", False),
    ],
)
def test_versions_that_exclude_each_other(one: str, other: str, *, conflict: bool) -> None:
    graph = component({"requirements.txt": one + "\n", "serve-requirements.txt": other + "\n", "a.py": APP})
    assert bool(graph.conflicts()) is conflict


def test_a_caret_of_poetry_keeps_the_leading_number() -> None:
    poetry = '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npandas = "^2.0"\n'
    assert not component({"a/requirements.txt": "pandas==2.2.1\n", "b/pyproject.toml": poetry, "a.py": APP}).conflicts()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        pytest.param([(1, "a = 1\n"), (2, "print(a)\n")], "", id="in order"),
        pytest.param([(3, "a = 1\n"), (8, "print(a)\n")], "", id="with gaps"),
        pytest.param([(None, "a = 1\n"), (None, "print(b)\n")], "", id="without counts"),
        pytest.param([(5, "a = 1\n"), (2, "print(a)\n")], "order", id="run from below"),
        pytest.param([(1, "a = 1\n"), (2, "print(b)\n")], "undefined", id="a name that no cell binds"),
        pytest.param([(1, "print(a)\n"), (2, "a = 1\n")], "later", id="a name of a later cell"),
        pytest.param([(1, "f = lambda: a\n"), (2, "a = f\n")], "", id="a body that runs later"),
        pytest.param([(1, "%run setup.ipynb\n"), (2, "print(b)\n")], "", id="another notebook may bind it"),
        pytest.param([(1, "if False:\n    print(b)\n")], "", id="a branch that may not run"),
    ],
)
def test_the_saved_state_of_a_notebook(cells: list[tuple[int | None, str]], kind: str) -> None:
    found = component({"n.ipynb": notebook(*cells)}).notebooks()
    assert [hidden.kind for hidden in found.hidden] == ([kind] if kind else [])
    assert found.total == 1


@pytest.mark.parametrize(
    ("call", "unpinned"),
    [
        pytest.param("AutoModel.from_pretrained('acme/base')", True, id="by name"),
        pytest.param("AutoModel.from_pretrained('acme/base', revision='main')", True, id="from a branch"),
        pytest.param("AutoModel.from_pretrained('acme/base', revision=None)", True, id="None"),
        pytest.param("AutoModel.from_pretrained('acme/base', revision='4f2a9c1')", False, id="a commit"),
        pytest.param("AutoModel.from_pretrained('acme/base', **options)", False, id="options that are not known"),
        pytest.param("AutoModel.from_pretrained('./models/base')", False, id="a folder"),
        pytest.param("AutoModel.from_pretrained(name)", False, id="a name that is not known"),
        pytest.param("torch.hub.load('acme/vision', 'net')", True, id="a repository of a hub"),
        pytest.param("torch.hub.load('acme/vision:v0.1', 'net')", False, id="a tag of it"),
    ],
)
def test_assets_of_a_hub(call: str, *, unpinned: bool) -> None:
    found = component({"serve.py": f"import torch\nfrom transformers import AutoModel\nmodel = {call}\n"}).assets()
    assert bool(found.unpinned) is unpinned


def test_a_library_may_fetch_within_functions_what_few_need() -> None:
    source = "import pandas\n\n\ndef plot():\n    import xgboost\n"
    files = {"requirements.txt": "pandas==2.2.1\n", "pkg/__init__.py": source}
    assert not graphs(files, archetypes="L").components[0].imports.undeclared
    assert component(files).imports.undeclared


def test_what_a_library_shows_is_not_what_it_ships() -> None:
    load = "from transformers import AutoModel\nAutoModel.from_pretrained('acme/base')\n"
    files = {"pkg/__init__.py": "", "pkg/judge.py": load, "notebooks/show.py": load.replace("base", "shown")}
    graph = graphs(files, archetypes="L").components[0]
    assert [asset.name for asset in graph.assets().unpinned] == ["acme/base"]
    assert len(component(files).assets().unpinned) == 2


@pytest.mark.parametrize(
    ("source", "held"),
    [
        pytest.param(FIT, set(), id="nothing"),
        pytest.param(
            FIT + "import joblib\njoblib.dump(Ridge(), 'model.joblib')\n", {"the model"}, id="the model alone"
        ),
        pytest.param(
            "import mlflow\nmlflow.autolog()\n" + FIT,
            {"parameters", "metrics", "the model", "the version of code and data"},
            id="a tracker that logs by itself",
        ),
        pytest.param(
            FIT + "import json\njson.dump({}, open('metrics.json', 'w'))\n", {"metrics"}, id="a file of metrics"
        ),
    ],
)
def test_what_a_run_leaves_behind(source: str, held: set[str]) -> None:
    (record,) = component({"train.py": source}).records()
    assert record.held == held


def test_what_starts_the_training() -> None:
    assert component({"fit.py": FIT}).entry_points().unnamed
    assert component({"fit.py": FIT, "Makefile": "train:\n\tpython fit.py\n"}).entry_points().named == ("fit.py",)
    assert component({"fit.py": FIT, "README.md": "# A\n\nRun fit.py.\n"}).entry_points().named == ("fit.py",)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("conf/job.yaml", "entry: jobs/fit.py\n"),
        ("run.sh", "nohup launcher --file jobs/fit.py\n"),
        ("pyproject.toml", '[project]\nname = "shop"\n[project.scripts]\nfit = "jobs.fit:main"\n'),
    ],
)
def test_a_setting_a_word_of_a_command_and_an_installed_command_name_a_program(path: str, text: str) -> None:
    files = {"jobs/fit.py": FIT, "jobs/__init__.py": ""}
    assert component({**files, path: text}).entry_points().named == ("jobs/fit.py",)
    assert component({**files, path: text.replace("fit", "tell")}).entry_points().named == ()


def test_training_that_a_pipeline_in_code_imports_is_started_by_it() -> None:
    flow = "from prefect import flow\nfrom fit import train\n\n\n@flow\ndef run():\n    train()\n\n\nif __name__ == '__main__':\n    run()\n"
    fit = "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef train():\n    f = pd.read_csv('d.csv')\n    Ridge().fit(f[['a']], f['b'])\n\n\nif __name__ == '__main__':\n    train()\n"
    assert not component({"flow.py": flow, "fit.py": fit}).entry_points().unnamed
    assert component({"fit.py": fit}).entry_points().unnamed
