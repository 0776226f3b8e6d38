"""PIP011: tests whose failure a job waves through, beside those that it counts elsewhere."""

from __future__ import annotations

import pytest

from tests.pages import graphs

JOB = "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
MODULE = {"tests/test_a.py": "def test_a():\n    assert 1\n", "a.py": "import joblib\njoblib.dump(1, 'm.pkl')\n"}


def hidden(*commands: str) -> int:
    job = JOB + "".join(f"      - run: {command}\n" for command in commands)
    (graph,) = graphs({**MODULE, ".github/workflows/ci.yml": job}, archetypes="P").components
    return len(graph.hidden_failures())


@pytest.mark.parametrize(
    ("commands", "found"),
    [
        pytest.param(["pytest tests/ || true"], 1, id="all of them"),
        pytest.param(["pytest tests/", "pytest tests/ -m slow || true"], 0, id="a part again"),
        pytest.param(["pytest tests/ --cov=a || true", "pytest tests/"], 0, id="again for a report"),
        pytest.param(["pytest tests/ -m fast", "pytest tests/ -m slow || true"], 1, id="another part"),
        pytest.param(["pytest tests/ -m slow", "pytest tests/ -m slow || true"], 0, id="the same part"),
        pytest.param(["pytest tests/unit/", "pytest tests/ || true"], 1, id="other paths"),
        pytest.param(["pytest tests/ --co", "pytest tests/ || true"], 1, id="where they are only listed"),
        pytest.param(["pytest --collect-only || true"], 0, id="a list of tests"),
        pytest.param(["pytest", "python a.py || true"], 1, id="a program beside tests"),
        pytest.param(["pytest tests/ || true", "pytest tests/ -m slow || true"], 1, id="neither counts"),
    ],
)
def test_masked_tests(commands: list[str], found: int) -> None:
    assert hidden(*commands) == found


MAKE = (
    "all: a.py\n\tpython a.py\n\ntry-all:\n\tdocker compose up -d\n\tpytest tests/ || exit 0\n\tdocker compose kill\n"
)


@pytest.mark.parametrize(
    ("more", "idle"),
    [
        ({}, True),
        ({"README.md": "# A\n\nTry: make try-all.\n"}, False),
        ({"README.md": "# A\n\nDo not try-all-of-it.\n"}, True),
        ({".github/workflows/ci.yml": f"{JOB}      - run: make try-all\n"}, False),
        ({"Makefile": f"{MAKE}\ncheck: try-all\n\techo done\n"}, False),
        ({"Makefile": MAKE.partition("\n\n")[2]}, False),
    ],
)
def test_a_target_that_only_a_person_asks_for_weighs_less(more: dict[str, str], *, idle: bool) -> None:
    (graph,) = graphs({**MODULE, "Makefile": MAKE, **more}, archetypes="P").components
    assert [each.idle for each in graph.hidden_failures()] == [idle]
