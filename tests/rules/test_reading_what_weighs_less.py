"""What an independent reader thought too hard or wrong at medium severity: each debt beside what it was taken for."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
SK = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\n"
FIT = "m = Ridge().fit(f[['a']], f['y'])\n"
SERVICE = "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('m.pkl')\n\n\n@app.post('/p')\ndef p():\n    return str(m.predict([request.json['a']]))\n"
NOTEBOOK = '{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
CELL = '{"cell_type": "code", "execution_count": 1, "id": "c", "metadata": {}, "outputs": [], "source": "%s"}'
LOSSES = "class Base:\n{hook}    def loss(self, y):\n        raise NotImplementedError\n\n\nclass Plain(Base):\n    def __init__(self):\n        super(Plain, self).__init__()\n\n    def loss(self, y):\n        return y - ids\n\n\nclass Used(Base):\n    def loss(self, y):\n        return y\n\n\nprint({made}().loss(1))\n"
BRANCH = "import sys\n\nif len(sys.argv) > 1:\n    print('unknown:', env)\n    {last}\nprint('done')\n"
HUB = "from transformers import AutoModel\n{}model = AutoModel.from_pretrained('acme/encoder'{})\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


def notebook(text: str) -> str:
    return NOTEBOOK % (CELL % text.replace("\n", "\\n"))


PAIRS: list[object] = []


MILDER = [
    pytest.param("COD008", "P", {"a.py": LOSSES.format(hook="", made="Plain")}, {"a.py": LOSSES.format(hook="", made="Used")}, id="a class that nothing makes, beside one of its base"),
    pytest.param("COD008", "P", {"a.py": LOSSES.format(hook="    def __init_subclass__(cls):\n        print(cls)\n\n", made="Used")}, {"a.py": LOSSES.format(hook="", made="Used")}, id="a base that keeps no list"),
    pytest.param("COD008", "P", {"a.py": "def nll(mean):\n    loss = -spread.log_prob(mean)\n    return loss\n\n\nprint(nll(1))\n"}, {"a.py": "def nll(mean):\n    nll = -spread.log_prob(mean)\n    return nll\n"}, id="a function that only its own variable is called like"),
    pytest.param("COD008", "P", {"a.py": "def fit(x):\n    return x - bias\n\n\nclass M:\n    def fit(self, x):\n        return fit(x)\n\n\nprint(M().fit(1))\n"}, {"a.py": "def fits(x):\n    return fits(x - bias)\n"}, id="a method that is called like the function it calls"),
    pytest.param("COD008", "P", {"a.py": BRANCH.format(last="print('go on')")}, {"a.py": BRANCH.format(last="sys.exit(-1)")}, id="a branch that leaves the program"),
    pytest.param("COD008", "P", {"a.py": BRANCH.format(last="raise_it = 1")}, {"a.py": BRANCH.format(last="raise ValueError('unknown')")}, id="a branch that raises"),
    pytest.param("REP009", "PS", {"a.py": HUB.format("", "")}, {"a.py": HUB.format("\n\ndef load_encoder():\n    ", "")}, id="loaded in a function that nothing calls"),
    pytest.param("REP009", "PS", {"a.py": HUB.format("", "")}, {"a.ipynb": notebook(HUB.format("", ""))}, id="loaded in a notebook beside a pipeline"),
    pytest.param("REP009", "PS", {"a.ipynb": notebook(HUB.format("", ", trust_remote_code=True"))}, {"a.ipynb": notebook(HUB.format("", ""))}, id="a notebook that runs the code of others"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "archetypes", "debt", "milder"), MILDER)
def test_what_weighs_less(rule: str, archetypes: str, debt: dict[str, str], milder: dict[str, str]) -> None:
    (grave,), (mild,) = found(debt, rule, archetypes), found(milder, rule, archetypes)
    assert mild.severity.rank < grave.severity.rank


def test_what_only_notebooks_load_counts_in_full_where_nothing_stands_beside_them() -> None:
    (alone,) = found({"a.ipynb": notebook(HUB.format("", ""))}, "REP009", "R")
    assert alone.severity.value == "medium"
