"""Who runs a whole pipeline, what fails on data, what tests write: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from tests.pages import graphs

STAGES = "stages:\n" + "".join(f"  {n}:\n    cmd: python {n}.py\n    outs: [{n}.csv]\n" for n in "abc")
PROGRAMS = {f"{n}.py": f"import pandas as pd\npd.DataFrame().to_csv('{n}.csv')\n" for n in "abc"}
JOB = "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"
FIT = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nframe = pd.read_csv('data/x.csv')\n"
END = "Ridge().fit(frame[['a']], frame['b'])\n"


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(files, archetypes="P").components
    return graph


def by(files: dict[str, str]) -> str:
    (pipeline,) = ask({"dvc.yaml": STAGES, **PROGRAMS} | files).rehearsals().pipelines
    return pipeline.by


@pytest.mark.parametrize(
    "files",
    [
        {".github/workflows/ci.yml": JOB.format("dvc repro")},
        {".github/workflows/ci.yml": JOB.format("make all"), "Makefile": "all:\n\tdvc repro\n"},
        {".github/workflows/ci.yml": JOB.format("python a.py && python b.py && python c.py")},
        {"tests/test_all.py": "import runpy\n\n\ndef test_all():\n    for n in ('a.py', 'b.py', 'c.py'):\n        runpy.run_path(n)\n"},
    ],
)  # fmt: skip
def test_a_whole_run(files: dict[str, str]) -> None:
    assert by(files)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {".github/workflows/ci.yml": JOB.format("python a.py")},
        {".github/workflows/ci.yml": JOB.format("pytest")},
        {"tests/test_a.py": "import runpy\n\n\ndef test_a():\n    runpy.run_path('a.py')\n"},
    ],
)
def test_no_whole_run(files: dict[str, str]) -> None:
    assert not by(files)


WORK = "".join(f"def {n}(x):\n    return x + 1\n\n\ndef keep_{n}(x):\n    return x\n\n\n" for n in "abc")
TASKS = "".join(f"@task\ndef {n}_task(x):\n    return work.keep_{n}(work.{n}(x))\n\n\n" for n in "abc")
FLOW = (
    f"from prefect import flow, task\nimport work\n\n\n{TASKS}@flow\ndef go(x):\n    return c_task(b_task(a_task(x)))\n"
)


@pytest.mark.parametrize(
    ("tested", "is_run"), [("work.c(work.b(work.a(1)))", True), ("work.b(work.a(1))", False), ("1", False)]
)
def test_tasks_that_only_wrap_functions_are_run_with_them(tested: str, *, is_run: bool) -> None:
    test = f"import work\n\n\ndef test_all():\n    assert {tested}\n"
    (pipeline,) = ask({"work.py": WORK, "flow.py": FLOW, "tests/test_all.py": test}).rehearsals().pipelines
    assert bool(pipeline.by) is is_run


@pytest.mark.parametrize(
    ("task", "is_run"),
    [
        ("return work.keep_{n}(work.{n}(x))", True),
        ("return work.more(work.keep_{n}(work.{n}(x)))", False),
        ("return work.{n}(pd.read_csv('x.csv'))", False),
    ],
)
def test_tasks_that_do_more_than_what_is_tested_are_not_run(task: str, *, is_run: bool) -> None:
    tasks = "".join(f"@task\ndef {n}_task(x):\n    {task.format(n=n)}\n\n\n" for n in "abc")
    flow = FLOW.replace(TASKS, tasks).replace("import work\n", "import work\nimport pandas as pd\n")
    test = "import work\n\n\ndef test_all():\n    assert work.c(work.b(work.a(1)))\n"
    files = {"work.py": WORK + "def more(x):\n    return x\n", "flow.py": flow, "tests/test_all.py": test}
    (pipeline,) = ask(files).rehearsals().pipelines
    assert bool(pipeline.by) is is_run


@pytest.mark.parametrize(
    "check",
    [
        "assert frame['a'].notnull().all()\n",
        "if frame.duplicated().any():\n    raise ValueError\n",
        "import sys\nif frame.empty:\n    sys.exit(1)\n",
    ],
)
def test_training_that_stops(check: str) -> None:
    assert ask({"train.py": FIT + check + END, "data/x.csv": "a,b\n1,2\n"}).expectations().by == "training fails on it"


@pytest.mark.parametrize(
    "check",
    ["", "print(frame.isnull().sum())\n", "assert frame is not None\n", "if frame.empty:\n    print('empty')\n"],
)
def test_training_that_goes_on(check: str) -> None:
    found = ask({"train.py": FIT + check + END, "data/x.csv": "a,b\n1,2\n"}).expectations()
    assert (found.by, found.roots) == ("", ("data/x.csv",))


def test_what_tests_write_and_others_read() -> None:
    reads = {"score.py": "import pandas as pd\nprint(pd.read_csv('out/x.csv'))\n"}
    write = "import pandas as pd\n{}\n\ndef test_a({}):\n    pd.DataFrame().to_csv('{}')\n"
    assert [
        t.artefact for t in ask(reads | {"tests/test_a.py": write.format("", "", "out/x.csv")}).written_by_tests()
    ] == ["out/x.csv"]
    for test in (
        write.format("", "monkeypatch", "out/x.csv"),
        write.format("import os\nos.chdir('/tmp')", "", "out/x.csv"),
        write.format("", "", "out/other.csv"),
        write.format("", "", "tests/x.csv"),
    ):
        assert ask(reads | {"tests/test_a.py": test}).written_by_tests() == []
