"""How services come by their models, and what makes a package a library: what readers of fresh repositories missed."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.graph.parts.archetypes import LIBRARY
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules

MODEL = "import joblib\n\n\nclass Model:\n    def __init__(self):\n        self.net = joblib.load('m.pkl')\n\n    def answer(self, rows):\n        return self.net.predict(rows)\n"
ROUTE = "from fastapi import Depends, FastAPI, Request\nfrom typing import Annotated\nfrom model import Model\n"
HELD = (
    ROUTE
    + "\n\n_model = {first}\n\n\ndef loaded():\n    global _model\n    if _model is None:\n        _model = Model()\n    return _model\n\n\napp = FastAPI()\n\n\n{handler}"
)


def found(files: dict[str, str], rule: str, archetypes: str = "") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


def serves(app: str, **more: str) -> bool:
    """Whether a program is known to answer requests with a model."""
    (component,) = graphs({"app.py": app, "model.py": MODEL, **more}).components
    return component.confidence("S") > 0


@pytest.mark.parametrize(
    ("handler", "first", "known"),
    [
        ("@app.post('/a')\ndef a(rows: list):\n    return loaded().answer(rows)\n", "None", True),
        ("@app.post('/a')\ndef a(rows: list):\n    return _model.answer(rows)\n", "None", True),
        ("@app.post('/a')\ndef a(rows: list):\n    return _model.answer(rows)\n", "int()", False),
        ("@app.post('/a')\ndef a(rows: list):\n    def inner():\n        nonlocal rows\n        rows = Model()\n    return rows.answer([])\n", "1", False),
    ],
)  # fmt: skip
def test_what_a_function_puts_in_the_place_of_none_is_what_a_module_holds(
    handler: str, first: str, known: bool
) -> None:
    app = HELD.format(first=first, handler=handler)
    service, model = graphs({"app.py": app, "model.py": MODEL}).components[0], ("model.py", 3)
    code = service._world.resolved.code
    handlers = [n for n in code.scopes("app.py") if code.scope("app.py", n).name == "a"]
    assert (model in service._world.resolved.effects.reached(("app.py", handlers[0]))) is known


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ("async def start(app: FastAPI):\n    app.state.model = Model()\n\n\n@app.post('/a')\ndef a(rows: list):\n    return app.state.model.answer(rows)\n", True),
        ("async def start(app: FastAPI):\n    app.state.model = Model()\n\n\n@app.post('/a')\ndef a(rows: list, request: Request):\n    return request.app.state.model.answer(rows)\n", True),
        ("async def start(app: FastAPI):\n    app.state.model = Model()\n\n\n@app.post('/a')\ndef a(rows: list):\n    return app.state.other.answer(rows)\n", False),
        ("async def start(run):\n    run.state.model = Model()\n\n\n@app.post('/a')\ndef a(rows: list, run=None):\n    return run.state.model.answer(rows)\n", False),
        ("@app.post('/a')\ndef a(rows: list, model=Depends(loaded)):\n    return model.answer(rows)\n", True),
        ("@app.post('/a')\ndef a(rows: list, model: Annotated[object, Depends(loaded)]):\n    return model.answer(rows)\n", True),
        ("@app.post('/a')\ndef a(rows: list, model: Annotated[object, 'the model']):\n    return model.answer(rows)\n", False),
        ("@app.post('/a')\ndef a(rows: list, model=loaded):\n    return model.answer(rows)\n", False),
    ],
)  # fmt: skip
def test_handlers_share_what_an_application_keeps_and_what_a_framework_supplies(body: str, known: bool) -> None:
    app = ROUTE + "\n\ndef loaded():\n    return Model()\n\n\napp = FastAPI()\n\n\n" + body
    (component,) = graphs({"app.py": app, "model.py": MODEL}).components
    world = component._world
    (handler,) = [n for n in world.resolved.code.scopes("app.py") if world.resolved.code.scope("app.py", n).name == "a"]
    assert (("model.py", 3) in world.resolved.effects.reached(("app.py", handler))) is known
    assert component.confidence("S") > 0 or not known


PACKAGE = "[project]\nname = 'churn'\nversion = '1'\n"
STUDY = (
    "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.metrics import r2_score\nfrom sklearn.model_selection import train_test_split\n"
    "f = pd.read_csv('d.csv')\na, b, c, d = train_test_split(f[['x']], f['y'], random_state=1)\nm = Ridge().fit(a, c)\nprint(r2_score(d, m.predict(b)))\njoblib.dump(m, 'm.joblib')\n"
)
TEST = "import churn\n\n\ndef test_churn():\n" + "    assert churn.__name__\n" * 3
KEPT = {"pyproject.toml": PACKAGE, "churn/__init__.py": "", "churn/__main__.py": STUDY, "docs/i.md": "# Churn\n\nWe train.\n", "tests/test_x.py": TEST, "CHANGELOG.md": "# 1\n"}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "library"),
    [
        ({}, False),
        ({"README.md": "# Churn\n\npip install -r requirements.txt\npython -m churn\n"}, False),
        ({"README.md": "# Churn\n\n`pip install churn`\n"}, True),
        ({"README.md": "# Churn\n\n```python\nfrom churn import study\n```\n"}, True),
        ({"docs/use.md": "# Use\n\n```python\nimport churn\n```\n"}, True),
        ({"examples/use.py": "import churn\n"}, True),
    ],
)
def test_a_well_kept_package_that_nobody_is_told_to_install_is_what_it_does(
    more: dict[str, str], library: bool
) -> None:
    (component,) = graphs({**KEPT, **more}).components
    assert (component.confidence("L") >= LIBRARY) is library
    assert (component.confidence("P") > 0) is not library


CREATES = "import os\nimport joblib\nfrom fastapi import FastAPI\nfrom sklearn.linear_model import Ridge\n\n\nclass Held:\n    def there(self):\n        names = ['m.pkl']\n        return {asked}\n\n    def start(self):\n        if {test}:\n            joblib.dump(Ridge().fit([[1]], [1]), 'm.pkl')\n        self.m = joblib.load('m.pkl')\n\n    def ask(self, rows):\n        return self.m.predict(rows)\n\n\nheld = Held()\nheld.start()\napp = FastAPI()\n\n\n@app.post('/a')\ndef a(rows: list):\n    return held.ask(rows)\n"


@pytest.mark.parametrize(
    ("asked", "test", "told"),
    [
        ("all(os.path.exists(name) for name in names)", "not self.there()", False),
        ("os.path.exists('m.pkl')", "not self.there()", False),
        ("all(name for name in names)", "not self.there()", True),
        ("all(os.path.exists(name) for name in names)", "self.there()", True),
    ],
)
def test_a_service_replaces_no_model_that_it_makes_where_it_finds_none(asked: str, test: str, told: bool) -> None:
    assert bool(found({"app.py": CREATES.format(asked=asked, test=test)}, "OPS003", "S")) is told


ASKS = "import numpy as np\nimport requests\n\n\ndef check_drift_status(rows):\n    {body}\n\n\nprint(check_drift_status([1]))\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return requests.get('http://localhost/drift').json()", False),
        ("return float(np.mean(requests.get('http://localhost/rows').json()))", True),
    ],
)
def test_whoever_asks_a_service_for_drift_is_no_monitor(body: str, told: bool) -> None:
    files = {"app.py": ROUTE + "app = FastAPI()\nheld = Model()\n\n\n@app.post('/a')\ndef a(rows: list):\n    return held.answer(rows)\n", "model.py": MODEL}  # fmt: skip
    assert bool(found({**files, "simulate.py": ASKS.format(body=body)}, "MON005", "S")) is told


CHANCE = (
    "import random\nimport joblib\nimport numpy as np\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\napp = FastAPI()\nm = joblib.load('m.pkl')\n\n\nclass Answer(BaseModel):\n    confidence: float\n\n\n"
    "def sure(rows):\n    if len(rows) > 3:\n        return round({draw}, 1)\n    return 0.5\n\n\ndef made(row: dict):\n    return [row.get(name, {default}) for name in ('a', 'b')]\n\n\n"
    "@app.post('/a')\ndef a(rows: dict):\n    said = m.predict([made(rows)])[0]\n    {answer}\n"
)
DRAW, TABLE = "random.uniform(85.0, 95.0)", "return {'answer': said, 'confidence': sure(rows)}"


@pytest.mark.parametrize(
    ("draw", "default", "answer", "told"),
    [
        (DRAW, "0.0", TABLE, ["the confidence in the answer"]),
        (DRAW, "0.0", "result = {'answer': said, 'confidence': sure(rows)}\n    return result", ["the confidence in the answer"]),
        (DRAW, "0.0", "return Answer(confidence=sure(rows))", ["the confidence in the answer"]),
        (DRAW, "0.0", "return {'answer': said, 'request': sure(rows)}", []),
        ("len(rows) / 9", "0.0", TABLE, []),
        ("random.uniform(0, len(rows))", "0.0", TABLE, []),
        (DRAW, "0.0", "return {'answer': said, 'confidence': m.predict_proba([rows])[0] * sure(rows)}", []),
        ("0.5", "np.random.randn()", "return {'answer': said}", ["what a request to"]),
        ("0.5", "np.random.normal(rows['a'])", "return {'answer': said}", []),
    ],
)  # fmt: skip
def test_chance_beside_what_a_model_says_and_in_what_it_is_asked(
    draw: str, default: str, answer: str, told: list[str]
) -> None:
    app = CHANCE.replace("{draw}", draw).replace("{default}", default).replace("{answer}", answer)
    said = [finding.message for finding in found({"app.py": app}, "LKG013", "S")]
    assert [message[: len(begin)] for message, begin in zip(said, told, strict=True)] == told


def test_chance_by_a_name_that_says_so_is_meant() -> None:
    app = CHANCE.replace("{draw}", DRAW).replace("{default}", "0.0").replace("{answer}", TABLE)
    assert not found({"app.py": app.replace("'/a'", "'/demo'").replace("def a(", "def demo(")}, "LKG013", "S")
