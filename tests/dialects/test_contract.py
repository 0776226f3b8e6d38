"""What a dialect says becomes nodes and edges; one that is not woken costs nothing, one that fails stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import auditor.dialects
from auditor.dialects import Artefact, CodeStep, Declarations, Dialect, Pipeline, Remark, declarations
from auditor.dialects.contract import Statement, StepIds
from auditor.model.artefact import Edge, EdgeKind, NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Command, Ref, Step, Trigger, Trouble, Word
from auditor.program import Resolved
from auditor.program.naming.code import Local
from tests.pages import graphs
from tests.test_run import audited, written

FLOW = """\
import toyflow
import pandas as pd

def clean():
    pd.read_csv("data/raw.csv").to_csv("data/clean.csv")

def fit():
    return 1
"""
FILES = {
    "flow.py": FLOW,
    "score.py": "import pandas as pd\npd.read_csv('data/new.csv')\n",
    "conf/names.yml": "raw: x\n",
}


def data(identity: str, path: str | None, line: int, label: str = "") -> Declared:
    return Declared(identity, path, Ref(label or str(path), "dataset", "inputs", line), label, NodeKind.DATASET)


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    assert paths == ("flow.py",)
    raw, memory = data("file:data/raw.csv", "data/raw.csv", 4, "raw"), data("mem:nightly/table", None, 5, "table")
    clean = CodeStep(
        "step:flow.py#clean", "flow.py", Step("clean", "toyflow", 4, 5), (raw,), (memory,),
        implements=(Local("flow.py", resolved.code.named("flow.py", "clean") or 0),),
    )  # fmt: skip
    command = Command((Word("python"), Word("score.py")), 8)
    fit = CodeStep(
        "step:flow.py#fit", "flow.py", Step("fit", "toyflow", 7, 8, (command,), condition="weekday", variants=3),
        (memory,), params=(Declared("param:conf/names.yml#lr", "conf/names.yml", Ref("lr", "param", "params", 8)),),
        after=("step:flow.py#clean",), confidence=0.8,
    )  # fmt: skip
    yield Artefact("file:data/raw.csv", NodeKind.DATASET, "raw", "data/raw.csv", "conf/names.yml", 1)
    yield Artefact("name:toyflow:again", NodeKind.DATASET, "again", None, "conf/names.yml", 2, ("file:data/raw.csv",))
    yield Pipeline("nightly", "toyflow", "flow.py", 1, (clean, fit), triggers=(Trigger("schedule", "0 3 * * *", 1),))
    yield Pipeline("weekly", "toyflow", "flow.py", 2, (clean,))
    yield Remark("flow.py", Trouble(9, "cannot be told", "dynamic"))


def fail(_resolved: Resolved, _paths: tuple[str, ...]) -> Iterator[Statement]:
    yield Remark("flow.py", Trouble(1, "said before the failure", "dynamic"))
    raise KeyError("lost")


TOY = Dialect("toyflow", ("toyflow",), read)
BROKEN = Dialect("broken", ("toyflow",), fail)


@pytest.fixture
def edges(monkeypatch: pytest.MonkeyPatch) -> list[Edge]:
    monkeypatch.setattr(auditor.dialects, "DIALECTS", (TOY,))
    return list(graphs(FILES).edges)


def between(edges: list[Edge], source: str, target: str) -> dict[EdgeKind, Edge]:
    return {edge.kind: edge for edge in edges if (edge.source, edge.target) == (source, target)}


@pytest.mark.parametrize(
    ("source", "target", "kind", "declared"),
    [
        pytest.param("file:data/raw.csv", "step:flow.py#clean", EdgeKind.CONSUMES, False, id="declared and observed"),
        pytest.param("step:flow.py#clean", "mem:nightly/table", EdgeKind.PRODUCES, True, id="in memory"),
        pytest.param("mem:nightly/table", "step:flow.py#fit", EdgeKind.CONSUMES, True, id="out of memory"),
        pytest.param("step:flow.py#clean", "file:data/clean.csv", EdgeKind.PRODUCES, False, id="lifted from the function"),
        pytest.param("file:data/new.csv", "step:flow.py#fit", EdgeKind.CONSUMES, False, id="lifted from the command"),
        pytest.param("param:conf/names.yml#lr", "step:flow.py#fit", EdgeKind.CONFIGURES, True, id="parameter"),
        pytest.param("step:flow.py#clean", "step:flow.py#fit", EdgeKind.PRECEDES, False, id="order"),
        pytest.param("step:flow.py#fit", "file:score.py", EdgeKind.RUNS, False, id="command"),
        pytest.param("step:flow.py#clean", "file:flow.py", EdgeKind.RUNS, False, id="runs the file of its function"),
        pytest.param("function:flow.py#clean", "step:flow.py#clean", EdgeKind.IMPLEMENTS, False, id="implements"),
        pytest.param("pipeline:flow.py#nightly", "step:flow.py#fit", EdgeKind.CONTAINS, False, id="pipeline"),
        pytest.param("pipeline:flow.py#weekly", "step:flow.py#clean", EdgeKind.CONTAINS, False, id="second pipeline"),
        pytest.param("file:flow.py", "pipeline:flow.py#nightly", EdgeKind.CONTAINS, False, id="file"),
        pytest.param("trigger:flow.py#schedule-0", "pipeline:flow.py#nightly", EdgeKind.TRIGGERS, True, id="trigger"),
        pytest.param("trigger:flow.py#schedule-0", "step:flow.py#fit", EdgeKind.TRIGGERS, True, id="trigger of steps"),
        pytest.param("name:toyflow:again", "file:data/raw.csv", EdgeKind.PART_OF, True, id="second name"),
    ],
)  # fmt: skip
def test_what_a_dialect_says_is_in_the_graph(
    edges: list[Edge], source: str, target: str, kind: EdgeKind, declared: bool
) -> None:
    assert between(edges, source, target)[kind].declared is declared


def test_names_of_the_framework_are_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditor.dialects, "DIALECTS", (TOY,))
    nodes = graphs(FILES).nodes
    assert nodes["file:data/raw.csv"].label == "raw"
    assert nodes["mem:nightly/table"].label == "table"
    assert nodes["step:flow.py#fit"].attrs == {"condition": "weekday", "instances": 3, "tool": "toyflow"}


def test_what_tests_declare_is_believed_less(monkeypatch: pytest.MonkeyPatch) -> None:
    step = CodeStep("step:tests/t.py#a", "tests/t.py", Step("a", "toyflow", 1, 1), (data("file:d.csv", "d.csv", 1),))
    dialect = Dialect("toyflow", ("toyflow",), lambda *_: [Pipeline("p", "toyflow", "tests/t.py", 1, (step,))])
    monkeypatch.setattr(auditor.dialects, "DIALECTS", (dialect,))
    (edge,) = between(list(graphs({"tests/t.py": "import toyflow\n"}).edges), "file:d.csv", step.id).values()
    assert edge.confidence == pytest.approx(0.475)


@pytest.mark.parametrize(
    "text", ["import pandas\n", "from . import toyflow\n", "import toyflows\n", "'''import toyflow'''\n"]
)
def test_a_dialect_sleeps_where_nothing_imports_its_framework(text: str) -> None:
    resolved = graphs({"a.py": text}).world.resolved
    assert declarations(resolved, (Dialect("toyflow", ("toyflow",), fail),)) == Declarations()


@pytest.mark.parametrize("text", ["import toyflow.core as t\n", "def f():\n    from toyflow import flow\n"])
def test_any_import_of_the_framework_wakes_it(text: str) -> None:
    resolved = graphs({"flow.py": text}).world.resolved
    assert [r.trouble.code for r in declarations(resolved, (BROKEN,)).remarks] == ["dynamic", "internal"]


def test_a_bug_in_a_dialect_is_counted_and_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(auditor.dialects, "DIALECTS", (BROKEN, TOY))
    audit = audited(written(tmp_path / "project", FILES))
    assert [(p.line, p.code) for p in audit.problems] == [(None, "internal"), (1, "dynamic"), (9, "dynamic")]
    assert any("dialect broken: KeyError" in error for error in audit.errors)
    assert audit.artefacts["step"] == 2


def test_ids_of_steps_stay_apart() -> None:
    ids = StepIds()
    assert [ids.new("a.py", "x"), ids.new("a.py", "x"), ids.new("b.py", "x")] == [
        "step:a.py#x", "step:a.py#x@2", "step:b.py#x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "beside", "woken"),
    [
        ("import toyflow", {}, True),
        ("import toyflow", {"toyflow/dags/day.py": "x = 1\n"}, True),
        ("import toyflow", {"toyflow/__init__.py": "x = 1\n"}, False),
        ("from toyflow import run", {"toyflow/__init__.py": "def run(): ...\n"}, False),
        ("from toyflow import run", {"toyflow/__init__.py": "from otherflow import run\n"}, True),
        ("import toyflow\nfrom toyflow.made import VERSION", {"toyflow/__init__.py": "x = 1\n"}, False),
        ("from toyflow.plug import run", {"toyflow/__init__.py": ""}, True),
    ],
)
def test_a_framework_is_none_where_it_is_the_repositorys_own(line: str, beside: dict[str, str], woken: bool) -> None:
    seen: list[tuple[str, ...]] = []

    def note(_resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
        seen.append(paths)
        return iter(())

    declarations(graphs({"flow.py": f"{line}\n", **beside}).world.resolved, (Dialect("toyflow", ("toyflow",), note),))
    assert seen == ([("flow.py",)] if woken else [])
