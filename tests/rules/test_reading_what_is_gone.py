"""REP011: what libraries do not have any more, told only where the releases without it are what would be installed."""

from __future__ import annotations

import json

import pytest

from auditor.engine import judge, registry
from auditor.language.specifier import keeps
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules


def found(files: dict[str, str]) -> list[Finding]:
    return list(judge(graphs(files, archetypes="P").components, [RULES["REP011"]]).findings)


def severities(files: dict[str, str]) -> list[str]:
    return [finding.severity.name.lower() for finding in found(files)]


def in_notebook(text: str) -> str:
    cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [], "source": text}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


FLOAT = "import numpy as np\n\nprint(np.zeros(3).astype(np.float))\n"
APPEND = (
    "import pandas as pd\n\nframe = pd.read_csv('rows.csv')\nframe = frame.append(frame)\nframe.to_csv('all.csv')\n"
)
README = {"README.md": "# A\n\n```bash\npython fit.py\n```\n"}
OPEN = {"requirements.txt": "numpy\npandas\n"}


@pytest.mark.parametrize(
    ("specifier", "least"),
    [(">=2.132.0", False), (">=3.0", True), (">=2.132,<4", False), ("==3.1", True), ("~=3.0", True), ("", False)],
)
def test_a_bound_below_the_border_lets_older_releases_in(specifier: str, least: bool) -> None:
    assert keeps(specifier, least="3.0") is least


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"requirements.txt": "numpy<1.24\n"}, id="held below"),
        pytest.param({"requirements.txt": "numpy\n", "constraints.txt": "numpy==1.23.5\n"}, id="a constraint"),
        pytest.param(
            {"requirements.txt": "numpy\n", "old/requirements-lock.txt": "numpy==1.21.0\n"}, id="a version elsewhere"
        ),
        pytest.param({"requirements.txt": "numpy\nscikit-learn==0.24.2\n"}, id="a held package that brings it"),
        pytest.param({"requirements.txt": "numpy\nsome-package-of-theirs==0.2\n"}, id="a held package nobody knows"),
        pytest.param(
            {"requirements.txt": "numpy\n", "environment.yml": "name: a\ndependencies:\n  - numpy<1.24\n"},
            id="held below in another list",
        ),
        pytest.param(
            {"requirements.txt": "numpy\n", "compat.py": "import numpy as np\n\nnp.float = float\n"},
            id="put back elsewhere",
        ),
        pytest.param({"requirements.txt": "numpy; python_version < '3.8'\n"}, id="under a condition"),
        pytest.param({"requirements.txt": "numpy\n", ".python-version": "3.7.12\n"}, id="an old Python"),
        pytest.param({"requirements.txt": "pandas\n"}, id="asked for by nobody"),
        pytest.param({}, id="no list at all"),
    ],
)
def test_a_release_that_may_have_it_says_nothing(asked: dict[str, str]) -> None:
    assert not found({"fit.py": FLOAT, **README, **asked})


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import numpy as np\n\nnp.float = float\nprint(np.zeros(3).astype(np.float))\n", id="put back"),
        pytest.param("import numpy as np\n\ntry:\n    kind = np.float\nexcept AttributeError:\n    kind = float\nprint(kind)\n", id="caught"),
        pytest.param("import numpy as np\n\nprint(np.float if hasattr(np, 'float') else float)\n", id="asked for"),
        pytest.param("from mine import numpy as np\n\nprint(np.float)\n", id="another numpy"),
        pytest.param("import numpy as np\n\nprint(np.float32(1), np.bool_)\n", id="a name that is there"),
        pytest.param("rows = []\nrows.append(1)\nprint(rows)\n", id="append of a list"),
        pytest.param(
            "import sys\n\nimport pandas as pd\n\nrows = []\nif sys.argv[1:]:\n    rows = pd.read_csv('rows.csv')\nrows.append(rows)\n",
            id="a list or a frame",
        ),
    ],
)  # fmt: skip
def test_a_use_that_cannot_fail_is_none(code: str) -> None:
    assert not found({"fit.py": code, **README, **OPEN})


def test_how_grave_it_is_goes_by_what_is_installed_and_who_runs_it() -> None:
    assert severities({"fit.py": FLOAT, **README, "requirements.txt": "numpy==1.26.4\n"}) == ["high"]
    assert severities({"fit.py": FLOAT, **README, **OPEN}) == ["medium"]
    assert severities({"fit.py": APPEND, **README, **OPEN}) == ["medium"]
    assert severities({"a.ipynb": in_notebook(FLOAT), **OPEN}) == ["low"]
    assert severities({"fit.py": FLOAT, **OPEN}) == ["low"]


def test_python_is_judged_by_the_versions_that_are_named() -> None:
    code = {"fit.py": "import collections\n\nprint(isinstance({}, collections.Mapping))\n", **README}
    assert found({**code, ".python-version": "3.11.4\n"})
    assert not found({**code, ".python-version": "3.9.1\n"})
    assert not found(code)
