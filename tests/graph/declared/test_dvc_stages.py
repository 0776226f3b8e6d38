"""DVC stages: templates filled, loops unrolled, files of values found."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.graph.declared.dvc_stages import MAX_INSTANCES
from auditor.graph.declared.steps import DeclaredStep
from auditor.model.artefact import EdgeKind, NodeKind
from tests.pages import graphs

PARAMS = """\
data: {raw: data/r.csv, list: [a, b]}
opts: {lr: 0.1, name: "it's", deep: {x: [1, two words], y: false}, on: true, small: 1e-3}
sets: {us: {f: u.csv, n: 1}, de: {f: d.csv, n: 2}}
models: [rf, xgb]
"""


def step(name: str, stages: str, **files: str) -> DeclaredStep:
    graph = tree(stages, **files)
    return next(s for s in graph.world.steps.all if s.step.name == name)


def tree(stages: str, **files: str) -> Graphs:
    return graphs({"dvc.yaml": stages, "params.yaml": PARAMS, "a.py": "", "b.py": "", **files})


def words(found: DeclaredStep) -> list[str]:
    return [" ".join(word.text for word in (*run.args,)) for run in found.runs]


@pytest.mark.parametrize(
    ("loop", "names", "writes"),
    [
        ("foreach: [a, 1, true, 2.50]", ["a", "1", "true", "2.5"], ["o/a", "o/1", "o/true", "o/2.5"]),
        ("foreach: ${models}", ["rf", "xgb"], ["o/rf", "o/xgb"]),
        ("foreach: [{m: a}, b]", ["0", "1"], None),
        ("foreach: ${nowhere}", [], ["o/{item}"]),
        ("foreach: []", [], ["o/{item}"]),
    ],
)
def test_a_list_names_its_rounds_by_value_or_by_position(loop: str, names: list[str], writes: list[str] | None) -> None:
    found = step(
        "s", f"stages:\n  s:\n    {loop}\n    do:\n      cmd: python a.py ${{item}}\n      outs: ['o/${{item}}']\n"
    )
    assert list(found.instances) == [f"s@{name}" for name in names]
    assert writes is None or [declared.path for declared in found.writes] == writes


def test_a_map_gives_key_and_item() -> None:
    text = "stages:\n  s:\n    foreach: ${sets}\n    do:\n      cmd: [\"python a.py ${key}\", 'python b.py ${item.f} ${item.n}']\n      deps: ['${key}/${item.f}']\n"
    found = step("s", text)
    assert found.instances == ("s@us", "s@de")
    assert words(found) == ["us", "u.csv 1", "de", "d.csv 2"]
    assert [run.target for run in found.runs] == ["a.py", "b.py", "a.py", "b.py"]
    assert [run.line for run in found.runs] == [5, 5, 5, 5]
    assert [declared.path for declared in found.reads] == ["us/u.csv", "de/d.csv"]


def test_a_matrix_crosses_its_axes_and_local_values_come_from_the_working_folder() -> None:
    text = """\
vars: [{k: one}]
stages:
  s:
    matrix:
      m: ${models}
      d: [{p: 1}, {p: 2}]
      t: [x, "${k}"]
    wdir: sub
    vars: [local.yaml, {here: 4}]
    cmd: |
      python ../a.py ${item.m}
      python ../b.py ${key}
    outs: ["${here}-${far}-${item.m}-${item.d.p}-${item.t}"]
"""
    found = step("s", text, **{"sub/local.yaml": "far: away\n"})
    assert found.instances[:3] == ("s@rf-d0-x", "s@rf-d0-one", "s@rf-d1-x")
    assert len(found.instances) == 8
    assert [declared.path for declared in found.writes][:2] == ["sub/4-away-rf-1-x", "sub/4-away-rf-1-one"]


@pytest.mark.parametrize(
    ("config", "options"),
    [
        ("", "--lr 0.1 --name it's --deep.x 1 two words --on --small 0.001"),
        (
            "[parsing]\n    bool = boolean_optional\n    list = append\n",
            "--lr 0.1 --name it's --deep.x 1 --deep.x two words --no-deep.y --on --small 0.001",
        ),
    ],
)
def test_a_map_in_a_command_becomes_options(config: str, options: str) -> None:
    graph = graphs({"dvc.yaml": "stages:\n  s:\n    cmd: python a.py ${opts}\n", "params.yaml": PARAMS, "a.py": "", ".dvc/config": config})  # fmt: skip
    assert words(graph.world.steps.all[0]) == [options]


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("v.yaml", "one/{z}"),
        ("v.yaml:k,z", "one/two"),
        ("v.yaml:k", "one/{z}"),
        ("gone.yaml", "{k}/{z}"),
        ("v.toml", "toml/{z}"),
    ],
)
def test_files_of_values_may_name_the_keys_they_give(entry: str, path: str) -> None:
    text = f"vars: ['{entry}']\nstages:\n  s:\n    cmd: python a.py\n    deps: ['${{k}}/${{z}}']\n"
    values = "k: one\nz: two\n" if entry == "v.yaml:k,z" else "k: one\n"
    graph = graphs({"dvc.yaml": text, "a.py": "", "v.yaml": values, "v.toml": 'k = "toml"\n'})
    assert [declared.path for declared in graph.world.steps.all[0].reads] == [path]


def test_loops_are_bounded() -> None:
    text = f"stages:\n  s:\n    foreach: {list(range(MAX_INSTANCES + 50))}\n    do: {{cmd: 'echo ${{item}}'}}\n"
    assert len(step("s", text).instances) == MAX_INSTANCES


def test_one_node_stands_for_all_rounds_and_reproducing_one_reaches_it() -> None:
    text = "stages:\n  s:\n    foreach: [x, y]\n    do: {cmd: 'python a.py ${item}', outs: ['${item}.csv']}\n"
    graph = tree(text, Makefile="go:\n\tdvc repro s@y\n")
    steps = graph.world.steps
    assert set(steps.programs(next(s for s in steps.all if s.step.name == "go"))) == {"a.py"}
    node = graph.nodes["step:dvc.yaml#s"]
    assert (node.kind, node.attrs["instances"]) == (NodeKind.STEP, 2)
    made = {edge.target for edge in graph.edges if edge.source == node.id and edge.kind is EdgeKind.PRODUCES}
    assert made == {"file:x.csv", "file:y.csv"}


def test_artifacts_metrics_and_plots_of_the_file_are_named_nodes() -> None:
    text = """\
artifacts: {best: {path: models/m.bin, type: model, labels: [a, b]}}
metrics: [m.json]
plots: [{p.csv: {x: a, y: b}}, {title: {y: {q.csv: c}, x: {r.csv: d}}}, ROC: {}]
datasets: [{name: cats, type: dvc, url: 'https://h/r', path: cats, rev: v1}]
"""
    nodes = tree(text).nodes
    assert (nodes["file:models/m.bin"].label, nodes["file:models/m.bin"].kind) == ("best", NodeKind.MODEL)
    assert nodes["file:m.json"].kind is NodeKind.METRIC
    assert {name for name, node in nodes.items() if node.kind is NodeKind.REPORT} == {"file:p.csv", "file:q.csv", "file:r.csv"}  # fmt: skip
