"""The fitted steps before a model: saved with it, lost, or fitted anew where it answers."""

from __future__ import annotations

import pytest

from auditor.graph.coupling.shipped import Shipping
from tests.pages import graphs

HEAD = (
    "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.pipeline import Pipeline\n"
    "from sklearn.preprocessing import StandardScaler\n"
)
TRAIN = (
    HEAD
    + "d = pd.read_csv('raw.csv')\nscaler = StandardScaler()\nX = scaler.fit_transform(d[['a']])\n"
    + "model = Ridge().fit(X, d['y'])\n{saves}\n"
)
SERVE = (
    "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nmodel = joblib.load('model.pkl')\n"
    "@app.route('/p', methods=['POST'])\ndef p():\n    return str(model.predict([request.json['a']]))\n"
)


def shipping(files: dict[str, str]) -> Shipping:
    (component,) = graphs({"raw.csv": "a,y\n1,2\n", **files}).components
    return component.shipping()


def states(files: dict[str, str]) -> list[tuple[str, str, bool]]:
    return [(step.name, step.state, step.served is not None) for step in shipping(files).steps]


@pytest.mark.parametrize(
    ("saves", "state"),
    [
        pytest.param("joblib.dump(model, 'model.pkl')", "lost", id="the model alone"),
        pytest.param("joblib.dump(model, 'model.pkl')\njoblib.dump(scaler, 's.pkl')", "kept", id="both"),
        pytest.param("joblib.dump({'m': model, 's': scaler}, 'model.pkl')", "kept", id="both in one table"),
        pytest.param("joblib.dump((scaler, model), 'model.pkl')", "kept", id="both in a tuple"),
        pytest.param(
            "class Bundle:\n    def __init__(self, m, s):\n        self.m = m\n        self.s = s\n"
            "joblib.dump(Bundle(model, scaler), 'model.pkl')",
            "kept",
            id="both in an object",
        ),
    ],
)
def test_what_is_saved_beside_a_model(saves: str, state: str) -> None:
    files = {"train.py": TRAIN.replace("{saves}", saves), "app.py": SERVE}
    assert states(files) == [("StandardScaler", state, state == "lost")]


def test_a_pipeline_holds_its_steps() -> None:
    source = HEAD + (
        "d = pd.read_csv('raw.csv')\npipe = Pipeline([('s', StandardScaler()), ('m', Ridge())])\n"
        "pipe.fit(d[['a']], d['y'])\njoblib.dump(pipe, 'model.pkl')\n"
    )
    assert states({"train.py": source, "app.py": SERVE}) == []


def test_a_model_that_nobody_loads_needs_nothing_in_serving() -> None:
    files = {"train.py": TRAIN.replace("{saves}", "joblib.dump(model, 'model.pkl')")}
    assert states(files) == [("StandardScaler", "lost", False)]


def test_a_model_that_is_never_saved_ships_nothing() -> None:
    assert states({"train.py": TRAIN.replace("{saves}", "print(model)"), "app.py": SERVE}) == []


def test_a_step_that_learns_nothing_is_no_loss() -> None:
    stateless = TRAIN.replace("StandardScaler", "FunctionTransformer")
    assert states({"train.py": stateless.replace("{saves}", "joblib.dump(model, 'model.pkl')"), "app.py": SERVE}) == []


def test_what_a_function_saves_counts_for_its_caller() -> None:
    lib = "import joblib\ndef keep(thing, name):\n    joblib.dump(thing, name)\n"
    saves = "from lib import keep\nkeep(model, 'model.pkl')\nkeep(scaler, 's.pkl')"
    files = {"train.py": TRAIN.replace("{saves}", saves), "lib.py": lib, "app.py": SERVE}
    assert [state for _, state, _ in states(files)] == ["kept"]


REFIT = (
    "import joblib\nimport pandas as pd\nfrom flask import Flask, request\nfrom sklearn.preprocessing import StandardScaler\n"
    "app = Flask(__name__)\nmodel = joblib.load('model.pkl')\n"
    "@app.route('/p', methods=['POST'])\ndef p():\n    rows = {rows}\n"
    "    return str(model.predict(StandardScaler().fit_transform(rows)))\n"
)


def test_a_step_fitted_anew_on_what_is_asked() -> None:
    files = {"train.py": TRAIN.replace("{saves}", "joblib.dump(model, 'model.pkl')")}
    asked = {**files, "app.py": REFIT.replace("{rows}", "pd.DataFrame(request.json)")}
    assert ("StandardScaler", "refitted", True) in states(asked)


def test_a_step_fitted_again_on_the_training_data_learns_the_same() -> None:
    again = SERVE.replace(
        "import joblib\n", "import joblib\nimport pandas as pd\nfrom sklearn.preprocessing import StandardScaler\n"
    )
    again = again.replace(
        "app = Flask", "s = StandardScaler()\nX = s.fit_transform(pd.read_csv('raw.csv')[['a']])\napp = Flask"
    ).replace("model.predict([request.json['a']])", "model.predict(X)")
    files = {"train.py": TRAIN.replace("{saves}", "joblib.dump(model, 'model.pkl')"), "app.py": again}
    assert "refitted" not in [state for _, state, _ in states(files)]


def test_what_a_call_saves_without_our_knowing_is_unknown() -> None:
    saves = "joblib.dump(model, 'model.pkl')\nimport dill\nfor thing in everything():\n    joblib.dump(*thing)"
    found = shipping({"train.py": TRAIN.replace("{saves}", saves), "app.py": SERVE})
    assert not [step for step in found.steps if step.state == "lost"]
    assert found.unknown
