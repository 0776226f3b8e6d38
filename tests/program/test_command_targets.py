"""What a command line runs."""

from __future__ import annotations

import pytest

from auditor.language.shell import read_shell
from auditor.model.facts import Command, Word
from auditor.program import Resolved
from auditor.program.commands import Commands, Run
from tests.program.asking import program

TREE = {
    "train.py": "",
    "setup.py": "",
    "notes.ipynb": "",
    "app.py": "",
    "pkg/__init__.py": "",
    "pkg/cli.py": "",
    "pkg/serve.py": "",
    "tool/__init__.py": "",
    "tool/__main__.py": "",
    "src/core/__init__.py": "",
    "src/core/fit.py": "",
    "steps/clean.py": "",
    "steps/run.sh": "",
    "run.sh": "",
}


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    return program(TREE)


def run(resolved: Resolved, line: str, base: str = "", here: str = "") -> Run:
    commands = Commands(resolved.tree, resolved.code.modules, {"train-it": "pkg.cli:main", "gone": "nowhere.cli:main"})
    return commands.resolve(read_shell(line)[-1], base, here)


@pytest.mark.parametrize(
    ("line", "kind", "target"),
    [
        ("python train.py", "script", "train.py"),
        ("python ./train.py --lr 0.1", "script", "train.py"),
        ("python3 train.py", "script", "train.py"),
        ("python3.11 -u train.py", "script", "train.py"),
        ("python -W ignore train.py", "script", "train.py"),
        ("/usr/bin/python train.py", "script", "train.py"),
        ("ipython train.py", "script", "train.py"),
        ("python -m pkg.cli", "script", "pkg/cli.py"),
        ("python -m tool", "script", "tool/__main__.py"),
        ("python -m core.fit", "script", "src/core/fit.py"),
        ("python -m nowhere.at_all", "tool", "python -m nowhere.at_all"),
        ("python -m pytest tests", "test", "pytest"),
        ("python -m pip install -e .", "install", "pip"),
        ("python -m uvicorn pkg.serve:app", "script", "pkg/serve.py"),
        ("python -c 'print(1)'", "embedded", "python"),
        ("python - <<EOF\nprint(1)\nEOF", "embedded", "python"),
        ("python gone.py", "missing", "gone.py"),
        ("python /abs/train.py", "tool", "/abs/train.py"),
        ("python $SCRIPT", "tool", "{SCRIPT}"),
        ("env A=b python train.py", "script", "train.py"),
        ("A=b python train.py", "script", "train.py"),
        ("time python train.py", "script", "train.py"),
        ("nohup python train.py &", "script", "train.py"),
        ("sudo python train.py", "script", "train.py"),
        ("poetry run python train.py", "script", "train.py"),
        ("uv run train.py", "script", "train.py"),
        ("uv run --with rich python train.py", "script", "train.py"),
        ("pipenv run python train.py", "script", "train.py"),
        ("conda run -n env python train.py", "script", "train.py"),
        ("xvfb-run python train.py", "script", "train.py"),
        ("torchrun --nproc_per_node 4 train.py --lr 1", "script", "train.py"),
        ("python -m torch.distributed.launch --nproc_per_node=2 train.py", "script", "train.py"),
        ("accelerate launch --num_processes 2 train.py", "script", "train.py"),
        ("mpirun -np 4 python train.py", "script", "train.py"),
        ("spark-submit --master local train.py", "script", "train.py"),
        ("train-it --lr 1", "script", "pkg/cli.py"),
        ("gone --lr 1", "tool", "gone"),
        ("uvicorn pkg.serve:app --port 80", "script", "pkg/serve.py"),
        ("gunicorn -w 4 pkg.serve:app", "script", "pkg/serve.py"),
        ("streamlit run app.py", "script", "app.py"),
        ("uvicorn nowhere.main:app", "tool", "uvicorn"),
        ("bash run.sh", "shell", "run.sh"),
        ("sh ./steps/run.sh x", "shell", "steps/run.sh"),
        ("./run.sh", "shell", "run.sh"),
        ("./train.py", "script", "train.py"),
        ("./gone.sh", "missing", "./gone.sh"),
        ("papermill notes.ipynb out.ipynb -p a 1", "notebook", "notes.ipynb"),
        ("jupyter nbconvert --to notebook --execute notes.ipynb", "notebook", "notes.ipynb"),
        ("make", "pipeline", "make"),
        ("make train", "pipeline", "make:train"),
        ("make -j 4 train LR=1", "pipeline", "make:4 train"),
        ("dvc repro", "pipeline", "dvc"),
        ("dvc repro train", "pipeline", "dvc:train"),
        ("dvc exp run", "pipeline", "dvc:run"),
        ("snakemake all", "pipeline", "snakemake:all"),
        ("dvc pull", "data", "dvc:"),
        ("aws s3 cp a b", "data", "aws:cp a b"),
        ("wget http://x/y", "data", "wget:http://x/y"),
        ("dvc remote add x y", "tool", "dvc"),
        ("pytest -q", "test", "pytest"),
        ("pip install -r requirements.txt", "install", "pip"),
        ("apt-get install -y curl", "install", "apt-get"),
        ("cat train.py", "tool", "cat"),
        ("steps/clean.py", "script", "steps/clean.py"),
        ("cd steps && python clean.py", "script", "steps/clean.py"),
        ("cd steps; python ../train.py", "script", "train.py"),
        ("cd /opt/app && python train.py", "tool", "train.py"),
    ],
)
def test_a_command_line_runs(resolved: Resolved, line: str, kind: str, target: str) -> None:
    found = run(resolved, line)
    assert (found.kind, found.target.rstrip(":")) == (kind, target.rstrip(":"))


@pytest.mark.parametrize(
    ("line", "base", "here", "target"),
    [
        ("python clean.py", "steps", "", "steps/clean.py"),
        ("python train.py", "steps", "", "train.py"),
        ("cd .. && python train.py", "steps", "", "train.py"),
        ('python "$(dirname "$0")/clean.py"', "", "steps", "steps/clean.py"),
        ('cd "$(dirname "$0")" && python clean.py', "", "steps", "steps/clean.py"),
        ('cd "$(dirname "$0")/.." && python train.py', "", "steps", "train.py"),
    ],
)
def test_the_folder_is_followed(resolved: Resolved, line: str, base: str, here: str, target: str) -> None:
    assert run(resolved, line, base, here).target == target


def test_launchers_and_arguments_are_kept(resolved: Resolved) -> None:
    found = run(resolved, "torchrun --nproc_per_node 4 train.py --lr 0.1")
    assert found.launcher == "torchrun"
    assert [word.text for word in found.args] == ["--lr", "0.1"]
    assert run(resolved, "uvicorn pkg.serve:app").launcher == "uvicorn"
    assert run(resolved, "python train.py").launcher == ""


def test_a_command_of_nothing_is_a_tool_without_name(resolved: Resolved) -> None:
    commands = resolved.commands
    assert commands.resolve(Command((), 3), "").kind == "tool"
    assert commands.resolve(Command((Word("time"),), 3), "").target == ""
    assert commands.resolve(Command((Word("python"),), 3), "") == Run("tool", "python", (), 3)


@pytest.mark.parametrize("folder", ["..", "../..", "/abs", "a/../.."])
def test_nothing_is_found_outside_the_tree(resolved: Resolved, folder: str) -> None:
    assert resolved.commands.find("etc/passwd", folder) is None
