"""How many I/O calls name an artefact, by component, and what hid the names of the rest."""

from __future__ import annotations

import pytest

from tests.pages import graphs

PD = "import pandas as pd\nimport os, sys, tempfile, argparse, datetime\n"


def causes(source: str, **more: str) -> list[tuple[int | None, str, str]]:
    (component,) = graphs({"a.py": PD + source, **more}).components
    return [(call.line, call.cause, call.name) for call in component.resolution.unresolved]


@pytest.mark.parametrize(
    ("source", "cause", "name"),
    [
        ("def f(p):\n    return pd.read_csv(p)\n", "param", "p"),
        ("pd.read_csv(os.environ['P'])\n", "env", "P"),
        ("pd.read_csv(mystery())\n", "computed", ""),
        ("for p in mystery():\n    pd.read_csv(p)\n", "loop", "p"),
        ("pd.read_csv(datetime.datetime.now())\n", "clock", "now"),
        ("pd.read_csv('..')\n", "outside", ".."),
    ],
)
def test_each_cause_is_told(source: str, cause: str, name: str) -> None:
    ((_, told, by),) = causes(source)
    assert (told, by) == (cause, name)


def test_a_caller_that_does_not_show_it_is_told_and_not_the_parameter_alone() -> None:
    source = "def f(p):\n    return pd.read_csv(p)\nf(mystery())\n"
    assert causes(source) == [(4, "callers", "p")]
    assert causes("def f(p):\n    return pd.read_csv(p)\nf('x.csv')\n") == []


def test_what_a_caller_shows_tells_more_than_the_parameter() -> None:
    assert causes("def f(p):\n    return pd.read_csv(p)\nf(os.environ['P'])\n") == [(4, "env", "P")]


def test_each_component_has_its_own_rate_and_calls() -> None:
    found = graphs(
        {
            "a/pyproject.toml": "[project]\nname = 'a'\ndependencies = ['pandas']\n",
            "a/load.py": PD + "pd.read_csv('x.csv')\n",
            "b/pyproject.toml": "[project]\nname = 'b'\ndependencies = ['pandas']\n",
            "b/load.py": PD + "pd.read_csv(mystery())\npd.read_csv('y.csv')\n",
            "tests/test_it.py": PD + "pd.read_csv(mystery())\n",
        }
    )
    rates = {item.id: (item.resolution.calls, item.io_resolved) for item in found.components}
    assert rates["a"] == (1, 1.0)
    assert rates["b"] == (2, 0.5)
    (call,) = next(item for item in found.components if item.id == "b").resolution.unresolved
    assert (call.path, call.line, call.call) == ("b/load.py", 3, "pandas.read_csv")
    assert call.reason == "is computed in a way that is not followed"


def test_without_calls_there_is_no_rate() -> None:
    (component,) = graphs({"a.py": "x = 1\n"}).components
    assert component.resolution.calls == 0
    assert component.io_resolved is None
