"""What readers of repositories that nobody had tuned for thought too hard or wrong of packages and runs: each beside the debt."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
FIT = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\nm = Ridge().fit(f[['a']], f['y'])\n"
KEPT = FIT + "joblib.dump(m, 'm.joblib')\n"
STARTED = {"README.md": "# A\n\n```bash\npython fit.py\n```\n"}


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


def severities(files: dict[str, str], rule: str, archetypes: str = "P") -> list[str]:
    return [finding.severity.value for finding in found(files, rule, archetypes)]


def test_a_run_of_which_nothing_is_kept_weighs_where_its_model_is_used() -> None:
    operated = {"fit.py": KEPT, **STARTED}
    assert severities(operated, "REP006") == ["medium"]
    assert severities(operated, "REP006", "R") == ["low"]
    assert severities(operated, "REP006", "PL") == ["low"]
    assert severities({"fit.py": KEPT}, "REP006") == ["low"]
    assert severities({"fit.py": FIT, **STARTED}, "REP006") == ["low"]
    assert severities({"fit.py": KEPT + "print(1, file=open('metrics.txt', 'w'))\n", **STARTED}, "REP006") == ["low"]
    assert severities({**operated, "README.md": "# Homework 3\n\nMy assignment for the course CS 229.\n\npython fit.py\n"}, "REP006") == ["low"]  # fmt: skip


def test_the_program_that_keeps_its_model_is_named_before_what_was_tried() -> None:
    (finding,) = found({"a.py": FIT, "fit.py": KEPT, **STARTED}, "REP006")
    assert finding.place.path == "fit.py"


HISTORY = "import numpy as np\nimport tensorflow as tf\nx = np.load('x.npy')\nnet = tf.keras.Sequential([tf.keras.layers.Dense(1)])\nnet.compile(loss='mse')\nkept = net.fit(x, x)\n{}\n"


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("np.savez('a.npz', x)", "nothing"),
        ("np.savez('run.npz', **kept.history)", "metrics"),
        ("np.savez('history.npz', x)", "metrics"),
        ("import pandas as pd; pd.DataFrame({'a': [1]}).to_excel('val_losses.xlsx')", "metrics"),
        ("import json; json.dump({'b': 1}, open('a.json', 'w'))", "nothing"),
        ("import json; json.dump({'accuracy': 1}, open('a.json', 'w'))", "metrics"),
        ("import json; json.dump({'args': 1}, open('a.json', 'w'))", "parameters"),
        ("import json, sys; out = vars(sys); json.dump(out, open('a.json', 'w'))", "parameters"),
    ],
)
def test_figures_and_settings_count_by_what_is_written(line: str, held: str) -> None:
    (finding,) = found({"fit.py": HISTORY.format(line)}, "REP006")
    assert f"keeps {held}, not" in finding.message


TUNED = "from sentence_transformers import SentenceTransformer\nimport pandas as pd\nm = SentenceTransformer('base')\nm.fit(pd.read_csv('d.csv').values{})\n"


def test_a_fit_that_is_told_where_to_keep_the_model_keeps_it() -> None:
    (finding,) = found({"fit.py": TUNED.format("")}, "REP006")
    assert "keeps nothing" in finding.message
    (finding,) = found({"fit.py": TUNED.format(", output_path='out'")}, "REP006")
    assert "keeps the model, not" in finding.message


MISSING = {
    "requirements.txt": "pandas==2.2.1\n",
    "src/a.py": "import pandas\nimport xgboost\nimport lightgbm\nimport shap\n",
}
REQUIREMENT = "pandas==2.2.1\nxgboost==2.0.3\nlightgbm==4.3.0\nshap==0.45.0\n"


def test_a_list_counts_whatever_it_is_called() -> None:
    assert severities(MISSING, "REP003") == ["high"]
    assert not found({**MISSING, "requirement-train.txt": REQUIREMENT}, "REP003")
    image = "FROM python:3.12\nCOPY {0} .\nRUN pip install -r {0}\n"
    assert found({**MISSING, "Dockerfile": image.format("requirements.txt"), "packages.lst": REQUIREMENT}, "REP003")
    assert not found({**MISSING, "Dockerfile": image.format("packages.lst"), "packages.lst": REQUIREMENT}, "REP003")


def test_the_remedy_names_what_can_be_installed() -> None:
    (finding,) = found({"requirements.txt": "pandas\n", "a.py": "import pandas\nimport dotenv\nimport PIL\n"}, "REP003")
    assert finding.remedy == "add pillow, python-dotenv to the environment"


def test_the_tool_that_reads_a_file_of_developers_is_there() -> None:
    listed = {"requirements.txt": "pandas\n", "a.py": "import pandas\n"}
    assert found({**listed, "b.py": "import nox\n"}, "REP003")
    assert not found({**listed, "noxfile.py": "import nox\n"}, "REP003")
    assert found({**listed, "noxfile.py": "import xgboost\n"}, "REP003")


def test_what_comes_with_a_package_nobody_knows_weighs_less() -> None:
    code = {"a.py": "import pandas\nimport tqdm\n"}
    assert severities({**code, "requirements.txt": "pandas\n"}, "REP003") == ["medium"]
    assert severities({**code, "requirements.txt": "pandas\nacme-inhouse-tables\n"}, "REP003") == ["low"]
    rare = {"a.py": "import pandas\nimport evidently\n", "requirements.txt": "pandas\nacme-inhouse-tables\n"}
    assert severities(rare, "REP003") == ["medium"]


def test_programs_beside_the_package_that_is_installed_show_what_it_can() -> None:
    package = {
        "setup.py": "from setuptools import setup\nsetup(name='net', packages=['net'], install_requires=['numpy'])\n",
        "net/__init__.py": "import numpy\n",
    }
    shown = {**package, "tasks/words.py": "import nltk\nimport xgboost\nimport shap\n"}
    assert severities(shown, "REP003") == ["low"]
    assert severities({**shown, "README.md": "# Net\n\n```bash\npython tasks/words.py\n```\n"}, "REP003") == ["high"]
    assert severities(
        {**package, "net/words.py": "import nltk\nimport xgboost\nimport shap\nshap.run()\n"}, "REP003"
    ) == ["high"]


NOTE = '{"cells": [{"cell_type": "code", "execution_count": 1, "id": "c", "metadata": {}, "outputs": [], "source": "import %s"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
BADGE = "# Notes\n\n[![Open](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/me/notes/blob/main/{})\n"


def test_notebooks_that_a_document_opens_on_a_platform_need_what_that_lacks() -> None:
    seen = {
        "a.ipynb": NOTE % "matplotlib",
        "b.ipynb": NOTE % "seaborn",
        "c.ipynb": NOTE % "networkx",
        "a.py": "import matplotlib\n",
    }
    assert found({**seen, "README.md": BADGE.format("gone.ipynb")}, "REP003", "N")
    assert not found({**seen, "README.md": BADGE.format("a.ipynb")}, "REP003", "N")
    assert found({**seen, "other.py": "import torch\n", "README.md": BADGE.format("a.ipynb")}, "REP003", "N") == []
    listed = {**seen, "requirements.txt": "pandas\n", "d.py": "import pandas\nimport xgboost\n"}
    (finding,) = found({**listed, "README.md": BADGE.format("a.ipynb")}, "REP003", "N")
    assert finding.entity == "xgboost"


def test_what_only_a_notebook_beside_a_pipeline_needs_was_tried() -> None:
    files = {"requirements.txt": "pandas\n", "a.py": "import pandas\n", "a_look.ipynb": NOTE % "seaborn"}
    assert severities(files, "REP003", "R") == ["medium"]
    assert severities(files, "REP003", "P") == ["low"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("shutil", "asks for shutil, which is a module of the standard library: installing the list fails"),
        (
            "cv2\nshutil",
            "asks for cv2, which is the name of an import and of no package that can be installed, and for shutil,",
        ),
        ("dataclasses", ""),
        ("os==1.0; python_version < '3'", ""),
    ],
)
def test_a_list_asks_for_a_module_of_the_standard_library(asked: str, says: str) -> None:
    files = {"requirements.txt": f"pandas==2.2.1\n{asked}\n", "a.py": "import pandas\n"}
    assert [finding.message.partition(" ")[2][: len(says)] for finding in found(files, "REP003")] == (
        [says] if says else []
    )


def test_a_lock_beside_a_list_is_what_is_installed() -> None:
    pipfile = "[packages]\nsklearn = '*'\npandas = '*'\n"
    lock = '{"_meta": {"hash": {"sha256": "%s"}}, "default": {"sklearn": {"version": "==%s"}, "pandas": {"version": "==2.2.1"}}, "develop": {}}'
    files = {"Pipfile": pipfile, "a.py": "import pandas\n"}
    assert found(files, "REP003")
    assert found({**files, "Pipfile.lock": lock % ("a" * 64, "0.0.post1")}, "REP003")
    assert not found({**files, "Pipfile.lock": lock % ("a" * 64, "0.0")}, "REP003")


@pytest.mark.parametrize(
    ("backend", "told"),
    [
        ("setuptools.build_meta", False),
        ("setuptools.backends._legacy:_Backend", True),
        ("setuptools.build_meta:__legacy__", False),
        ("hatchling.builder", True),
        ("acme_build.api", False),
    ],
)
def test_a_package_is_built_by_what_exists(backend: str, told: bool) -> None:
    project = f'[build-system]\nrequires = ["setuptools"]\nbuild-backend = "{backend}"\n[project]\nname = "a"\nversion = "1"\n{{}}'
    files = {"a.py": "import json\n", "pyproject.toml": project.format("")}
    assert [f.entity for f in found(files, "REP003")] == (["backend|pyproject.toml"] if told else [])
    own = project.replace("[project]", 'backend-path = ["."]\n[project]')
    assert not found({**files, "pyproject.toml": own.format("")}, "REP003")
