"""Programs that code starts."""

from __future__ import annotations

import json

import pytest

from auditor.program.running.launches import Launch, launches
from tests.program.asking import program

TREE = {"train.py": "", "steps/clean.py": "", "steps/near.py": "", "run.sh": "", "notes.ipynb": "{}"}


def started(source: str, path: str = "main.py") -> list[Launch]:
    resolved = program({**TREE, path: source})
    return launches(resolved.effects, resolved.commands).get(path, [])


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param("import subprocess\nsubprocess.run(['python', 'train.py'])", "train.py", id="list"),
        pytest.param("import subprocess\nsubprocess.check_call(('python', 'train.py'))", "train.py", id="tuple"),
        pytest.param("import subprocess\nsubprocess.run('python train.py', shell=True)", "train.py", id="text"),
        pytest.param(
            "import subprocess\nsubprocess.Popen(['python', 'train.py', '--lr', str(lr)])", "train.py", id="arguments"
        ),
        pytest.param(
            "import subprocess\ncmd = ['python', 'train.py']\nsubprocess.run(cmd)", "train.py", id="list in a name"
        ),
        pytest.param(
            "import subprocess, sys\nsubprocess.run([sys.executable, 'train.py'])", "train.py", id="sys.executable"
        ),
        pytest.param(
            "import subprocess, sys\nsubprocess.run(f'{sys.executable} train.py', shell=True)",
            "train.py",
            id="in a text",
        ),
        pytest.param("import os\nos.system('python train.py')", "train.py", id="os.system"),
        pytest.param("import os\nos.system('cd steps && python clean.py')", "steps/clean.py", id="cd"),
        pytest.param("import os\nos.system('bash run.sh')", "run.sh", id="shell script"),
        pytest.param("from subprocess import run\nrun(['python', 'train.py'])", "train.py", id="from import"),
        pytest.param("import os\nS = 'train.py'\nos.system('python ' + S)", "train.py", id="constant"),
    ],
)
def test_a_started_program_is_found(source: str, target: str) -> None:
    assert target in [launch.run.target for launch in started(source)]


def test_a_program_beside_the_one_that_starts_it_is_found() -> None:
    (launch,) = started("import os\nos.system('python near.py')", "steps/all.py")
    assert launch.run.target == "steps/near.py"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import subprocess\nsubprocess.run(['ls', '-l'])", id="other tool"),
        pytest.param("import subprocess\nsubprocess.run(cmd)", id="not known"),
        pytest.param("import subprocess\nsubprocess.run()", id="nothing"),
        pytest.param("import subprocess\nsubprocess.run(['python', name])", id="name not known"),
        pytest.param("def run(x): pass\nrun(['python', 'train.py'])", id="own function"),
    ],
)
def test_nothing_is_made_up(source: str) -> None:
    assert [launch for launch in started(source) if launch.run.kind in ("script", "notebook", "shell")] == []


@pytest.mark.parametrize(
    ("source", "targets"),
    [
        pytest.param("def run(x): sp.run(['python', x])\nrun('train.py')", ["train.py"], id="a word"),
        pytest.param("def run(x): sp.run(['python', *x])\nrun(['train.py'])", [], id="not known which words"),
        pytest.param("def run(x): sp.run(x)\nrun(['python', 'train.py'])", ["train.py"], id="all words"),
        pytest.param("def run(x): sp.run(['python', x])\ndef two(x): run(x)\ntwo('train.py')", ["train.py"], id="twice handed on"),
        pytest.param("def run(x): sp.run(['python'] + x)\nS = 'train.py'\nrun([S])", ["train.py"], id="joined"),
        pytest.param("def run(x): sp.run(['python', x], cwd='steps')\nrun('clean.py')", ["steps/clean.py"], id="in a folder"),
        pytest.param("def run(x, at): sp.run(['python', x], cwd=at)\nrun('clean.py', 'steps')", ["steps/clean.py"], id="in a folder handed over"),
        pytest.param("def run(x): sp.run(['python', 'run.py', x])\nrun('train.py')", [], id="an option of another"),
    ],
)  # fmt: skip
def test_what_functions_are_handed_is_started(source: str, targets: list[str]) -> None:
    found = started(f"import subprocess as sp\n{source}")
    assert [launch.run.target for launch in found if launch.run.kind == "script"] == targets


@pytest.mark.parametrize(("at", "kind"), [("'.'", "missing"), ("input()", "tool"), ("'../../other'", "tool")])
def test_a_program_is_missing_where_the_folder_that_is_handed_over_is_known(at: str, kind: str) -> None:
    source = f"import subprocess as sp\ndef run(x, at): sp.run(['python', x], cwd=at)\nrun('gone.py', {at})"
    assert [each.run.kind for each in started(source) if each.run.target == "gone.py"] == [kind]


def test_dead_starts_are_marked() -> None:
    (launch,) = started("import os\nif False:\n    os.system('python train.py')")
    assert launch.dead


def test_shell_lines_of_a_notebook_start_programs() -> None:
    cells = [{"cell_type": "code", "source": ["x = 1\n", "!python train.py --lr 1\n"], "metadata": {}, "outputs": []}]
    text = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    (launch,) = started(text, "eda.ipynb")
    assert (launch.run.kind, launch.run.target) == ("script", "train.py")


def targets(source: str, path: str = "main.py") -> set[str]:
    return {launch.run.target for launch in started(source, path) if launch.run.kind in ("script", "notebook", "shell")}


def cells(*sources: str) -> str:
    made = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import subprocess\nsubprocess.run(['python', 'clean.py'], cwd='steps')", {"steps/clean.py"}, id="cwd"),
        pytest.param("import subprocess\nsubprocess.run(['python', 'train.py'], cwd=folder)", {"train.py"}, id="the only one of that name"),
        pytest.param(
            "import subprocess\nfor s in ['train.py', 'steps/clean.py']:\n    subprocess.run(['python', s])",
            {"train.py", "steps/clean.py"}, id="each of a loop",
        ),
        pytest.param(
            "import subprocess\nbase = ['python', '-u']\nsubprocess.run(base + ['train.py'])", {"train.py"}, id="joined lists"
        ),
        pytest.param("import subprocess\nsubprocess.run(['python', *first, 'train.py'])", set(), id="words not known before it"),
        pytest.param(
            "import subprocess\ndef sh(cmd):\n    subprocess.run(cmd, shell=True)\nsh('python train.py')", {"train.py"}, id="wrapper"
        ),
        pytest.param("import runpy\nrunpy.run_path('train.py')", {"train.py"}, id="runpy"),
        pytest.param("import papermill as pm\npm.execute_notebook('notes.ipynb', 'out.ipynb')", {"notes.ipynb"}, id="papermill"),
    ],
)  # fmt: skip
def test_calls_are_followed_to_what_they_start(source: str, expected: set[str]) -> None:
    assert targets(source) == expected


def test_a_project_is_run_by_its_entry_point() -> None:
    (launch,) = started("import mlflow\nmlflow.run('.', entry_point='fit')")
    assert (launch.run.kind, launch.run.target) == ("pipeline", "mlproject:fit")


def test_the_environment_of_a_call_is_kept() -> None:
    (launch,) = started("import subprocess\nsubprocess.run('A=1 python train.py', shell=True, env={'B': '2', 'C': x})")
    assert dict(launch.run.environment) == {"A": "1", "B": "2", "C": "{x}"}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["%cd steps", "!python clean.py"], {"steps/clean.py"}),
        (["%cd steps\n!python clean.py"], {"steps/clean.py"}),
        (["!cd steps\n!python clean.py"], set()),
        (["%cd $where", "!python ../train.py"], set()),
        (["name = 'train'", "!python {name}.py"], {"train.py"}),
        (["name = 'train.py'", "!python $name"], {"train.py"}),
        (["name = f()", "!python {name}"], set()),
        (["%%bash\ncd steps\npython clean.py"], {"steps/clean.py"}),
        (["%run train.py"], set()),
    ],
)
def test_folders_and_variables_of_notebooks_are_followed(sources: list[str], expected: set[str]) -> None:
    assert targets(cells(*sources), "eda.ipynb") == expected


def test_variables_that_a_notebook_exports_are_found() -> None:
    launch = started(cells("%env LR=0.1", "!python train.py"), "eda.ipynb")[-1]
    assert launch.run.environment == (("LR", "0.1"),)
