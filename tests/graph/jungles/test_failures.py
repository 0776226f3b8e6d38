"""Failures that nobody would see: asked of small trees."""

from __future__ import annotations

import pytest

from tests.pages import graphs

FIT = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n"
WORK = "joblib.dump(Ridge().fit(pd.read_csv('a.csv'), [1]), 'm.joblib')"
TRAIN = FIT + WORK + "\n"
SCORE = "import joblib\nimport pandas as pd\npd.Series(joblib.load('m.joblib').predict([[1]])).to_csv('s.csv')\n"


def hidden(files: dict[str, str]) -> list[tuple[str, str, int | None]]:
    """(kind, path, line) of everything that hides a failure."""
    (graph,) = graphs(files, archetypes="P").components
    return [(each.kind, each.place.path, each.place.line) for each in graph.hidden_failures()]


def main(handler: str, before: str = "", after: str = "", types: str = "except Exception as error:") -> dict[str, str]:
    body = f"def main():\n{before}    try:\n        {WORK}\n    {types}\n        {handler}\n{after}\n"
    return {"train.py": f"{FIT}import sys\n{body}\nif __name__ == '__main__':\n    main()\n"}


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        pytest.param("print(error)", "handler", id="told"),
        pytest.param("pass", "handler", id="nothing"),
        pytest.param("return None", "handler", id="ends"),
        pytest.param("print(error); sys.exit(0)", "exit", id="ends with success"),
        pytest.param("print(error); sys.exit()", "exit", id="ends with the default code"),
    ],
)
def test_a_handler_around_the_whole_work(handler: str, kind: str) -> None:
    assert hidden(main(handler)) == [(kind, "train.py", 8)]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(main("raise"), id="raised again"),
        pytest.param(main("print(error); sys.exit(1)"), id="an error code"),
        pytest.param(main("return 1"), id="a code for the caller"),
        pytest.param(main("failed = True"), id="remembered"),
        pytest.param(main("alert(error)"), id="something is done about it"),
        pytest.param(main("print(error)", types="except FileNotFoundError as error:"), id="one kind of error"),
        pytest.param(main("print(error)", after=f"    {WORK}\n"), id="work goes on"),
        pytest.param(main("print(error)", before="    for n in range(3):\n").copy() | {"train.py": TRAIN}, id="plain"),
        pytest.param({"train.py": f"{FIT}for n in range(3):\n    try:\n        {WORK}\n    except Exception as e:\n        print(e)\n"}, id="one item of many"),
        pytest.param({"train.py": f"{FIT}{WORK}\ntry:\n    print('tell the team')\nexcept Exception as e:\n    print(e)\n"}, id="a notification"),
        pytest.param({"tests/train.py": main("print(error)")["train.py"]}, id="a test"),
    ],
)  # fmt: skip
def test_handlers_that_hide_nothing(files: dict[str, str]) -> None:
    assert not hidden(files)


def test_commands_that_may_fail() -> None:
    job = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: python train.py || true\n      - run: pytest\n        continue-on-error: true\n      - run: docker login || true\n"
    assert hidden({"train.py": TRAIN, ".github/workflows/a.yml": job}) == [
        ("command", ".github/workflows/a.yml", 6),
        ("command", ".github/workflows/a.yml", 7),
    ]
    lab = "fit:\n  script: [python train.py]\n  allow_failure: true\n"
    assert hidden({"train.py": TRAIN, ".gitlab-ci.yml": lab}) == [("command", ".gitlab-ci.yml", 2)]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        pytest.param("python train.py\npython score.py\n", True, id="goes on"),
        pytest.param("set -e\npython train.py\npython score.py\n", False, id="strict"),
        pytest.param("python train.py && python score.py\n", False, id="joined"),
        pytest.param("python train.py || exit 1\npython score.py\n", False, id="looked at"),
        pytest.param("python train.py\npython train.py\n", False, id="one program twice"),
        pytest.param("echo a\npython train.py\n", False, id="nothing after the work"),
    ],
)
def test_scripts_that_go_on(script: str, found: bool) -> None:
    assert bool(hidden({"train.py": TRAIN, "score.py": SCORE, "run.sh": script})) is found


@pytest.mark.parametrize(
    ("call", "found"),
    [
        pytest.param("subprocess.run(['python', 'train.py'])", True, id="dropped"),
        pytest.param("subprocess.run(['python', 'train.py'], check=True)", False, id="checked"),
        pytest.param("subprocess.check_call(['python', 'train.py'])", False, id="raises"),
        pytest.param("code = subprocess.run(['python', 'train.py'])", False, id="kept"),
        pytest.param("os.system('python train.py')", True, id="a shell"),
    ],
)
def test_programs_started_by_programs(call: str, found: bool) -> None:
    driver = f"import os\nimport subprocess\n{call}\nsubprocess.run(['python', 'score.py'], check=True)\n"
    assert bool(hidden({"train.py": TRAIN, "score.py": SCORE, "run.py": driver})) is found
