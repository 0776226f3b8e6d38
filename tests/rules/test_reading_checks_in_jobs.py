"""Checks that stand in the commands of a job, and code that measures and makes no features: each beside what tests lack."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
FEATURES = "def {}(f, g):\n    f['a'] = f['b'] / f['c']\n    f['d'] = f['a'].rolling(3).mean()\n    return f\n"
FIT = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom feat import {0}\nf = {0}(pd.read_csv('d.csv'), 1)\nRidge().fit(f[['a']], f['y'])\n"
JOB = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          python -c \"\n          import pandas as pd\n          from feat import add\n          f = add(pd.DataFrame({'b': [1], 'c': [2]}), 1)\n          LAST\n          \"\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


@pytest.mark.parametrize(
    ("path", "last", "told"),
    [
        (".github/workflows/a.yml", "assert f['a'][0] == 0.5", False),
        (".github/workflows/a.yml", "print(f['a'][0] == 0.5)", True),
        (".github/workflows/a.yml", "assert True", True),
        (".github/workflows/a.yml", "raise ValueError(f)", True),
        ("deploy/.github/a.yml", "assert f['a'][0] == 0.5", True),
    ],
)
def test_an_assertion_in_the_command_of_a_job_is_a_test(path: str, last: str, told: bool) -> None:
    files = {"feat.py": FEATURES.format("add"), "fit.py": FIT.format("add"), path: JOB.replace("LAST", last)}
    assert bool(found(files, "TST001")) is told


@pytest.mark.parametrize(("name", "told"), [("add", True), ("compute_psi", False), ("add_drift_features", True)])
def test_a_distance_of_samples_is_no_feature(name: str, told: bool) -> None:
    files = {"feat.py": FEATURES.format(name), "fit.py": FIT.format(name)}
    assert any(f"{name}()" in finding.message for finding in found(files, "TST001")) is told


NETS = "from torch import nn\n\n\nclass Dead(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(1, 1)\n\n\nclass Used(Dead):\n    def forward(self, x):\n        return self.a(x)\n\n\nclass Left(nn.Module):\n    def forward(self, x):\n        return x\n"


def test_a_network_that_nobody_names_is_not_asked_to_be_tested() -> None:
    (finding,) = found({"nets.py": NETS, "fit.py": "from nets import Used\n\nprint(Used())\n"}, "TST002")
    assert finding.message.startswith("Dead and 1 other model definition")
    assert [each.says for each in finding.related] == ["Used"]
    (alone,) = found({"nets.py": NETS.partition("class Dead")[0] + "class Left(nn.Module):\n    def forward(self, x):\n        return x\n"}, "TST002")  # fmt: skip
    assert alone.message.startswith("Left:")
