"""What services ask models with, held against what these were trained on."""

from __future__ import annotations

import pytest

from tests.pages import graphs

TRAIN = """\
import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

FEATURES = ["age", "income", "tenure"]
frame = pd.read_csv("customers.csv")
X, y = frame[FEATURES], frame["churned"]
{}joblib.dump(model, "model.joblib")
"""
FIT = "model = LogisticRegression().fit(X, y)\n"
SCALED = "scaler = StandardScaler()\nZ = scaler.fit_transform(X)\nmodel = LogisticRegression().fit(Z, y)\njoblib.dump(scaler, 's.joblib')\n"
SERVE = """\
import joblib
import numpy as np
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()
model = joblib.load("model.joblib")
scaler = joblib.load("s.joblib")


class Request(BaseModel):
    age: float
    income: float{}


@app.post("/predict")
def predict(r: Request, more: dict):
    {}
    return int(model.predict({})[0])
"""


def told(asks: str, before: str = "pass", fields: str = "", trains: str = FIT, train: str = TRAIN) -> list[str]:
    """What does not fit, kind and columns."""
    files = {"train.py": train.format(trains), "serve.py": SERVE.format(fields, before, asks)}
    return [f"{each.kind} {' '.join(each.columns)}" for each in graphs(files).components[0].misfits()]


@pytest.mark.parametrize(
    ("asks", "before", "found"),
    [
        pytest.param("[[r.age, r.income]]", "", ["lacking tenure"], id="fewer values"),
        pytest.param("pd.DataFrame([{'age': r.age, 'income': r.income}])", "", ["lacking tenure"], id="fewer keys"),
        pytest.param("pd.DataFrame([r.model_dump()])", "", ["lacking tenure"], id="fewer fields"),
        pytest.param("f", "f = pd.DataFrame([[r.age, r.income]], columns=['age', 'income'])", ["lacking tenure"], id="fewer names"),
        pytest.param("[[r.income, r.age, more['tenure']]]", "", ["order age income"], id="by position in another order"),
        pytest.param("np.array([r.income, float(r.age), more['tenure']]).reshape(1, -1)", "", ["order age income"], id="of an array"),
        pytest.param("x", "x = np.array([[r.income, r.age, more['tenure']]])", ["order age income"], id="by a name"),
        pytest.param("pd.DataFrame([{'age': r.age, 'income': r.income, 'tenure': 0}])", "", ["constant tenure"], id="a constant"),
        pytest.param("pd.DataFrame({'age': [r.age], 'income': [r.income], 'tenure': [-1]})", "", ["constant tenure"], id="a constant in a list"),
        pytest.param("f", "f = pd.DataFrame([r.model_dump()])\n    f['tenure'] = 0", ["constant tenure"], id="a constant that is put in"),
        pytest.param("[[r.age, r.income, more['tenure']]]", "", [], id="as trained"),
        pytest.param("pd.DataFrame([{'tenure': more['t'], 'income': r.income, 'age': r.age}])", "", [], id="by name in another order"),
        pytest.param("pd.DataFrame([row])", "row = {'age': r.age, 'income': r.income, 'tenure': 0}\n    row['tenure'] = more['t']", [], id="a default that is written over"),
        pytest.param("pd.DataFrame([row])", "row = {'age': r.age, 'income': r.income, 'tenure': 0}\n    row.update(more)", [], id="a default that may be written over"),
        pytest.param("f", "f = pd.DataFrame([r.model_dump()])\n    f['tenure'] = r.age / 2", [], id="computed here"),
        pytest.param("f", "f = pd.DataFrame([r.model_dump()])\n    f[more['name']] = r.age / 2", [], id="written under a name that is not known"),
        pytest.param("f", "f = pd.DataFrame([{'age': r.age, 'income': r.income}])\n    f.insert(0, 'tenure', 1)", [], id="inserted"),
        pytest.param("pd.DataFrame([r.model_dump() | more])", "", [], id="with more"),
        pytest.param("pd.DataFrame([more])", "", [], id="whatever comes"),
        pytest.param("[[r.x, r.y]]", "", [], id="of other names"),
        pytest.param("[list(more.values())]", "", [], id="values of no name"),
    ],
)  # fmt: skip
def test_what_a_service_asks_with(asks: str, before: str, found: list[str]) -> None:
    assert told(asks, before or "pass") == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"fields": "\n    tenure: float"}, []),
        ({"fields": "\n    months: float = Field(alias='tenure')"}, []),
        ({"trains": SCALED}, ["lacking tenure"]),
        ({"trains": FIT.replace("fit(X", "fit(pd.get_dummies(X)")}, []),
        ({"trains": "from sklearn.compose import ColumnTransformer\n" + FIT + "ColumnTransformer([])\n"}, []),
        ({"trains": FIT + "LogisticRegression().fit(frame[['age', 'income']], y)\n"}, []),
        ({"train": TRAIN.replace('"model.joblib"', '"other.joblib"')}, []),
    ],
)
def test_which_model_is_asked_and_what_it_was_trained_on(more: dict[str, str], found: list[str]) -> None:
    assert told("pd.DataFrame([r.model_dump()])", **more) == found


def test_a_scaler_leaves_columns_where_they_are() -> None:
    assert told("scaler.transform([[r.income, r.age, more['tenure']]])", trains=SCALED) == ["order age income"]
    assert told("scaler.transform([[r.age, r.income, more['tenure']]])", trains=SCALED) == []


@pytest.mark.parametrize(("names", "found"), [("FEATURES", []), ("FEATURES[:2]", []), ("['age', 'income']", ["lacking tenure"])])  # fmt: skip
def test_a_list_of_columns_may_come_from_a_module(names: str, found: list[str]) -> None:
    lists = {"lists.py": "FEATURES = ['age', 'income', 'tenure']\n"}
    train = TRAIN.replace('FEATURES = ["age", "income", "tenure"]', "from lists import FEATURES").format(FIT)
    serve = "from lists import FEATURES\n" + SERVE.format("", "pass", f"pd.DataFrame([more])[{names}]")
    files = {**lists, "train.py": train, "serve.py": serve}
    assert [f"{each.kind} {' '.join(each.columns)}" for each in graphs(files).components[0].misfits()] == found
