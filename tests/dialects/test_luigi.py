"""Luigi: task classes, what they require, where their outputs lie."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, writes
from tests.pages import graphs

HEAD = "import luigi\nfrom luigi import LocalTarget\nfrom luigi.util import inherits, requires\nfrom luigi.contrib.s3 import S3Target\n"
FETCH = """
class Fetch(luigi.Task):
    day = luigi.DateParameter()
    root = luigi.Parameter(default="data")
    def output(self):
        return LocalTarget(f"{self.root}/raw/{self.day}.csv")
    def run(self):
        pass
"""


def tasks(text: str, more: dict[str, str] | None = None) -> Graphs:
    return graphs({"tasks.py": HEAD + FETCH + text, **(more or {})})


def test_a_chain() -> None:
    graph = tasks(
        "class Clean(luigi.Task):\n    day = luigi.DateParameter()\n"
        "    def requires(self):\n        return Fetch(day=self.day)\n"
        "    def output(self):\n        return luigi.LocalTarget('data/clean.csv')\n"
        "    def run(self):\n        open(self.input().path)\n"
        "class All(luigi.WrapperTask):\n    def requires(self):\n        yield Clean()\n        yield Fetch()\n"
    )
    assert steps(graph) == ["Fetch", "Clean", "All"]
    assert pipelines(graph) == {"All"}
    assert order(graph) == {"Fetch > Clean", "Fetch > All", "Clean > All"}
    assert writes(graph) == {"Fetch > data/raw/{day}.csv", "Clean > data/clean.csv"}
    assert {"data/raw/{day}.csv > Clean", "data/clean.csv > All"} <= reads(graph)
    assert {"Fetch.run > Fetch", "Clean.run > Clean"} <= edges(graph, EdgeKind.IMPLEMENTS)


@pytest.mark.parametrize(
    ("required", "expected"),
    [
        pytest.param("return [Fetch(), Other()]", {"Fetch > Last", "Other > Last"}, id="list"),
        pytest.param("return {'a': Fetch(), 'b': Other()}", {"Fetch > Last", "Other > Last"}, id="map"),
        pytest.param("return [Fetch(day=d) for d in self.days]", {"Fetch > Last"}, id="loop"),
        pytest.param("for d in range(3):\n            yield Fetch(day=d)", {"Fetch > Last"}, id="yielded"),
        pytest.param("return self.clone(Fetch)", {"Fetch > Last"}, id="clone"),
        pytest.param("return Last()", set(), id="itself"),
        pytest.param("return unknown()", set(), id="unknown"),
        pytest.param("return [Fetch() if self.x else Other()]", {"Fetch > Last", "Other > Last"}, id="either"),
    ],
)
def test_what_is_required(required: str, expected: set[str]) -> None:
    graph = tasks(
        "class Other(luigi.ExternalTask):\n    def output(self):\n        return S3Target('s3://b/x.csv')\n"
        f"class Last(luigi.Task):\n    def requires(self):\n        {required}\n"
    )
    assert order(graph) == expected


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("@requires(Fetch)", {"Fetch > Last"}),
        ("@inherits(Fetch)", set()),
        ("@luigi.util.requires(Fetch)", {"Fetch > Last"}),
    ],
)
def test_decorators(decorator: str, expected: set[str]) -> None:
    graph = tasks(
        f"{decorator}\nclass Last(luigi.Task):\n    def output(self):\n        return LocalTarget(f'{{self.root}}/last.csv')\n"
    )
    assert order(graph) == expected
    assert "Last > data/last.csv" in writes(graph)


def test_tasks_over_modules_and_bases() -> None:
    graph = graphs(
        {
            "p/__init__.py": "",
            "p/bases.py": "import luigi\nclass Step(luigi.Task):\n    name = 'x'\n    def output(self):\n        return luigi.LocalTarget('out/' + self.name + '.txt')\n",
            "p/steps.py": "from p.bases import Step\nclass A(Step):\n    name = 'a'\n    def run(self):\n        pass\n"
            "class B(Step):\n    name = 'b'\n    def requires(self):\n        return A()\n",
        }
    )
    assert steps(graph) == ["A", "B"]
    assert writes(graph) == {"A > out/a.txt", "B > out/b.txt"}
    assert reads(graph) == {"out/a.txt > B"}


def test_a_target_that_is_not_known_is_in_memory() -> None:
    graph = tasks(
        "class A(luigi.Task):\n    def output(self):\n        return LocalTarget(unknown())\n"
        "class B(luigi.Task):\n    def requires(self):\n        return A()\n    def run(self):\n        pass\n"
    )
    assert reads(graph) == {"A > B"}


def test_a_general_task_gives_each_its_own_data() -> None:
    graph = tasks(
        "class A(luigi.ExternalTask):\n    url = luigi.Parameter()\n    def output(self):\n        return LocalTarget(unknown(self.url))\n"
        "class B(luigi.Task):\n    def requires(self):\n        return A(url='x')\n"
        "class C(luigi.Task):\n    def requires(self):\n        return A(url='y')\n"
    )
    assert order(graph) == {"A > B", "A > C"}
    assert not reads(graph)


def test_what_is_no_task() -> None:
    graph = graphs(
        {
            "a.py": "import luigi\nclass C(luigi.Config):\n    def run(self):\n        pass\nclass D:\n    def requires(self):\n        pass\n"
        }
    )
    assert not steps(graph)
