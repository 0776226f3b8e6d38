"""What asks a model for more than one figure: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph.testing.behaviour import Behaviour
from tests.pages import graphs

TRAIN = (
    "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n\nf = pd.read_csv('d.csv')\n"
    "joblib.dump(LogisticRegression().fit(f[['gender', 'x']], f['loan_status']), 'model.pkl')\n"
)


def ask(more: dict[str, str]) -> Behaviour:
    (graph,) = graphs({"train.py": TRAIN, **more}, archetypes="S").components
    return graph.behaviour()


def test_people_and_what_is_decided_on_them() -> None:
    found = ask({})
    assert (found.by, found.tested, found.protected, found.decided) == ("", None, "gender", "loan_status")


@pytest.mark.parametrize(
    "more",
    [
        {"tests/test_invariance.py": "def test_name_does_not_matter():\n    assert 1\n"},
        {"check.py": "from fairlearn.metrics import MetricFrame\n"},
        {"check.py": "def error_by_segment(frame):\n    return frame\n"},
        {"params.yaml": "report:\n  demographic_parity: true\n"},
    ],
)
def test_whatever_speaks_of_it_is_evidence(more: dict[str, str]) -> None:
    assert ask(more).by


def test_a_test_that_asks_a_model_is_told_apart() -> None:
    found = ask(
        {
            "tests/test_m.py": "import joblib\n\n\ndef test_m():\n    assert joblib.load('model.pkl').predict([[1, 2]])[0] == 1\n"
        }
    )
    assert not found.by
    assert found.tested is not None


def test_without_training_nothing_is_asked() -> None:
    (graph,) = graphs({"a.py": "x = 1\n"}, archetypes="S").components
    assert graph.behaviour().trained is None
