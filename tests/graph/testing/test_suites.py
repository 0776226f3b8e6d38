"""Which tests can fail, and what they reach: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from tests.pages import graphs

CODE = {
    "src/features.py": (
        "def work(frame):\n    return frame\n\n\ndef other(frame):\n    return frame\n\n\n"
        "class Maker:\n    def fit(self, x):\n        return work(x)\n\n    def transform(self, x):\n        return x\n"
    ),
    "flows/train.py": "from src.features import work\n\n\ndef main():\n    work(1)\n\n\nif __name__ == '__main__':\n    main()\n",
}
USE = "from src.features import Maker, other, work\n"


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(CODE | files, archetypes="P").components
    return graph


def reached(test: str, more: dict[str, str] | None = None) -> set[str]:
    graph = ask({"tests/test_a.py": test, **(more or {})})
    code = graph.suites.code
    return {code.scope(*site).name for site in graph.suites.reached if site[0] in CODE and site[1]}


def test_who_imports_a_module_runs_its_body_and_no_guarded_part_of_it() -> None:
    more = {"src/app.py": "import flows.train\nfrom src.features import other\n\nother(1)\n"}
    assert reached("import src.app\n\n\ndef test_a():\n    assert src.app.x\n", more) == {"other"}


def test_a_program_of_checks_counts_though_nobody_collects_it() -> None:
    program = USE + "\n\ndef main():\n    assert work(1) == 1\n\n\nif __name__ == '__main__':\n    main()\n"
    assert reached(program) == {"work"}
    assert reached(program.replace("assert ", "print(").replace("== 1", "== 1)")) == set()


@pytest.mark.parametrize(
    "body",
    [
        "    assert work(1) == 1\n",
        "    self.assertEqual(work(1), 1)\n",
        "    np.testing.assert_allclose(work(1), 1)\n",
        "    with pytest.raises(ValueError):\n        work(1)\n",
        "    if work(1) != 1:\n        raise AssertionError\n",
        "    check(work(1))\n\n\ndef check(x):\n    assert x\n",
    ],
)
def test_what_can_fail(body: str) -> None:
    assert "work" in reached(f"{USE}\ndef test_a(self=None):\n{body}")


@pytest.mark.parametrize(
    "test",
    [
        "def test_a():\n    work(1)\n",
        "def test_a():\n    work(1)\n    assert True\n",
        "def test_a():\n    x = work(1)\n    assert x == x\n",
        "import pytest\n\n\n@pytest.mark.skip\ndef test_a():\n    assert work(1)\n",
        "import pytest\n\n\n@pytest.mark.xfail(reason='later')\ndef test_a():\n    assert work(1)\n",
        "import pytest\npytestmark = pytest.mark.skip('later')\n\n\ndef test_a():\n    assert work(1)\n",
        "import pytest\n\n\ndef test_a():\n    pytest.skip('later')\n    assert work(1)\n",
        "def check_a():\n    assert work(1)\n",
    ],
)
def test_what_cannot_fail(test: str) -> None:
    assert reached(USE + test) == set()


def test_a_condition_does_not_switch_off() -> None:
    assert reached(
        f"import pytest\n{USE}\n@pytest.mark.skipif(True, reason='x')\ndef test_a():\n    assert work(1)\n"
    ) == {"work"}


@pytest.mark.parametrize(
    ("test", "names"),
    [
        pytest.param("@pytest.mark.parametrize('f', [work, other])\ndef test_a(f):\n    assert f(1)\n", {"work", "other"}, id="parameters"),
        pytest.param("@pytest.fixture\ndef made():\n    return Maker()\n\n\ndef test_a(made):\n    assert made.transform(1)\n", {"Maker.fit", "Maker.transform", "work"}, id="fixture"),
        pytest.param("class TestA:\n    def setup_method(self):\n        self.m = Maker()\n\n    def test_a(self):\n        assert self.m\n", {"Maker.fit", "Maker.transform", "work"}, id="set-up"),
        pytest.param("def test_a():\n    assert Runner('flows/train.py').run()\n", {"main", "work"}, id="a program by its path"),
        pytest.param("import subprocess\n\n\ndef test_a():\n    assert subprocess.run(['python', 'flows/train.py'])\n", {"main", "work"}, id="a program by command"),
    ],
)  # fmt: skip
def test_what_is_reached(test: str, names: set[str]) -> None:
    assert names <= reached(f"import pytest\n{USE}\n{test}")


def test_a_patched_name_is_not_reached() -> None:
    assert (
        reached(
            "from unittest.mock import patch\n\n\ndef test_a():\n    with patch('src.features.work'):\n        assert 1 + 1 == 2\n"
        )
        == set()
    )


def test_touched_by_a_test_that_cannot_fail() -> None:
    graph = ask({"tests/test_a.py": f"{USE}\ndef test_a():\n    work(1)\n"})
    assert {graph.suites.code.scope(*site).name for site in graph.suites.touched} >= {"work"}


def test_what_is_said_of_scopes_is_gathered_test_by_test() -> None:
    tests = "def test_one():\n    assert Maker().fit(1)\n\n\ndef test_two():\n    assert other(1)\n"
    suites = ask({"tests/test_a.py": USE + tests}).suites
    said = {site: number for number, site in ((1, ("src/features.py", 1)), (2, ("src/features.py", 2)))}
    of = suites.gathered(said)
    assert [suites.code.scope(*site).name for site in said] == ["work", "other"]
    assert [of(test) for test in suites.tests] == [1, 2]
