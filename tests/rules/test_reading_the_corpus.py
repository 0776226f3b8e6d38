"""What reading real repositories showed, as small trees of our own: each of these was once a false accusation."""

from __future__ import annotations

from auditor.engine import judge, registry
from auditor.graph import Graphs
from tests.pages import graphs

RULES = registry().rules

SERVICE = """
import joblib
from flask import Flask

app = Flask(__name__)
model = joblib.load("model.pkl")


@app.route("/score")
def score():
    return str(model.predict([[1.0]]))
"""
TRAIN = """
import joblib
import pandas as pd
from sklearn.linear_model import Ridge

if __name__ == "__main__":
    frame = pd.read_csv("data.csv")
    joblib.dump(Ridge().fit(frame[["x"]], frame["y"]), "model.pkl")
"""


def found(tree: Graphs, rule: str) -> list[str]:
    return [finding.message for finding in judge(tree.components, [RULES[rule]]).findings]


def test_what_stands_under_the_main_guard_of_an_imported_module_does_not_run() -> None:
    helper = 'import pandas as pd\n\nif __name__ == "__main__":\n    pd.read_csv("https://example.org/x.csv")\n'
    train = "import helper\nfrom sklearn.datasets import load_iris\nfrom sklearn.linear_model import Ridge\n\nx, y = load_iris(return_X_y=True)\nRidge().fit(x, y)\n"
    assert not found(graphs({"helper.py": helper, "train.py": train}, archetypes="R"), "DAT001")


def test_a_file_behind_a_pointer_is_a_release_not_a_hidden_edge() -> None:
    pointer = "outs:\n- md5: 0f5b5a1c1f3b1d6f2a7f0c0f2a5a9b11\n  size: 3\n  path: model.pkl\n"
    tree = {"service.py": SERVICE, "train.py": TRAIN}
    assert found(graphs(tree, archetypes="P"), "PIP001")
    assert not found(graphs({**tree, "model.pkl.dvc": pointer}, archetypes="P"), "PIP001")


def test_a_service_without_deployment_owes_no_monitoring_for_sure() -> None:
    tree = graphs(
        {
            "service.py": SERVICE,
            "train.py": TRAIN,
            "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    outs: [model.pkl]\n",
        }
    )
    for rule in ("MON001", "OPS001"):
        assert not found(tree, rule)


def test_encoders_that_only_learn_categories_leak_nothing() -> None:
    script = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder

frame = pd.read_csv("customers.csv")
encoded = OneHotEncoder({options}).fit_transform(frame.drop(columns=["churned"]))
x_train, x_test, y_train, y_test = train_test_split(encoded, frame["churned"], random_state=1)
print(LogisticRegression().fit(x_train, y_train).score(x_test, y_test))
"""
    assert not found(graphs({"train.py": script.replace("{options}", "")}, archetypes="R"), "LKG001")
    assert found(graphs({"train.py": script.replace("{options}", "min_frequency=0.01")}, archetypes="R"), "LKG001")


def test_a_directory_listing_is_no_training_data() -> None:
    script = 'import glob\nimport os\nfrom sklearn.datasets import load_iris\nfrom sklearn.linear_model import Ridge\n\nfor path in glob.glob("weights/*.csv"):\n    os.remove(path)\nx, y = load_iris(return_X_y=True)\nRidge().fit(x, y)\n'
    assert not found(graphs({"train.py": script}, archetypes="R"), "DAT001")


def test_a_chain_of_declared_stages_is_not_entangled() -> None:
    tree = {
        f"step{n}.py": f'import pandas as pd\n\npd.read_csv("d{n}.csv").to_csv("d{n + 1}.csv")\n' for n in range(12)
    }
    stages = "".join(
        f"  s{n}:\n    cmd: python step{n}.py\n    deps: [d{n}.csv]\n    outs: [d{n + 1}.csv]\n" for n in range(12)
    )
    assert not found(graphs({**tree, "dvc.yaml": f"stages:\n{stages}"}, archetypes="P"), "ENT001")


def test_names_in_a_hub_are_no_paths() -> None:
    script = 'from datasets import load_dataset\n\nif __name__ == "__main__":\n    load_dataset("glue", "sst2")\n'
    assert not found(graphs({"run.py": script}, archetypes="R"), "PIP004")


def test_a_data_file_of_unknown_size_is_not_called_small() -> None:
    tree = graphs({"data/train.parquet": "", "train.py": "x = 1\n"}, {"data/train.parquet": -1}, archetypes="R")
    (verdict,) = judge(tree.components, [RULES["DAT003"]]).verdicts
    assert verdict.outcome.value == "unknown"
    assert "data/train.parquet" in verdict.reason


RETRAIN = "on:\n  {event}:\njobs:\n  train:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python train.py\n"


def test_a_comment_on_an_issue_is_no_retraining_trigger() -> None:
    tree = {"service.py": SERVICE, "train.py": TRAIN}
    workflow = ".github/workflows/train.yml"
    assert found(graphs({**tree, workflow: RETRAIN.replace("{event}", "issue_comment")}, archetypes="S"), "OPS001")
    dispatched = graphs({**tree, workflow: RETRAIN.replace("{event}", "repository_dispatch")}, archetypes="S")
    assert not found(dispatched, "OPS001")


def test_a_drift_statistic_that_only_a_test_calls_watches_nothing() -> None:
    drift = "def population_stability(a, b):\n    return sum(a) - sum(b)\n"
    test = (
        "from drift import population_stability\n\n\ndef test_it():\n    assert population_stability([1], [1]) == 0\n"
    )
    tree = graphs({"service.py": SERVICE, "drift.py": drift, "tests/test_drift.py": test}, archetypes="S")
    (verdict,) = judge(tree.components, [RULES["MON001"]]).verdicts
    assert verdict.outcome.value == "not-evidenced"


def test_a_switch_that_is_off_monitors_nothing() -> None:
    tree = {"service.py": SERVICE, "settings.yaml": "monitoring:\n  drift_threshold: false\n"}
    assert found(graphs(tree, archetypes="S"), "MON001")


def test_a_pinned_namesake_pins_nothing() -> None:
    pointer = "outs:\n- md5: 0f5b5a1c1f3b1d6f2a7f0c0f2a5a9b11\n  size: 3\n  path: data.csv\n"
    (verdict,) = judge(
        graphs({"train.py": TRAIN, "other/data.csv.dvc": pointer}, archetypes="R").components, [RULES["DAT001"]]
    ).verdicts
    assert verdict.outcome.value == "unknown"
