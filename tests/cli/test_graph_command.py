"""`auditor graph`: its forms, its views, and what a terminal gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.model.errors import UsageError

STAGES = (
    "stages:\n  train:\n    cmd: python train.py\n    deps: [data/raw.csv, data/unread.csv]\n    outs: [model.pkl]\n"
)
CODE = 'import pandas as pd\nimport joblib\nframe = pd.read_csv("data/raw.csv")\njoblib.dump(frame, "model.pkl")\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dvc.yaml").write_text(STAGES)
    (folder / "train.py").write_text(CODE)
    return folder


def call(project: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["graph", str(project), "--no-cache", "-q", *words], standalone_mode=False)


def edges(project: Path, *words: str) -> set[tuple[str, str, str]]:
    done = call(project, *words)
    assert done.exception is None
    said = json.loads(done.stdout)
    assert said["schema"] == "auditor/graph/1"
    return {(edge["source"], edge["kind"], edge["target"]) for edge in said["edges"]}


def test_an_edge_of_both_kinds_is_in_both_views_and_one_of_one_kind_in_its_own(project: Path) -> None:
    both = ("file:data/raw.csv", "consumes", "step:dvc.yaml#train")
    only_declared = ("file:data/unread.csv", "consumes", "step:dvc.yaml#train")
    only_observed = ("file:data/raw.csv", "consumes", "file:train.py")
    observed, declared, every = edges(project, "--observed"), edges(project, "--declared"), edges(project)
    assert both in observed & declared & every
    assert only_declared in declared & every - observed
    assert only_observed in observed & every - declared


def test_a_contradiction_is_marked_in_every_view_it_is_in(project: Path) -> None:
    (project / "data").mkdir()
    (project / "data/extra.csv").write_text("a,b\n1,2\n")
    (project / "train.py").write_text(CODE + 'more = pd.read_csv("data/extra.csv")\n')
    for words in ((), ("--observed",)):
        said = json.loads(call(project, *words).stdout)
        (marked,) = [edge for edge in said["edges"] if "mismatch" in edge["attrs"]]
        assert (marked["source"], marked["target"]) == ("file:data/extra.csv", "step:dvc.yaml#train")
        assert marked["attrs"] == {"mismatch": "undeclared-read"}


def test_the_rate_of_resolution_comes_with_the_graph(project: Path) -> None:
    (project / "train.py").write_text(CODE + "pd.read_csv(mystery())\n")
    (component,) = json.loads(call(project).stdout)["resolution"]
    assert (component["component"], component["calls"], component["resolved"]) == (".", 3, 0.6667)
    (hidden,) = component["unresolved"]
    assert (hidden["path"], hidden["line"], hidden["cause"]) == ("train.py", 5, "computed")


def test_every_form_is_written_where_it_is_wanted(project: Path, tmp_path: Path) -> None:
    forms = ("json", "html", "dot", "graphml", "terminal")
    done = call(project, *(word for form in forms for word in ("-o", f"{form}={tmp_path / form}")))
    assert done.exception is None
    assert done.stdout == ""
    starts = {
        "json": "{",
        "html": "<!doctype html>",
        "dot": "digraph",
        "graphml": "<?xml",
        "terminal": "Dependency graph",
    }
    for form in forms:
        assert (tmp_path / form).read_text(encoding="utf-8").startswith(starts[form])


def test_a_terminal_gets_a_summary_and_a_pipe_gets_all(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(project).stdout.startswith("{")
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert call(project).stdout.startswith("Dependency graph of project")
    assert call(project, "-o", "json").stdout.startswith("{")


def test_an_unknown_form_is_refused(project: Path) -> None:
    done = call(project, "-o", "svg")
    assert isinstance(done.exception, UsageError)
    assert "choose one of json, html, dot, mermaid, graphml, terminal" in str(done.exception)


def test_two_runs_write_the_same_bytes(project: Path) -> None:
    for form in ("json", "html", "dot", "graphml"):
        assert call(project, "-o", form).stdout == call(project, "-o", form).stdout
