"""`auditor impact`: what is meant, what is answered, and in which form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.model.errors import UsageError
from tests.cli.test_graph_command import CODE, STAGES

EVALUATE = "import joblib\njoblib.load('model.pkl')\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / "dvc.yaml").write_text(STAGES)
    (folder / "train.py").write_text(CODE)
    (folder / "evaluate.py").write_text(EVALUATE)
    (folder / "data/raw.csv").write_text("a,b\n1,2\n")
    return folder


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, ["impact", *words, "--no-cache", "-q"], standalone_mode=False)


def answer(*words: str) -> dict[str, Any]:
    done = call(*words, "-o", "json")
    assert done.exception is None
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["schema"] == "auditor/impact/1"
    return said


def reached(said: dict[str, Any], side: str) -> list[str]:
    return [item["node"]["id"] for item in said[side]["reached"]]


def test_both_directions_with_their_evidence(project: Path) -> None:
    said = answer(str(project), "data/raw.csv")
    assert reached(said, "downstream") == ["file:train.py", "step:dvc.yaml#train", "file:model.pkl", "file:evaluate.py"]
    assert reached(said, "upstream") == []
    (first, *_) = said["downstream"]["reached"]
    (hop,) = first["hops"]
    assert hop["evidence"][0]["path"] == "train.py"
    assert hop["evidence"][0]["line"] == 3
    assert first["way"] == ["file:data/raw.csv", "file:train.py"]
    back = answer(str(project), "model.pkl")
    assert reached(back, "downstream") == ["file:evaluate.py"]
    assert set(reached(back, "upstream")) >= {"file:train.py", "step:dvc.yaml#train", "file:data/raw.csv"}


def test_views_and_depth_bound_the_answer(project: Path) -> None:
    declared = answer(str(project), "data/raw.csv", "--declared")
    assert reached(declared, "downstream") == ["step:dvc.yaml#train", "file:model.pkl"]
    near = answer(str(project), "data/raw.csv", "--depth", "1")
    assert reached(near, "downstream") == ["file:train.py", "step:dvc.yaml#train"]
    assert near["downstream"]["further"] == 2
    assert answer(str(project), "data/raw.csv", "--least", "1")["downstream"]["doubtful"] == 2


def test_one_word_asks_in_the_current_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert answer("data/raw.csv") == answer(str(project), "data/raw.csv")


def test_a_path_completed_from_outside_means_the_file_in_the_target(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.parent)
    assert answer("project", "project/data/raw.csv")["artefacts"][0]["id"] == "file:data/raw.csv"


def test_the_tree_is_what_is_shown(project: Path, tmp_path: Path) -> None:
    done = call(str(project), "train")
    assert done.stdout.startswith("step:dvc.yaml#train (step)\n\nChanges with it: 2 artefacts")
    assert "written by it, declared and observed" in done.stdout
    assert "read by it, declared 0.95  dvc.yaml:4" in done.stdout
    call(str(project), "train", "-o", f"terminal={tmp_path / 'a.txt'}")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name one artefact"),
        (("a", "b", "c"), "name one artefact"),
        (("{project}", "trian.py"), "did you mean file:train.py"),
        (("{project}", "data/raw.csv", "-o", "html"), "choose one of terminal, json"),
        (("{project}/nowhere", "x"), "does not exist"),
    ],
)
def test_mistakes_are_said_with_a_way_out(words: tuple[str, ...], says: str, project: Path) -> None:
    done = call(*(word.format(project=project) for word in words))
    assert isinstance(done.exception, UsageError)
    assert says in str(done.exception)
