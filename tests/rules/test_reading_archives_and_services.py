"""What archives are unpacked to and what services are asked, as readers of strange repositories saw it: each beside the debt."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
FETCH = "import zipfile\n{}\nwith zipfile.ZipFile({}) as z:\n    z.extractall('data/raw')\n"
FIT = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('data/raw/{}')\nRidge().fit(f[['a']], f['y'])\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


@pytest.mark.parametrize(
    ("says", "archive", "read", "number"),
    [
        ("", "'data/raw/prices.zip'", "other.csv", 1),
        ("", "'data/raw/prices.tar.gz'", "prices/a.csv", 1),
        ("", "'data/raw/prices.nc'", "prices.csv", 1),
        ("", "'data/raw/prices.nc'", "other.csv", 0),
        ("", "open('x', 'rb')", "books/a.csv", 1),
        ("N = 'https://example.org/films-small.zip'", "open('x', 'rb')", "films-small/a.csv", 1),
        ("N = 'https://example.org/films-small.zip'", "open('x', 'rb')", "books/a.csv", 0),
        ("N = 'https://example.org/films-small.zip'", "open('x', 'rb')", "a.csv", 1),
    ],
)
def test_an_archive_holds_what_may_be_in_it(says: str, archive: str, read: str, number: int) -> None:
    assert len(found({"get.py": FETCH.format(says, archive), "fit.py": FIT.format(read)}, "PIP001")) == number


SERVICE = "import joblib\nimport pandas as pd\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\napp = FastAPI()\nm = joblib.load('m.pkl')\n\n\nclass Asked(BaseModel):\n    {}\n\n\n@app.post('/p')\ndef p(asked: {}):\n    return str(m.predict([asked]))\n"


@pytest.mark.parametrize(
    ("field", "taken", "severity"),
    [
        ("text: str", "Asked", "medium"),
        ("review_text: Optional[str] = None", "Asked", "medium"),
        ("text: str\n    price: float", "Asked", "high"),
        ("city: str", "Asked", "high"),
        ("text = 'a'", "Asked", "high"),
        ("a: int", "Asked, text: str", "high"),
        ("a: int", "str, text: str", "medium"),
        ("a: int", "str, text", "high"),
    ],
)
def test_a_service_that_is_asked_texts_has_no_features_to_compare(field: str, taken: str, severity: str) -> None:
    (finding,) = found({"serve.py": SERVICE.format(field, taken)}, "MON001", "S")
    assert finding.severity.value == severity
    table = "\n\n@app.post('/q')\ndef q(a: float):\n    return str(m.predict([a]))\n"
    (both,) = found({"serve.py": SERVICE.format(field, taken) + table}, "MON001", "S")
    assert both.severity.value == "high"


@pytest.mark.parametrize(("name", "told"), [("health_check", False), ("home", True)])
def test_a_root_that_is_called_a_health_check_is_one(name: str, told: bool) -> None:
    root = f"\n\n@app.get('/')\ndef {name}():\n    return {{'loaded': m is not None}}\n"
    assert bool(found({"serve.py": SERVICE.format("a: float", "Asked") + root}, "MON007", "S")) is told


METER = (
    "from prometheus_client import Counter\n\nmade = Counter('answers_total', 'How many.'{})\nmade.labels('x').inc()\n"
)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("", True),
        (", ['route', 'status']", True),
        (", ['route', 'decision']", False),
        (", labelnames=('predicted_class',)", False),
    ],
)
def test_a_meter_of_what_is_answered_stands_in_for_what_comes_true(labels: str, told: bool) -> None:
    fit = FIT.format("a.csv") + "import joblib\njoblib.dump(Ridge(), 'm.pkl')\n"
    serve = SERVICE.format("a: float", "Asked") + METER.format(labels)
    assert bool(found({"serve.py": serve, "fit.py": fit}, "MON002", "S")) is told
