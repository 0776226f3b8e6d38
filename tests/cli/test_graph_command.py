"""`auditor graph`: its JSON and its views."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli

STAGES = (
    "stages:\n  train:\n    cmd: python train.py\n    deps: [data/raw.csv, data/unread.csv]\n    outs: [model.pkl]\n"
)
CODE = 'import pandas as pd\nimport joblib\nframe = pd.read_csv("data/raw.csv")\njoblib.dump(frame, "model.pkl")\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dvc.yaml").write_text(STAGES)
    (tmp_path / "train.py").write_text(CODE)
    return tmp_path


def edges(project: Path, *words: str) -> set[tuple[str, str, str]]:
    done = CliRunner().invoke(cli, ["graph", str(project), "--no-cache", *words], standalone_mode=False)
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
