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
    assert hidden({"train.py": TRAIN, ".github/workflows/a.yml": job}) == [("command", ".github/workflows/a.yml", 6)]
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


ROUNDS = "for each in ['train.py', 'score.py']:\n    "
HELPER = "def start(script):\n    "
TWICE = "start('train.py')\nstart('score.py')\n"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        pytest.param(f"{ROUNDS}subprocess.run(['python', each])\n", 3, id="rounds"),
        pytest.param(f"{ROUNDS}command = f'python {{each}}'\n    subprocess.call(command, shell=True)\n", 4, id="put together"),
        pytest.param(f"{ROUNDS}subprocess.run(['python', each], check=True)\n", None, id="rounds that stop"),
        pytest.param(f"{ROUNDS}code = subprocess.call(['python', each])\n    if code:\n        break\n", None, id="rounds that look"),
        pytest.param("one = 'train.py' if input() else 'score.py'\nsubprocess.run(['python', one])\n", None, id="one of two"),
        pytest.param("one = 'train.py' if input() else 'score.py'\nfor n in range(3):\n    subprocess.run(['python', one, str(n)])\n", None, id="one of two, again and again"),
        pytest.param("class S:\n    one = 'train.py' if input() else 'score.py'\nfor n in range(3):\n    subprocess.run(['python', S.one])\n", None, id="one of two that a class has"),
        pytest.param(f"{HELPER}subprocess.run(['python', script])\n{TWICE}", 4, id="a function"),
        pytest.param(f"{HELPER}subprocess.run(script)\nstart(['python', 'train.py'])\nstart(['python', 'score.py'])\n", 4, id="a function that is handed all words"),
        pytest.param(f"{HELPER}subprocess.run(['python', script], check=True)\n{TWICE}", None, id="a function that stops"),
        pytest.param(f"{HELPER}return subprocess.run(['python', script])\n{TWICE}", None, id="a function that tells"),
        pytest.param(f"{HELPER}subprocess.run(['python', script])\nif input():\n    start('train.py')\nelse:\n    start('score.py')\n", None, id="one of two by a function"),
    ],
)  # fmt: skip
def test_programs_started_round_by_round_and_by_functions(body: str, line: int | None) -> None:
    found = hidden({"train.py": TRAIN, "score.py": SCORE, "run.py": f"import subprocess\n{body}"})
    assert found == ([("launch", "run.py", line)] if line else [])


@pytest.mark.parametrize(
    ("script", "found"),
    [
        pytest.param("set -e\npython train.py \\\n  --fast 2>&1 | tail -3\n", True, id="the code of tail"),
        pytest.param("set -eo pipefail\npython train.py | tee log\n", False, id="looks into pipes"),
        pytest.param('set -e\npython train.py | tee log\n[ "${PIPESTATUS[0]}" = 0 ]\n', False, id="asks for it"),
        pytest.param("set -e\ncat list.txt | python train.py\n", False, id="the last of the pipe"),
        pytest.param("python train.py | tee log\n", False, id="a script that does not mean to stop"),
        pytest.param("set -e\nls | wc -l\n", False, id="no work"),
    ],
)
def test_a_pipe_hides_what_a_script_means_to_stop_at(script: str, found: bool) -> None:
    kinds = [kind for kind, _, _ in hidden({"train.py": TRAIN, "run.sh": script})]
    assert kinds == (["pipe"] if found else [])


def test_commands_of_one_job_are_told_once_with_checks_and_targets_among_them() -> None:
    steps = "".join(
        f"      - run: {run}\n        continue-on-error: true\n"
        for run in ("python train.py", "python test_all.py", "make back", "make show", "mypy .")
    )
    job = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"
    make = "back:\n\tpython score.py\nshow:\n\tls\n"
    files = {"train.py": TRAIN, "score.py": SCORE, "test_all.py": "print(1)\n", "Makefile": make}
    (graph,) = graphs(files | {".github/workflows/a.yml": job}, archetypes="P").components
    (found,) = graph.hidden_failures()
    assert [other.says for other in found.others] == [
        "and here: test_all.py checks the code",
        "and here: score.py writes data",
    ]


SERVE = """\
import json
from fastapi import FastAPI
import joblib
app = FastAPI()
model = joblib.load("m.joblib")
@app.get("/x")
def answer():
    return model.predict(json.load(open("{file}")))
"""
STATE = "import json\ndef keep():\n    with open('state.json', 'w') as f:\n        json.dump({}, f)\n"


@pytest.mark.parametrize(("file", "found"), [("state.json", [("part", "train.py", 9)]), ("other.json", [])])
def test_a_part_of_a_step_that_a_service_reads_from(file: str, found: list[tuple[str, str, int]]) -> None:
    train = main("print(error)", after=f"    {WORK}\n")["train.py"].replace(WORK, "keep()", 1)
    files = {"train.py": f"from state import keep\n{train}", "state.py": STATE, "app.py": SERVE.format(file=file)}
    assert hidden(files) == found
    files["train.py"] = train.replace(
        "    main()\n", "    try:\n        main()\n    except Exception as error:\n        print(error)\n"
    )
    assert len(hidden({**files, "train.py": "from state import keep\n" + files["train.py"]})) == len(found) + 1


def weight(files: dict[str, str]) -> list[bool]:
    (graph,) = graphs(files, archetypes="P").components
    return [each.last or each.idle for each in graph.hidden_failures()]


def test_a_failure_that_nothing_follows_weighs_less() -> None:
    started = {"Makefile": "train:\n\tpython train.py\n"}
    for handler, last in (("log.critical(error)", True), ("log.error(error)", False)):
        files = {"train.py": "import logging\nlog = logging.getLogger()\n" + main(handler)["train.py"]}
        assert weight(files) == [True]
        assert weight(files | {"README.md": "# A\n\nRun `python train.py`.\n"}) == [last]
        assert weight(files | started) == [False]
    judge = (
        FIT + "from sklearn.metrics import r2_score\ndef judge():\n    try:\n        return r2_score([1], [2])\n"
        "    except Exception as e:\n        print(e)\n        return None\n\n\ndef main(fine):\n    if fine:\n{call}        return\n    print(1)\n\n\nmain(1)\n"
    )
    flow = "from prefect import flow, task\n" + judge.replace("def judge", "@task\ndef judge").replace(
        "def main", "@flow\ndef main"
    )
    assert weight({"flow.py": flow.format(call="        judge()\n")}) == [True]
    assert weight({"flow.py": flow.format(call="        figure = judge()\n        print(figure)\n")}) == [False]


def test_a_script_that_nothing_names_weighs_less() -> None:
    files = {"train.py": TRAIN, "score.py": SCORE, "nightly.sh": "python train.py\npython score.py\n"}
    assert weight(files) == [True]
    assert weight(files | {"README.md": "# All\n\nRun `bash nightly.sh`.\n"}) == [False]


def test_what_keeps_any_object_saves_a_model_only_where_one_is_made_loaded_or_named() -> None:
    keep = "import pickle\nimport pandas as pd\nnames = list(pd.read_csv('a.csv'))\npickle.dump({}, open('{}', 'wb'))\n"
    for written, path, work in (("names", "n.pkl", "writes data"), ("names", "model.pkl", "saves a model")):
        files = {
            "keep.py": keep.format(written, path),
            "score.py": SCORE,
            "run.sh": "python keep.py\npython score.py\n",
        }
        (graph,) = graphs(files, archetypes="P").components
        assert [each.work for each in graph.hidden_failures()] == [f"keep.py {work}"]
