"""DVC stages that commands declare."""

from __future__ import annotations

import pytest

from auditor.graph.declared.steps import DeclaredStep
from tests.pages import graphs

CODE = {"train.py": "", "ml/train.py": ""}


def stages(files: dict[str, str]) -> list[DeclaredStep]:
    return [step for step in graphs({**CODE, **files}).world.steps.all if step.step.tool == "dvc"]


@pytest.mark.parametrize(
    "command",
    [
        "dvc stage add -n fit -d data/a.csv -o m.pkl -M scores.json -p lr,deep.n -p conf.yaml:seed python train.py --x 1",
        "dvc run -n fit -d data/a.csv -o m.pkl -M scores.json -p lr,deep.n -p conf.yaml:seed python train.py --x 1",
        "uv run dvc stage add --force --name fit --deps data/a.csv --outs m.pkl --metrics-no-cache scores.json --params lr,deep.n --params conf.yaml:seed -- python train.py --x 1",
    ],
)
def test_a_command_declares_a_stage(command: str) -> None:
    (made,) = stages({"go.sh": f"true\n{command}\n"})
    assert (made.path, made.step.name, made.step.line) == ("go.sh", "fit", 2)
    assert [run.target for run in made.runs] == ["train.py"]
    assert [word.text for word in made.runs[0].args] == ["--x", "1"]
    assert [declared.path for declared in made.reads] == ["data/a.csv"]
    assert [(declared.path, declared.ref.kind) for declared in made.writes] == [
        ("m.pkl", "model"),
        ("scores.json", "metric"),
    ]
    assert [(ref.path, dict(ref.attrs)) for ref in made.step.params] == [
        ("params.yaml", {"keys": "lr,deep.n"}),
        ("conf.yaml", {"keys": "seed"}),
    ]


def test_paths_are_those_of_the_folder_of_the_stage() -> None:
    (made,) = stages({"go.sh": "cd ml\ndvc stage add -n fit -d a.csv -o ../m.pkl python train.py\n"})
    assert [run.target for run in made.runs] == ["ml/train.py"]
    assert [declared.path for declared in (*made.reads, *made.writes)] == ["ml/a.csv", "m.pkl"]
    (made,) = stages({"go.sh": "dvc stage add -n fit -w ml -d a.csv python train.py\n"})
    assert [run.target for run in made.runs] == ["ml/train.py"]


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "```bash\ndvc stage add -n fit -d a.csv python train.py\n```\n"},
        {"go.sh": "cd $X\ndvc stage add -n fit -d a.csv python train.py\n"},
        {"go.sh": "dvc stage list\ndvc repro\necho dvc stage add\n"},
    ],
)
def test_documents_and_unknown_folders_declare_nothing(files: dict[str, str]) -> None:
    assert stages(files) == []


def test_what_stands_in_the_pipeline_file_is_declared_there() -> None:
    files = {
        "dvc.yaml": "stages:\n  fit: {cmd: python train.py}\n",
        "go.sh": "dvc stage add -n fit -d a.csv python train.py\n",
    }
    assert [made.path for made in stages(files)] == ["dvc.yaml"]
