"""Look-alikes of names that nothing defines and errors that nobody hears of: what hurts nobody weighs less, one mistake is told once."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs
from tests.rules.test_reading_code_and_language_models import notebook

RULES = registry().rules


def told(files: dict[str, str], rule: str, archetypes: str = "PA") -> list[tuple[str, str]]:
    judged = judge(graphs(files, archetypes=archetypes).components, [RULES[rule]])
    assert not judged.errors, judged.traces
    return [(finding.severity.value, finding.message) for finding in judged.findings]


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        ("if len(input()) > 3:\n    print(gone)\n", "medium"),
        ("import sys\nif len(input()) > 3:\n    print(1)\nelse:\n    print(gone)\n    sys.exit(1)\n", "low"),
        ("import sys\nif len(input()) > 3:\n    print(gone)\nelse:\n    sys.exit(1)\n", "medium"),
        ("if len(input()) > 3:\n    raise ValueError(gone)\n", "low"),
        ("TRAIN = False\nif TRAIN:\n    print(gone)\n", "low"),
        ("TRAIN = False\nif not TRAIN:\n    print(gone)\n", "medium"),
        ("TRAIN = False\nif input():\n    TRAIN = True\nif TRAIN:\n    print(gone)\n", "medium"),
    ],
)
def test_a_name_in_a_branch_that_ends_anyway_or_is_off_hurts_less(source: str, severity: str) -> None:
    assert [found[0] for found in told({"a.py": source}, "COD008")] == [severity]


NAMED = {"README.md": "# x\n\nRun n.ipynb.\n"}


def test_a_cell_that_shows_that_it_failed_hurts_less() -> None:
    failed = notebook("import os", "print(gone)").replace(
        '"execution_count": null, "outputs": [], "source": "print',
        '"execution_count": 2, "outputs": [{"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": []}], "source": "print',
    )
    assert [found[0] for found in told({"n.ipynb": failed, **NAMED}, "COD008", "A")] == ["low"]
    whole = {"n.ipynb": notebook("import os", "print(gone)"), **NAMED}
    assert [found[0] for found in told(whole, "COD008", "A")] == ["medium"]


def test_one_forgotten_import_and_one_line_are_one_finding() -> None:
    use = "print(scale(1))\nprint(shift(2))\nprint(other)\nprint(left + right)\n"
    files = {"exp/a.py": use, "exp/steps.py": "def scale(x):\n    return x\ndef shift(x):\n    return x\n"}
    assert [message.partition(", and")[0] for _, message in told(files, "COD008")] == [
        "scale is used, as is shift",
        "other is used",
        "left is used, as is right",
    ]
    twice = files | {"exp/more.py": files["exp/steps.py"]}
    assert len(told(twice, "COD008")) == 4


def test_the_names_of_one_cell_are_one_finding_and_none_where_its_state_is_told() -> None:
    cells = notebook("import os", "print(gone)\\nprint(lost)", "print(far)")
    assert [message.partition(", and")[0] for _, message in told({"n.ipynb": cells}, "COD008", "A")] == [
        "gone is used, as is lost",
        "far is used",
    ]
    ran = cells.replace('"execution_count": null', '"execution_count": 2')
    assert [message.partition(", and")[0] for _, message in told({"n.ipynb": ran}, "COD008", "N")] == []


def test_a_comparison_in_what_nothing_calls_weighs_less() -> None:
    body = "import numpy as np\ndef kept(x):\n    return [e for e in x if e == np.nan]\n"
    assert [found[0] for found in told({"a.py": body}, "COD002")] == ["low"]
    assert [found[0] for found in told({"a.py": body + "print(kept([1]))\n"}, "COD002")] == ["medium"]


TRIES = """\
import logging
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score


def judge(truth, guess):
    try:
        return roc_auc_score(truth, guess, multi_class="ovr")
    except Exception:
        {said}
        try:
            return roc_auc_score(truth, guess)
        except Exception:
            return 0.0


print(judge(pd.read_csv("a.csv")["y"], pd.read_csv("b.csv")["y"]))
"""


def test_an_attempt_in_a_handler_that_told_is_heard_of() -> None:
    assert not told({"a.py": TRIES.format(said="logging.warning('first attempt failed')")}, "COD004")
    assert len(told({"a.py": TRIES.format(said="guess = guess.round()")}, "COD004")) == 1


def test_arithmetic_on_numbers_is_no_work_on_data() -> None:
    power = "import numpy as np\ndef power({params}):\n    try:\n        return np.sqrt(n).clip(0, 1)\n    except Exception:\n        return 0.5\nprint(power(3))\n"
    assert not told({"a.py": power.format(params="n: int")}, "COD004")
    assert len(told({"a.py": power.format(params="n")}, "COD004")) == 1


CLIENT = "from openai import OpenAI\n\n\ndef client():\n    return OpenAI()\n"
ASKING = "client = OpenAI()\nprint(client.chat.completions.create(model='gpt-4.1', messages=[]))\n"


def test_what_makes_a_client_is_told_from_what_asks() -> None:
    both = {"a.py": CLIENT, "b.py": "from openai import OpenAI\n" + ASKING}
    judged = judge(graphs(both, archetypes="A").components, [RULES["LLM003"]])
    (finding,) = judged.findings
    assert {(each.path, each.says) for each in finding.related} >= {
        ("a.py", "what asks is made here"),
        ("b.py", "asks here"),
    }
    assert [message.partition(",")[0] for _, message in told({"a.py": CLIENT}, "LLM003", "A")] == [
        "1 client of a language model is made"
    ]


SERVED = "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('one.pkl')\n@app.route('/p', methods=['POST'])\ndef p():\n    return str(m.predict([request.json]))\n"
MANY = """\
import joblib
import pandas as pd
from sklearn.linear_model import Lasso, Ridge
from sklearn.preprocessing import StandardScaler
d = pd.read_csv('raw.csv')
X = StandardScaler().fit_transform(d[['a']])
one = Ridge().fit(X, d['y'])
two = Lasso().fit({rows}, d['y'])
for name, model in {{'one': one, 'two': two}}.items():
    joblib.dump(model, f'{{name}}.pkl')
"""


@pytest.mark.parametrize(("rows", "named"), [("X", "what may be loaded (Ridge, Lasso)"), ("d[['a']]", "the Ridge")])
def test_of_several_models_under_one_name_none_is_picked(rows: str, named: str) -> None:
    files = {"raw.csv": "a,y\n", "train.py": MANY.format(rows=rows), "app.py": SERVED}
    ((_, message),) = told(files, "ENT011", "SP")
    assert f"is fitted before {named} and never saved" in message


def test_a_result_that_is_dropped_where_calls_are_only_timed_was_not_wanted() -> None:
    body = "import pandas as pd\ndef {}(d: pd.DataFrame):\n    d.sort_values('a')\n\n\n{}(pd.read_csv('a.csv'))\n"
    for name, count in (("_benchmark_sort", 0), ("warm_up", 0), ("sort_it", 1), ("workbench_sort", 1)):
        assert len(told({"a.py": body.format(name, name)}, "COD002")) == count


@pytest.mark.parametrize(
    ("name", "number"), [("service_pb2", 0), ("service_pb2_grpc", 0), ("query_parser", 0), ("service", 1)]
)
def test_a_module_that_a_compiler_makes_is_no_name_that_its_package_lacks(name: str, number: int) -> None:
    files = {"protos/__init__.py": "", "serve.py": f"from protos import {name}\n\nprint({name})\n"}
    assert len(told(files, "COD008")) == number
