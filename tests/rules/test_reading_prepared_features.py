"""What a function computes from the target before its caller takes the target away, beside what only looks so."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs

MAKE = """\
def made(frame):
    new = frame.copy()
    new["age"] = 2026 - new["built"]
    {column}
    {more}
    return new
"""
TAKE = """\
import pandas as pd
from make import made
FEATURES = {features}
frame = made(pd.read_csv("houses.csv"))
X = frame.drop(columns=[{dropped}])
{y} = frame["price"]
{after}
"""
FOUND = {
    "column": 'new["per_area"] = new["price"] / new["area"]',
    "more": "pass",
    "features": '["area", "age", "per_area"]',
    "dropped": '"price"',
    "y": "y",
    "after": "X.to_csv('x.csv')",
}


def found(**changed: str) -> bool:
    given = FOUND | changed
    files = {"make.py": MAKE.format(**given), "take.py": TAKE.format(**given)}
    judged = judge(graphs(files, archetypes="P").components, [registry().rules["LKG008"]])
    assert not judged.errors, judged.traces
    return bool(judged.findings)


def test_a_column_of_the_target_that_stays_when_the_target_is_taken_away() -> None:
    assert found()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"dropped": '"price", "per_area"'}, id="taken away with it"),
        pytest.param({"y": "prices"}, id="no target"),
        pytest.param({"features": '["area", "age"]'}, id="no feature"),
        pytest.param({"column": 'new["per_area"] = new["price"].shift(1) / new["area"]'}, id="of an earlier row"),
        pytest.param({"column": 'new["per_area"] = new["rent"] / new["area"]'}, id="of another column"),
        pytest.param({"more": 'new["price"] = new["price"].shift(-1)'}, id="another target"),
        pytest.param({"more": 'new["per_area"] = 0'}, id="written anew"),
        pytest.param({"more": 'new = new.drop(columns=["per_area"])'}, id="dropped where it is made"),
        pytest.param({"after": "X = X[FEATURES]"}, id="columns picked by a list"),
        pytest.param({"after": "X = X.drop(columns=chosen)"}, id="columns dropped by a list"),
    ],
)
def test_a_column_that_only_looks_like_one_of_the_target(changed: dict[str, str]) -> None:
    assert not found(**changed)
