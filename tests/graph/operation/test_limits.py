"""What acts on predictions, and what bounds it: asked of small trees."""

from __future__ import annotations

import pytest

from tests.pages import graphs

TRADE = (
    "import alpaca_trade_api as alpaca\nimport joblib\n\napi = alpaca.REST()\nmodel = joblib.load('m.pkl')\n\n\n"
    "def step(frame):\n    signal = model.predict(frame)\n"
)
ORDER = "    if signal[0] == 1:\n        api.submit_order(symbol='A', qty=1)\n"
POST = (
    "import joblib\nimport requests\n\nmodel = joblib.load('m.pkl')\n\n\ndef step(frame):\n"
    "    for name, bad in zip(frame['name'], model.predict(frame)):\n        if bad:\n            requests.post('https://shop/{to}', json=name)\n"
)


def acts(program: str) -> list[tuple[int | None, str]]:
    (graph,) = graphs({"app.py": program}, archetypes="S").components
    return [(act.place.line, act.bound) for act in graph.actions()]


def test_an_order_that_hangs_on_a_prediction() -> None:
    assert acts(TRADE + ORDER) == [(11, "")]


def test_an_address_that_blocks() -> None:
    assert acts(POST.replace("{to}", "users/block")) == [(10, "")]


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(POST.replace("{to}", "score"), id="an address that only takes scores"),
        pytest.param(TRADE + "    api.submit_order(symbol='A', qty=1)\n", id="no prediction decides"),
        pytest.param(TRADE + "    if signal[0] == 1:\n        api.get_position('A')\n", id="only asked"),
    ],
)
def test_no_action(program: str) -> None:
    assert acts(program) == []


@pytest.mark.parametrize("guard", ["max_orders > 0", "settings.enabled", "not dry_run"])
def test_a_bound_is_told(guard: str) -> None:
    ((_, bound),) = acts(TRADE + ORDER.replace("if signal", f"if {guard} and signal"))
    assert bound
