"""The code that trains, the code that answers, and what both of them compute in code of their own."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.graph.coupling.sides import feeders, predictions, serving_side, training_side
from auditor.graph.coupling.skew import Skew
from tests.pages import graphs

FEATURES = "import pandas as pd\nd = pd.read_csv('raw.csv')\n{columns}d.to_csv('features.csv')\n"
FIT = (
    "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nd = pd.read_csv('features.csv')\n"
    "joblib.dump(Ridge().fit(d[['ratio']], d['y']), '{model}')\n"
)
APP = (
    "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nmodel = joblib.load('model.pkl')\n"
    "@app.route('/p', methods=['POST'])\ndef p():\n    row = request.json\n{columns}    return str(model.predict([row]))\n"
)
RATIO = "d['ratio'] = d['paid'] / d['months']\n"
SERVED = "    row['ratio'] = row['paid'] / (row['months'] + 1)\n"


def tree(trained: str = RATIO, served: str = SERVED, **more: str) -> dict[str, str]:
    return {
        "raw.csv": "paid,months,y\n1,2,3\n",
        "features.py": FEATURES.replace("{columns}", trained),
        "fit.py": FIT.replace("{model}", "model.pkl"),
        "app.py": APP.replace("{columns}", served),
        **more,
    }


def skew(files: dict[str, str]) -> Skew:
    return graphs(files, archetypes="S").components[0].skew()


def names(found: Graphs, side: str) -> set[str]:
    sites = (training_side if side == "training" else serving_side)(found.world).sites
    return {f"{path}#{found.world.resolved.code.scope(path, number).name}" for path, number in sites}


def test_training_begins_where_its_data_are_made() -> None:
    found = graphs(tree())
    assert names(found, "training") == {"features.py#", "fit.py#"}
    assert feeders(found.world, "fit.py") == {"fit.py", "features.py"}


def test_what_answers_is_a_service_with_its_handlers() -> None:
    assert {"app.py#", "app.py#p"} <= names(graphs(tree()), "serving")


@pytest.mark.parametrize(
    ("body", "answers"),
    [
        pytest.param("    m = joblib.load('m.pkl')\n    return m.predict(rows)\n", True, id="loads and predicts"),
        pytest.param("    m = joblib.load('m.pkl')\n    return accuracy_score(y, m.predict(rows))\n", False, id="judges"),
        pytest.param("    m = joblib.load('m.pkl')\n    m.predict(rows)\n    return Ridge().fit(rows, y)\n", False, id="trains"),
        pytest.param("    return joblib.load('m.pkl')\n", False, id="only loads"),
    ],
)  # fmt: skip
def test_a_batch_job_answers_if_it_only_predicts(body: str, answers: bool) -> None:
    head = "import joblib\nfrom sklearn.linear_model import Ridge\nfrom sklearn.metrics import accuracy_score\n"
    found = graphs({"job.py": f"{head}def run(rows, y):\n{body}if __name__ == '__main__':\n    run(input(), 2)\n"})
    assert ("job.py#run" in names(found, "serving")) == answers


def test_methods_that_only_a_framework_calls_belong_to_the_side_that_makes_the_object() -> None:
    rows = "class Rows:\n    def __init__(self, d):\n        self.d = d\n    def __getitem__(self, n):\n        return self.d[n]\n"
    fit = "from rows import Rows\n" + FIT.replace("{model}", "m.pkl").replace("d = pd", "r = Rows(1)\nd = pd")
    assert "rows.py#Rows.__getitem__" in names(graphs({"rows.py": rows, "fit.py": fit}), "training")


def test_predictions_are_known_by_their_method() -> None:
    found = graphs({"a.py": "def f(m, x):\n    a = m.predict_proba(x)\n    return a.mean()\n"})
    (site,) = [("a.py", n) for n in found.world.resolved.code.scopes("a.py") if n]
    assert len(predictions(found.world, site)) == 1


def test_a_column_computed_by_other_code_when_the_model_answers() -> None:
    (twice,) = skew(tree()).twice
    assert twice.differing == ("ratio",)
    assert (twice.trained[0].path, twice.trained[0].line) == ("features.py", 3)
    assert (twice.served.path, twice.served.line) == ("app.py", 8)
    assert twice.linked
    assert not twice.tested


def test_names_of_variables_make_no_difference() -> None:
    same = "    row['ratio'] = row['paid'] / row['months']\n"
    assert skew(tree(served=same)).twice == (), "one equal column is chance"
    three = "".join(f"{{n}}['c{k}'] = {{n}}['paid'] * {k} + {{n}}['months']\n" for k in range(3))
    trained, served = (three.replace("{n}", n) for n in ("d", "row"))
    (twice,) = skew(tree(trained, "".join(f"    {line}\n" for line in served.splitlines()))).twice
    assert (twice.alike, twice.differing) == (("c0", "c1", "c2"), ())


@pytest.mark.parametrize(
    ("trained", "served"),
    [
        pytest.param(RATIO, "    row['ratio'] = row['a'] / row['b']\n", id="from other inputs: another thing of that name"),
        pytest.param("y = d['ratio']\n" + RATIO, SERVED, id="what is predicted is no feature"),
        pytest.param("d['ratio'] = d['paid'].astype(float)\n", "    row['ratio'] = int(row['paid'])\n", id="a cast"),
        pytest.param("d['ratio'] = list(d['paid'])\n", "    row['ratio'] = tuple(row['paid'])\n", id="a copy"),
        pytest.param(RATIO, "    db.execute(query, {'ratio': row['paid'] - row['months']})\n", id="a parameter of a query"),
        pytest.param("d['ratio'] = 1\n", "    row['ratio'] = 2\n", id="constants"),
    ],
)  # fmt: skip
def test_what_is_no_feature_computed_twice(trained: str, served: str) -> None:
    assert skew(tree(trained, served)).twice == ()


def test_one_function_for_both_sides_is_shared() -> None:
    lib = (
        "def add_features(d):\n    d['ratio'] = d['paid'] / d['months']\n    d['twice'] = d['paid'] * 2\n    return d\n"
    )
    files = tree("d = add_features(d)\n", "    row = add_features(row)\n", **{"lib.py": lib})
    for path in ("features.py", "app.py"):
        files[path] = f"from lib import add_features\n{files[path]}"
    found = skew(files)
    assert (found.twice, found.shared, found.sides) == ((), ("add_features",), (True, True))


def test_of_two_trainings_the_one_whose_model_is_loaded_counts() -> None:
    other = FEATURES.replace("{columns}", "d['ratio'] = d['paid'] * d['months']\n").replace("features.csv", "o.csv")
    fit = FIT.replace("features.csv", "o.csv").replace("{model}", "other.pkl")
    (twice,) = skew(tree(**{"other/features.py": other, "other/fit.py": fit})).twice
    assert [related.path for related in twice.trained] == ["features.py"]


def test_a_test_that_runs_both_holds_them_together() -> None:
    lib, test = (
        RATIO.replace("d[", "row["),
        "from feats import f\nfrom app import p\ndef test_f():\n    assert f({}) == p()\n",
    )
    files = tree(
        "d = f(d)\n", SERVED, **{"feats.py": f"def f(row):\n    {lib}    return row\n", "tests/test_f.py": test}
    )
    files["features.py"] = f"from feats import f\n{files['features.py']}"
    (twice,) = skew(files).twice
    assert twice.tested


def test_without_a_side_there_is_no_skew() -> None:
    files = tree()
    del files["app.py"]
    assert skew(files) == Skew((), (), (True, False))
