"""What reading reproducibility and evaluation of real repositories showed: each debt beside the look-alike that was once accused."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs

RULES = registry().rules
SK = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\nf = pd.read_csv('d.csv')\n"
FIT = "Ridge().fit(tr[['a']], tr['y'])\n"
FOREST = (
    SK
    + "from sklearn.ensemble import RandomForestRegressor as R\nm = R()\nm.set_params(**{})\nm.fit(f[['a']], f['y'])\n".replace(
        "{}", "{{{}}}"
    )
)
SEARCH = (
    SK
    + "from hyperopt import fmin, hp, tpe\n\n\ndef loss(p):\n    return Ridge(**p).fit(f[['a']], f['y']).score(f[['a']], f['y'])\n\n\nfmin(fn=loss, space={{'alpha': hp.uniform('alpha', 0, 1)}}, algo=tpe.suggest, max_evals={})\n"
)
PICK = {
    "fit.py": "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_parquet('chosen')\nRidge().fit(f[['a']], f['y'])\n",
    "dvc.yaml": "stages:\n  prepare:\n    cmd: python prepare.py\n    outs: [chosen]\n  fit:\n    cmd: python fit.py\n    deps: [chosen]\n",
}
PICKED = "import os\nimport random\nimport shutil\n\n{}for name in random.sample(os.listdir('all'), 10):\n    shutil.copy2(os.path.join('all', name), os.path.join('chosen', name))\n"
REDUCE = (
    SK + "from sklearn.decomposition import PCA\nRidge().fit(PCA(3{}).fit_transform(f[['a', 'b', 'c', 'd']]), f['y'])\n"
)
SALIENT = "import torch\nfrom torch import nn\n\nnet = nn.Linear(2, 1)\nx = torch.ones(1, 2, requires_grad=True)\nnet.zero_grad()\nnet(x).sum().backward()\nprint(x.grad)\n"
SHOW = "from transformers import AutoModel\nAutoModel.from_pretrained('acme/base')\n"
FLOW = "def train():\n    import pandas as pd\n    from sklearn.linear_model import Ridge\n    f = pd.read_csv('d.csv')\n    Ridge().fit(f[['a']], f['y'])\n\n\nif __name__ == '__main__':\n    train()\n"

TAPE = "import tensorflow as tf\n\n\ndef slope(x):\n    with tf.GradientTape() as tape:\n        y = x * x\n    return tape.gradient(y, x)\n"

WARM = "import torch\nt = {start}\no = torch.optim.LBFGS([t])\n\n\ndef closure():\n    o.zero_grad()\n    loss = (t - 1).pow(2).sum()\n    loss.backward()\n    return loss\n\n\no.step(closure)\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[str]:
    tree = graphs(files, archetypes=archetypes)
    return [finding.message for finding in judge(tree.components, [RULES[rule]]).findings]


PAIRS = [
    pytest.param("REP001", {"a.py": WARM.format(start="torch.randn(1, requires_grad=True)")}, {"a.py": WARM.format(start="torch.zeros(1, requires_grad=True)")}, id="what starts at zero"),
    pytest.param("REP001", {"a.py": SK + "tr, te = train_test_split(f)\n" + FIT}, {"a.py": SK + "print(f.sample(5))\nRidge().fit(f[['a']], f['y'])\n"}, id="a sample that is looked at"),
    pytest.param("REP001", {"a.py": FOREST.format("'max_depth': 3")}, {"a.py": FOREST.format("'random_state': 3")}, id="a seed that is set later"),
    pytest.param("REP002", {"requirements.txt": "pandas\n", "a.py": SK}, {"requirements.txt": "pandas\n", "Dockerfile": "FROM python:3.12\nRUN pip install -r requirements.txt -c https://example.org/c.txt\n", "a.py": SK}, id="installed under constraints"),
    pytest.param("REP001", {"a.py": TAPE + "\ndef step(opt, x):\n    opt.apply_gradients(zip(slope(x), [x]))\n"}, {"a.py": TAPE}, id="a gradient that nothing applies"),
    pytest.param("REP002", {"Dockerfile": "FROM python:3.12\nRUN pip install pandas\n", "a.py": SK}, {"Dockerfile": "FROM python:3.12\nRUN pip install --upgrade pip\n", "a.py": SK}, id="the installer itself"),
    pytest.param("REP003", {"requirements.txt": "pandas==2.2.1\n", "Dockerfile": "FROM python:3.12\n", "dags/a.py": "import pandas\nimport airflow\n"}, {"requirements.txt": "pandas==2.2.1\n", "Dockerfile": "FROM apache/airflow:2.9.1-python3.12\n", "dags/a.py": "import pandas\nimport airflow\n"}, id="brought by the image"),
    pytest.param("REP003", {"requirements.txt": "pydantic\n", "a.py": "import pydantic\nimport pandas\n"}, {"requirements.txt": "pydantic\n", "databricks.yml": "bundle:\n  name: x\n", "a.py": "import pydantic\nimport pandas\n"}, id="brought by the platform"),
    pytest.param("REP002", {"requirements.txt": "pandas\nnumpy\n", "a.py": SK}, {"pyproject.toml": "[project]\nname = 'x'\ndependencies = ['pandas', 'numpy']\n", "requirements.lock": "pandas==2.2.1\nnumpy==2.1.0\nscikit-learn==1.5.2\n", "a.py": SK}, id="a lock that is a flat list"),
    pytest.param("REP003", {"requirements.txt": "pandas==2.2.1\n", "a.py": "import pandas\nimport mlflow\n"}, {"requirements.txt": "pandas[mlflow]==2.2.1\n", "a.py": "import pandas\nimport mlflow\n"}, id="brought by an extra of its name"),
    pytest.param("REP003", {"requirements.txt": "pandas==2.2.1\n", "a.py": "import pandas\nimport mlflow\n"}, {"requirements.txt": "pandas==2.2.1\n", "README.md": "# A\n\n    zenml integration install mlflow\n", "Makefile": "all:\n\tzenml integration install mlflow\n", "a.py": "import pandas\nimport mlflow\n"}, id="installed by another tool"),
    pytest.param("REP005", {"requirements.txt": "pandas==2.2.1\n", "a.py": SK}, {"requirements.txt": "pandas==2.2.1\n", "Dockerfile": "FROM apache/airflow:3.1.2-python3.12\n", "a.py": SK}, id="Python in the tag of another image"),
    pytest.param("REP005", {"requirements.txt": "pandas==2.2.1\n", "a.py": SK}, {"requirements.txt": "pandas==2.2.1\n", "README.md": "# A\n\n    conda create -n a python=3.11 -y\n", "a.py": SK}, id="Python in a document"),
    pytest.param("REP001", {**PICK, "prepare.py": PICKED.format("")}, {**PICK, "prepare.py": PICKED.format("random.seed(7)\n")}, id="files that chance picks for the folder that training reads"),
    pytest.param("REP001", {"a.py": REDUCE.format(", svd_solver='randomized'")}, {"a.py": REDUCE.format("")}, id="an algorithm that draws only where it is told to"),
    pytest.param("REP001", {"a.py": SALIENT + "opt = torch.optim.SGD(net.parameters(), lr=0.1)\nopt.step()\n"}, {"a.py": SALIENT}, id="gradients that explain"),
    pytest.param("REP001", {"a.py": SEARCH.format(3)}, {"a.py": SEARCH.format(1)}, id="a search of a single trial"),
    pytest.param("REP010", {"fit.py": FLOW}, {"fit.py": FLOW, "defs.py": "from dagster import asset\nfrom fit import train\n\n\n@asset\ndef model():\n    train()\n"}, id="an asset that trains"),
    pytest.param("LKG008", {"a.py": SK + "Ridge().fit(f[['a', 'y']], f['y'])\n"}, {"a.py": SK + "g = f[['a', 'b', 'y']]\nnames = [c for c in g if c != 'y']\nX, X2, t, t2 = train_test_split(g[names], g['y'])\nRidge().fit(X, t)\n"}, id="columns that are chosen by code"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_debt_and_its_look_alike(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)


def test_notebooks_of_a_library_show_what_it_does_not_ship() -> None:
    files = {"pkg/__init__.py": "", "pkg/a.py": "import pandas\n", "notebooks/a.py": SHOW}
    assert not found(files, "REP009", "L")
    assert found({**files, "pkg/b.py": SHOW}, "REP009", "L")


def test_copies_of_one_file_are_told_apart() -> None:
    files = {f"{folder}/a.py": SK + "tr, te = train_test_split(f)\n" + FIT for folder in ("here", "there")}
    judged = judge(graphs(files, archetypes="P").components, [RULES["REP001"]])
    (finding,) = judged.findings
    assert {finding.place.path, *(place.path for place in finding.related)} == {"here/a.py", "there/a.py"}


def test_a_seed_that_some_other_program_hands_over_is_given() -> None:
    option = "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--seed', type=int, default=None)\nargs = parser.parse_args()\n"
    files = {"fit.py": option + SK + "tr, te = train_test_split(f, random_state=args.seed)\n" + FIT}
    assert found(files, "REP001")
    start = "import subprocess\n\nNAME = 'fit.py'\n\n\ndef go(seed, *more):\n    subprocess.run(more + (NAME, f'--seed={seed}'))\n"
    assert not found({**files, "start.py": start}, "REP001")


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ({"tox.ini": "[testenv]\ndeps = -rrequirements.txt\n    pytest\n"}, "requirements.txt leaves 1 of 1"),
        ({"requirements-dev.txt": "-r requirements.txt\npytest\n"}, "requirements.txt leaves 1 of 1"),
        ({"requirements-serve.txt": "-r requirements.txt\nflask\n"}, "requirements-serve.txt leaves 2 of 2"),
    ],
)
def test_a_list_that_tests_include_is_a_list_by_itself(beside: dict[str, str], told: str) -> None:
    files = {
        "requirements.txt": "pandas\n",
        "Makefile": "all:\n\tpip install -r requirements-serve.txt\n",
        "a.py": SK + "import flask\n",
    }
    (message,) = found({**files, **beside}, "REP002")
    assert message.startswith(told)
