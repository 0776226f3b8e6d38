"""How documents call a data set, and how programs ask for columns: each beside what says nothing of them."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
FIT = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('data/train.csv')\nRidge().fit(f[['a']], f['y'])\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("* dataset : SMSA IndoNLU", False),
        ("- Данные: Home Credit", False),
        ("* dataset : see below", True),
        ("* model : SMSA IndoNLU", True),
        ("Сейчас: открытый Home Credit Default Risk dataset, зарубежная популяция", False),
        ("Split the Training dataset with this", True),
    ],
)
def test_a_data_set_called_by_its_name_is_told(line: str, told: bool) -> None:
    files = {"fit.py": FIT, "README.md": f"# A\n\nHow it goes on.\n\n{line}\n"}
    assert bool(found(files, "DAT009")) is told


CHECK = "import yaml\nimport pandas as pd\n\n\ndef {}(frame, schema):\n    missing = []\n    for column in schema['columns']:\n        if column in frame.{}:\n            continue\n        else:\n            {}\n    return missing\n"


@pytest.mark.parametrize(
    ("name", "asked", "last", "told"),
    [
        ("validate", "columns", "return False", False),
        ("has_all", "columns", "missing = False", False),
        ("validate", "columns", "missing.append(column)", True),
        ("validate", "index", "return False", True),
        ("prepare", "columns", "return False", True),
    ],
)
def test_a_function_that_answers_whether_columns_are_there_expects_them(
    name: str, asked: str, last: str, told: bool
) -> None:
    files = {"fit.py": FIT, "check.py": CHECK.format(name, asked, last)}
    assert bool(found(files, "DAT006")) is told
