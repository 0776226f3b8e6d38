"""Predictions that another model learns from, and predictions that come back into the training of their own."""

from __future__ import annotations

import pytest

from auditor.graph.coupling.predicted import Carried
from tests.pages import graphs

HEAD = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n"
FIRST = HEAD + "d = pd.read_csv('raw.csv')\njoblib.dump(Ridge().fit(d[['a']], d['y']), 'first.pkl')\n"
SCORE = (
    HEAD
    + "d = pd.read_csv('raw.csv')\nm = joblib.load('first.pkl')\nd['risk'] = m.predict(d[['a']])\nd.to_csv('scored.csv')\n"
)
SECOND = HEAD + "d = pd.read_csv('{data}')\njoblib.dump(Ridge().fit(d[['risk']], d['z']), 'second.pkl')\n"
RAW = {"raw.csv": "a,y,z\n1,2,3\n"}


def cascades(files: dict[str, str]) -> list[Carried]:
    return graphs({**RAW, **files}).components[0].cascades()


def loops(files: dict[str, str]) -> list[Carried]:
    return graphs({**RAW, **files}).components[0].loops()


def test_a_model_trained_on_what_a_file_keeps_of_another() -> None:
    files = {"first.py": FIRST, "score.py": SCORE, "second.py": SECOND.replace("{data}", "scored.csv")}
    (carried,) = cascades(files)
    assert carried.artefact == "scored.csv"
    assert (carried.predicted.path, carried.predicted.line) == ("score.py", 6)
    assert (carried.trained.path, carried.together) == ("second.py", False)
    assert loops(files) == []


def test_stages_of_one_pipeline_run_together() -> None:
    stages = "".join(f"  {name}: {{cmd: python {name}.py}}\n" for name in ("first", "score", "second"))
    files = {"first.py": FIRST, "score.py": SCORE, "second.py": SECOND.replace("{data}", "scored.csv")}
    (carried,) = cascades({**files, "dvc.yaml": f"stages:\n{stages}"})
    assert carried.together


IN_MEMORY = (
    HEAD + "d = pd.read_csv('raw.csv')\nm = {model}\nd['risk'] = m.{method}(d[['a']])\nRidge().fit({given}, d['z'])\n"
)


@pytest.mark.parametrize(
    ("model", "method", "given", "count"),
    [
        pytest.param("joblib.load('first.pkl')", "predict", "d[['risk']]", 1, id="a model trained elsewhere"),
        pytest.param("joblib.load('first.pkl')", "predict", "d[['a']]", 0, id="another column than the prediction"),
        pytest.param("joblib.load('public.pkl')", "predict", "d[['risk']]", 0, id="a model that nothing here trains"),
        pytest.param("joblib.load('first.pkl')", "transform", "d[['risk']]", 0, id="a transformation"),
        pytest.param("Ridge().fit(d[['a']], d['y'])", "predict", "d[['risk']]", 0, id="a part of the same training"),
    ],
)
def test_predictions_in_memory(model: str, method: str, given: str, count: int) -> None:
    source = IN_MEMORY.replace("{model}", model).replace("{method}", method).replace("{given}", given)
    assert len(cascades({"first.py": FIRST, "second.py": source})) == count


def test_groups_found_in_data_describe_them() -> None:
    group = (
        "import joblib\nimport pandas as pd\nfrom sklearn.cluster import KMeans\nd = pd.read_csv('raw.csv')\n"
        "d['risk'] = KMeans().fit(d).predict(d)\nd.to_csv('scored.csv')\n"
    )
    assert cascades({"group.py": group, "second.py": SECOND.replace("{data}", "scored.csv")}) == []


AGAIN = HEAD + "d = pd.read_csv('scored.csv')\n{guard}joblib.dump(Ridge().fit(d[['risk']], d['y']), 'first.pkl')\n"


def test_predictions_that_come_back_to_their_own_model() -> None:
    files = {"first.py": AGAIN.replace("{guard}", ""), "score.py": SCORE}
    (carried,) = loops(files)
    assert (carried.artefact, carried.guarded) == ("scored.csv", None)
    assert cascades(files) == [], "that is a loop and no cascade"


def test_a_guard_against_the_loop_is_seen() -> None:
    (carried,) = loops({"first.py": AGAIN.replace("{guard}", "holdout = d.sample(frac=0.1)\n"), "score.py": SCORE})
    assert carried.guarded is not None
    assert carried.guarded.path == "first.py"


def test_a_loop_over_a_step_between() -> None:
    between = "import pandas as pd\npd.read_csv('scored.csv').to_csv('features.csv')\n"
    first = AGAIN.replace("{guard}", "").replace("scored.csv", "features.csv")
    assert len(loops({"first.py": first, "score.py": SCORE, "between.py": between})) == 1


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(
            "old = pd.read_csv('scored.csv')\nprint(old['risk'].mean())\n", id="the training only looks at it"
        ),
        pytest.param("pd.read_csv('scored.csv').plot()\n", id="the training draws it"),
    ],
)
def test_what_a_training_reads_and_does_not_learn_from(use: str) -> None:
    assert loops({"first.py": FIRST.replace("joblib.dump", f"{use}joblib.dump"), "score.py": SCORE}) == []


def test_a_step_between_that_writes_something_else_carries_nothing() -> None:
    between = (
        "import pandas as pd\nprint(len(pd.read_csv('scored.csv')))\npd.read_csv('raw.csv').to_csv('features.csv')\n"
    )
    first = AGAIN.replace("{guard}", "").replace("scored.csv", "features.csv")
    assert loops({"first.py": first, "score.py": SCORE, "between.py": between}) == []
