"""Which parts a repository has, and what kind of thing each one is."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from auditor.graph import ArtefactGraph, Graphs
from auditor.graph.parts.components import MOST, component_roots, owner_of
from auditor.model.changes import History
from auditor.model.settings import Settings
from tests.pages import graphs

PACKAGE = (
    '[project]\nname = "x"\nversion = "1"\nclassifiers = ["a", "b", "c"]\n[build-system]\nrequires = ["hatchling"]\n'
)


def roots(files: dict[str, str], parts: dict[str, str] | None = None) -> list[str]:
    world = graphs(files).world
    return list(component_roots(world.files, parts or {}))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, [""], id="empty"),
        pytest.param({"a.py": ""}, [""], id="one"),
        pytest.param({"a.py": "", "setup.py": ""}, [""], id="a build at the root"),
        pytest.param({"a.py": "", "lib/setup.py": "", "lib/x.py": ""}, ["", "lib"], id="a package below"),
        pytest.param({"lib/setup.py": "", "lib/x.py": ""}, ["lib"], id="nothing but a package below"),
        pytest.param(
            {"one/dvc.yaml": "stages: {}", "one/a.py": "", "two/pyproject.toml": PACKAGE, "two/b.py": ""},
            ["one", "two"],
            id="two",
        ),
        pytest.param({"a.py": "", "conf/dvc.yaml": "stages: {}"}, [""], id="a pipeline without Python of its own"),
        pytest.param({"a.py": "", "tests/setup.py": "", "tests/b.py": ""}, [""], id="tests are part of what they test"),
        pytest.param({"a.py": "", "examples/x/setup.py": "", "examples/x/b.py": ""}, [""], id="examples too"),
        pytest.param({f"p{n}/setup.py": "" for n in range(MOST + 1)}, [""], id="siblings of one collection"),
    ],
)
def test_components(files: dict[str, str], expected: list[str]) -> None:
    assert roots(files) == expected


def test_a_folder_can_be_named_a_component() -> None:
    assert roots({"a.py": "", "svc/b.py": ""}, {"svc/": "S"}) == ["", "svc"]


@pytest.mark.parametrize(
    ("path", "owner"), [("a/b/c.py", "a/b"), ("a/x.py", "a"), ("ab/x.py", ""), ("x.py", ""), ("a/b", "a/b")]
)
def test_the_deepest_root_owns(path: str, owner: str) -> None:
    assert owner_of(path, ["", "a", "a/b"]) == owner


def notebook(lines: int) -> str:
    cell = {"cell_type": "code", "source": [f"x{n} = {n}\n" for n in range(lines)], "metadata": {}, "outputs": []}
    return json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def component(files: dict[str, str], name: str = "churn") -> ArtefactGraph:
    """The only component of a tree of that name."""
    world = graphs(files).world
    listing = replace(world.listing, target=replace(world.listing.target, name=name))
    (found,) = Graphs(world.resolved, listing, Settings(), lambda: History("none")).components
    return found


CODE = "def f(x):\n    y = x + 1\n    return y\n"
FIT = "from sklearn.linear_model import Ridge\nRidge().fit(X, y)\n"
TORCH = "import argparse\nimport torch\np = argparse.ArgumentParser()\np.add_argument('--lr')\n"
SERVICE = "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nm = joblib.load('m.joblib')\n@app.post('/p')\ndef p(x):\n    return m.predict(x)\n"
DVC = "stages:\n  a: {cmd: python a.py, outs: [x.csv]}\n  b: {cmd: python b.py, deps: [x.csv]}\n"
PUBLISH = "on: push\njobs:\n  p:\n    runs-on: x\n    steps:\n      - uses: pypa/gh-action-pypi-publish@v1\n"
PD = "import pandas as pd\n"
SETUP_ONLY = "from setuptools import setup\nsetup(name='churn', version='1')\n"
STUDY = (
    PD
    + "from sklearn.linear_model import Ridge\nfrom sklearn.metrics import r2_score\n"
    + "from sklearn.model_selection import train_test_split\n"
    + "def study(path):\n    d = pd.read_csv(path)\n    a, b, c, e = train_test_split(d[['x']], d['y'])\n"
    + "    return r2_score(e, Ridge().fit(a, c).predict(b))\n"
)


@pytest.mark.parametrize(
    ("files", "letter"),
    [
        pytest.param(
            {"pyproject.toml": PACKAGE, "src/x/__init__.py": CODE, "tests/test_x.py": CODE, "docs/index.md": "# x", "CHANGELOG.md": "# 1"},
            "L", id="library",
        ),
        pytest.param(
            {"pyproject.toml": PACKAGE, "x/__init__.py": CODE, ".github/workflows/p.yml": PUBLISH, "docs/i.md": "# x"},
            "L", id="library that is published",
        ),
        pytest.param(
            {"train.py": TORCH + FIT, "README.md": "# N\n\nOfficial implementation of our paper https://arxiv.org/abs/1\n"},
            "R", id="paper in one file",
        ),
        pytest.param({"dvc.yaml": DVC, "a.py": CODE, "b.py": FIT}, "P", id="declared pipeline"),
        pytest.param(
            {
                "a.py": PD + "pd.DataFrame().to_csv('data/a.csv')\n",
                "b.py": PD + "pd.read_csv('data/a.csv').to_csv('data/b.csv')\n",
                "c.py": PD + "pd.read_csv('data/b.csv').to_csv('data/c.csv')\n",
                "data/raw.csv": "a\n",
            },
            "P", id="chained through files",
        ),
        pytest.param({"app.py": SERVICE, "Dockerfile": "FROM p\nCMD uvicorn app:app\n"}, "S", id="service"),
        pytest.param({"a.ipynb": notebook(40), "b.ipynb": notebook(40), "c.py": CODE}, "N", id="notebooks"),
        pytest.param(
            {"01-intro/a.py": CODE, "02-next/a.py": CODE, "03-last/a.py": CODE, "README.md": "# A course\n\nThis tutorial has lessons.\n"},
            "T", id="tutorial",
        ),
        pytest.param({"a.py": FIT}, "R", id="trains, and nothing says more"),
        pytest.param({"a.py": CODE}, "L", id="plain code"),
        pytest.param({"setup.py": SETUP_ONLY, "churn/study.py": STUDY}, "R", id="a study that a setup.py stands beside"),
        pytest.param({"setup.py": SETUP_ONLY, "churn/fit.py": FIT}, "L", id="a package with a step of a study"),
        pytest.param(
            {
                "pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n", "src/__init__.py": "", "src/study.py": STUDY, "docs/i.md": "# x",
                "tests/test_x.py": CODE * 9, "run.py": "from src.study import study\nstudy('d.csv')\n",
            },
            "R", id="a study whose package is called src",
        ),
        pytest.param(
            {"setup.py": SETUP_ONLY, "churn/study.py": STUDY, "README.md": "# Churn\n\n`pip install churn`\n"},
            "L", id="a package that others install and that brings a study",
        ),
    ],
)  # fmt: skip
def test_the_strongest_archetype(files: dict[str, str], letter: str) -> None:
    strongest = component(files).archetypes[0]
    assert strongest.letter == letter
    assert strongest.signals


def test_one_of_several_projects_is_no_collection_of_them() -> None:
    files = {f"projects/{name}/{path}": text for name in ("a", "b") for path, text in {"pyproject.toml": PACKAGE, "fit.py": FIT}.items()}  # fmt: skip
    said = {graph.root: [s for a in graph.archetypes for s in a.signals] for graph in graphs(files).components}
    assert set(said) == {"projects/a", "projects/b"}
    assert "projects" not in str(list(said.values()))
    assert component({"fit.py": FIT}, name="ml-projects").confidence("T") > 0


def test_a_tree_without_code_is_of_no_kind() -> None:
    assert component({"src/Main.java": "class Main {}\n", "conf/app.yaml": "port: 1\n"}).archetypes == ()


@pytest.mark.parametrize(
    ("files", "letter"),
    [
        pytest.param({"app.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef i(): return 1\n"}, "S", id="no model"),
        pytest.param({"a.py": CODE, "n.ipynb": notebook(2), "b.py": CODE * 20}, "N", id="one small notebook beside a larger program"),
        pytest.param({"pyproject.toml": PACKAGE, "a.py": CODE, ".github/workflows/p.yml": PUBLISH, "docs/i.md": "", "train.py": FIT}, "P", id="a library that trains"),
    ],
)  # fmt: skip
def test_what_it_is_not(files: dict[str, str], letter: str) -> None:
    assert component(files).confidence(letter) < 0.6


PART = (
    "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\nname: a\ntype: command\n"
    "command: python a.py\n"
)
TASKS = "from invoke import task\n@task\ndef build(c):\n    c.run('make')\n@task\ndef test(c):\n    c.run('pytest')\n"
SETUP = (
    "from setuptools import setup\nsetup(name='churn', version='1',\n"
    "      classifiers=['Topic :: A', 'Topic :: B', 'License :: C'])\n"
)


def signals(files: dict[str, str], name: str = "churn") -> set[str]:
    return {signal for found in component(files, name).archetypes for signal in found.signals}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({"setup.py": SETUP, "churn/a.py": CODE}, "classifiers for an index", id="classifiers of setup.py"),
        pytest.param(
            {"setup.py": SETUP, "pyproject.toml": "[tool.black]\nline-length = 100\n", "churn/a.py": CODE},
            "classifiers for an index",
            id="classifiers of setup.py beside settings of tools",
        ),
        pytest.param(
            {"build_pip.py": SETUP, "churn/a.py": CODE, "README.md": "# Churn\n\n`pip install churn`\n"},
            "README installs churn",
            id="a package that another program builds",
        ),
        pytest.param(
            {"setup.py": SETUP, "churn/a.py": CODE, "README.md": "# Churn\n\n`pip install churn`\n"},
            "README installs churn",
            id="installed under its name",
        ),
        pytest.param({"a.py": CODE, "README.md": "# X\n\nThis tutorial shows how.\n"}, "README calls it so: this tutorial", id="calls itself a tutorial"),
        pytest.param({f"lab{n}.ipynb": notebook(9) for n in range(2)}, "2 notebooks are called lessons or labs", id="labs"),
        pytest.param({"a.py": "import openai\nopenai.chat.completions.create(model='m', messages=[])\n"}, "calls a language model (openai.chat.completions.create)", id="one call of a model"),
    ],
)  # fmt: skip
def test_signals(files: dict[str, str], said: str) -> None:
    assert said in signals(files)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({"m/a.yaml": PART, "m/b.yaml": PART, "x.py": CODE}, "declared stages", id="components for pipelines of others"),
        pytest.param({"examples/dvc.yaml": DVC, "examples/a.py": CODE, "examples/b.py": FIT, "x.py": CODE}, "declared stages", id="stages of examples"),
        pytest.param({"tasks.py": TASKS, "a.py": FIT}, "pipeline code", id="chores of developers are no pipeline"),
        pytest.param({"setup.py": SETUP, "churn/a.py": CODE, "README.md": "# Churn\n\n`pip install numpy`\n"}, "README installs", id="it installs something else"),
        pytest.param({"a.py": CODE, "README.md": "# X\n\nFor example, a price. As an example, another.\n"}, "README says", id="for example"),
        pytest.param({"lib/main.py": CODE, "b.py": "from lib.main import f\n", "c.py": TORCH + FIT}, "started by hand", id="a file of that name that nobody starts"),
    ],
)  # fmt: skip
def test_what_is_no_signal(files: dict[str, str], said: str) -> None:
    assert not [signal for signal in signals(files) if said in signal]


def test_getting_started_alone_makes_no_tutorial() -> None:
    said = {"a.py": CODE, "README.md": "# X\n\n## Getting started\n\nQuickstart: get started here.\n"}
    assert component(said).confidence("T") < 0.3


def test_a_pipeline_that_is_there_to_be_learnt_from_is_a_tutorial() -> None:
    readme = {"README.md": "# A tutorial\n\nThis tutorial is a workshop.\n"}
    lesson = component({"dvc.yaml": DVC, "a.py": CODE, "b.py": FIT, **readme}, "dvc-tutorial")
    assert lesson.archetypes[0].letter == "T"
    assert lesson.confidence("P") < 0.6
    numbered = {"dvc.yaml": DVC, "a.py": CODE, "b.py": FIT, **{f"{n}-step/c.py": CODE for n in range(1, 4)}}
    assert component(numbered, "course").confidence("P") < 0.6


def test_a_course_that_deploys_one_product_is_operated_too() -> None:
    deploy = "on: push\njobs:\n  d:\n    runs-on: x\n    steps:\n      - run: kubectl apply -f k.yaml\n"
    service = {"app.py": SERVICE, "Dockerfile": "FROM p\nCMD uvicorn app:app\n", ".github/workflows/d.yml": deploy}
    taught = {"README.md": "# A tutorial\n\nThis tutorial is a workshop.\n", "dvc.yaml": DVC, "a.py": CODE, "b.py": FIT}
    found = component({**service, **taught}, "mlops-course")
    assert {letter for letter in "PST" if found.confidence(letter) >= 0.6} == {"P", "S", "T"}


def test_examples_beside_a_package_make_it_no_tutorial() -> None:
    parts = {f"examples/e{n}/requirements.txt": "numpy\n" for n in range(6)}
    library = {"pyproject.toml": PACKAGE.replace('"x"', '"churn"'), "x/__init__.py": CODE, "docs/i.md": "# x"}
    assert component({**library, **parts}).confidence("T") < 0.3


def test_calls_of_language_models_from_a_program_make_an_application() -> None:
    source = "import openai\n" + "openai.chat.completions.create(model='m', messages=[])\n" * 5
    assert component({"app.py": source}).archetypes[0].letter == "A"


CHAIN = {
    "load.py": "import pandas as pd\npd.read_csv('raw.csv').dropna().to_csv('clean.csv')\n",
    "train.py": "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nd = pd.read_csv('clean.csv')\n"
    "joblib.dump(Ridge().fit(d[['a']], d['y']), 'm.pkl')\n",
    "report.py": "import joblib\nprint(joblib.load('m.pkl').coef_)\n",
}


@pytest.mark.parametrize(
    ("more", "first"),
    [
        ({}, "L"),
        (CHAIN, "L"),
        ({"app.py": SERVICE}, "L"),
        ({**CHAIN, "app.py": SERVICE}, "S"),
        ({**CHAIN, "app.py": SERVICE, ".github/workflows/p.yml": PUBLISH}, "L"),
    ],
)
def test_what_trains_in_steps_and_answers_too_is_no_library(more: dict[str, str], first: str) -> None:
    package = {"pyproject.toml": PACKAGE, "x/__init__.py": CODE, "docs/i.md": "# x"}
    assert component({**package, **more}, "x").archetypes[0].letter == first


def test_stages_beside_a_published_library_stay_a_pipeline() -> None:
    library = {"pyproject.toml": PACKAGE, "x/__init__.py": CODE, ".github/workflows/p.yml": PUBLISH, "docs/i.md": "# x"}
    found = component({**library, "dvc.yaml": DVC, "a.py": CODE, "b.py": FIT})
    assert found.confidence("L") >= 0.6
    assert found.confidence("P") >= 0.6


def test_a_part_without_a_readme_is_told_by_that_of_the_repository() -> None:
    files = {
        "README.md": "# X\n\nOfficial implementation of our paper https://arxiv.org/abs/1\n",
        "one/setup.py": "",
        "one/train.py": TORCH + FIT,
        "two/setup.py": "",
        "two/a.py": CODE,
    }
    parts = {found.root: found for found in graphs(files).components}
    assert parts["one"].archetypes[0].letter == "R"


@pytest.mark.parametrize(
    ("letters", "sure"), [("P", True), ("L", False), ("PL", True)]
)  # fmt: skip
def test_what_a_component_looks_like(letters: str, sure: bool) -> None:
    assert component({"dvc.yaml": DVC, "a.py": CODE, "b.py": FIT}).looks_like(letters) == sure


def test_a_name_that_teaches_counts() -> None:
    assert component({"a.py": CODE}, "ml-zoomcamp").archetypes[0].letter == "T"


def test_the_configuration_overrides() -> None:
    (found,) = graphs({"a.py": CODE}, archetypes="PS").components
    assert [(a.letter, a.confidence) for a in found.archetypes] == [("P", 1.0), ("S", 1.0)]
    assert found.confidence("SX") == 1.0
    (found,) = graphs({"a.py": CODE}, archetypes="?L").components
    assert [a.letter for a in found.archetypes] == ["L"]


def test_scripts_that_pass_texts_to_each_other_are_no_training_pipeline() -> None:
    texts = "open('{1}.txt', 'w').write(open('{0}.txt').read())\n"
    tables = "import pandas as pd\npd.read_csv('{0}.csv').to_csv('{1}.csv')\n"
    for source, told in ((texts, False), (tables, True)):
        files = {f"s{n}.py": source.format(f"d{n}", f"d{n + 1}") for n in range(5)}
        (component,) = graphs(files).components
        assert any("chained through files" in signal for a in component.archetypes for signal in a.signals) is told


@pytest.mark.parametrize("off", ["[tool.uv]\npackage = false\n", "[tool.poetry]\npackage-mode = false\n"])
def test_a_definition_of_an_environment_makes_no_library(off: str) -> None:
    files = {"x/__init__.py": CODE, "tests/test_x.py": CODE, "docs/index.md": "# x", "CHANGELOG.md": "# 1"}
    for more, library in (("", True), (off.replace("false", "true"), True), (off, False)):
        found = component({"pyproject.toml": PACKAGE + more, **files, "fit.py": FIT}).archetypes
        assert ("L" in {each.letter for each in found}) is library


CONFIGURED = (
    "[metadata]\nname = cells\nclassifiers =\n    a\n    b\n    c\n\n[options]\ninstall_requires =\n    torch\n"
)
PUBLISHING = "on: push\njobs:\n  out:\n    runs-on: ubuntu-latest\n    steps:\n      - run: twine upload dist/*\n"
NETWORK = "import torch\n\n\ndef make():\n    return torch.nn.Linear(2, 1)\n"


def letters(files: dict[str, str]) -> dict[str, float]:
    return {each.letter: each.confidence for each in component(files, "cells").archetypes}


def test_a_package_of_setup_cfg_that_a_job_publishes_is_a_library() -> None:
    files = {
        "setup.cfg": CONFIGURED,
        "src/cells/net.py": NETWORK,
        "README.md": "# Cells\n\nSee our paper.\n\n```sh\npip install cells\n```\n",
    }
    found = letters({**files, ".github/workflows/out.yml": PUBLISHING})
    assert found["L"] >= 0.8
    assert found["R"] < 0.4
    assert "L" not in letters(files | {"setup.cfg": "[flake8]\nmax-line-length = 99\n"})


def test_a_published_package_that_its_authors_train_with_is_research() -> None:
    train = {"train.py": "import torch\n\nfrom cells.net import make\n\n" + FIT + "\nprint(make())\n"}
    files = {"setup.cfg": CONFIGURED, "cells/net.py": NETWORK, ".github/workflows/out.yml": PUBLISHING, **train}
    found = letters(files)
    assert found["R"] >= 0.5 > found["L"]
    assert letters({**files, ".github/workflows/out.yml": "on: push\njobs: {}\n"})["L"] > found["L"]
    assert letters({**files, "README.md": "# Cells\n\npip install cells\n"})["L"] >= 0.8


SK = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\n\n"
SOLUTION = "# 3rd place\n\nOur solution to the competition: https://www.kaggle.com/competitions/cells/data\n"


def test_a_solution_to_a_competition_is_research() -> None:
    steps = {
        f"{n}.py": f"import pandas as pd\n\nframe = pd.read_csv('s{n}.csv').dropna()\nframe.to_csv('s{n + 1}.csv')\n"
        for n in range(4)
    }
    fit = {
        "fit.py": SK
        + "frame = pd.read_csv('s4.csv')\na, b = train_test_split(frame)\nmodel = LogisticRegression().fit(a[['x']], a.y)\njoblib.dump(model, 'm.joblib')\n"
    }
    used = {"README.md": "# Churn\n\nThe rows are of https://www.kaggle.com/competitions/cells/data\n"}
    found = letters({**steps, **fit, "README.md": SOLUTION})
    assert found["R"] >= 0.5
    assert found.get("P", 0) <= 0.3
    assert letters({**steps, **fit, **used})["P"] >= 0.6
    staged = {"dvc.yaml": "stages:\n  a:\n    cmd: python 0.py\n  b:\n    cmd: python 1.py\n"}
    assert letters({**steps, **fit, **staged, "README.md": SOLUTION})["P"] >= 0.6


def test_one_script_that_calls_a_language_model_beside_training_is_no_application() -> None:
    ask = "from openai import OpenAI\n\nprint(OpenAI().chat.completions.create(model='gpt-4o', messages=[]))\n"
    fits = {
        f"run_{n}.py": SK + f"frame = pd.read_csv('{n}.csv')\nprint(LogisticRegression().fit(frame[['x']], frame.y))\n"
        for n in ("ner", "t5")
    }
    found = letters({**fits, "restyle.py": ask})
    assert found["R"] >= 0.5
    assert "A" not in found
    assert letters({"run_ner.py": fits["run_ner.py"], "restyle.py": ask})["A"] >= 0.5
    assert letters({**fits, "restyle.py": ask, "again.py": ask})["A"] >= 0.5
    used = {name: "from restyle import restyle\n\n" + text + "\nrestyle()\n" for name, text in fits.items()}
    ask = ask.replace("print(", "def restyle():\n    print(")
    assert letters({**used, "restyle.py": ask})["A"] >= 0.5
    assert letters({**used, "run_again.py": fits["run_ner.py"], "restyle.py": ask})["A"] >= 0.5
