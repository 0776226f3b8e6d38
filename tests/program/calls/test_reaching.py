"""What runs when a program is started, and what an import leaves alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from auditor.model.facts import Word
from tests.program.asking import program


def reached(files: Mapping[str, str], start: str = "main.py") -> set[str]:
    """The functions that starting a program leads to, by name."""
    resolved = program(files)
    found = resolved.effects.reached((start, 0))
    scopes = [resolved.code.scope(*site) for site in found]
    return {scope.name for scope in scopes if scope.kind == "function"}


def modules(files: Mapping[str, str], start: str = "main.py") -> set[str]:
    return {path for path, number in program(files).effects.reached((start, 0)) if not number}


def test_the_import_of_a_function_runs_with_the_function() -> None:
    lib = "def used():\n    import inner\ndef idle():\n    import other\n"
    files = {"main.py": "from lib import used\nused()\n", "lib.py": lib, "inner.py": "", "other.py": ""}
    assert modules(files) == {"main.py", "lib.py", "inner.py"}


@pytest.mark.parametrize(
    "source",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import other\n",
        "import typing\nif typing.TYPE_CHECKING:\n    import other\n",
        "if False:\n    import other\n",
    ],
)
def test_an_import_that_no_run_executes(source: str) -> None:
    assert modules({"main.py": source, "other.py": ""}) == {"main.py"}


def test_the_main_guard_of_an_imported_module_imports_nothing() -> None:
    guarded = "if __name__ == '__main__':\n    import other\n"
    files = {"main.py": "import lib\n", "lib.py": guarded, "other.py": ""}
    assert modules(files) == {"main.py", "lib.py"}
    assert modules(files, "lib.py") == {"lib.py", "other.py"}


_MODEL = """
import pydantic

def given(value): pass

class Settings(pydantic.BaseModel):
    _check = pydantic.validator("x")(given)

    @pydantic.root_validator
    def whole(cls, values): pass

class Derived(Settings): pass
"""


def test_a_validator_runs_when_an_object_is_made_and_not_when_its_module_is_imported() -> None:
    assert reached({"main.py": "import lib\n", "lib.py": _MODEL}) == set()
    assert reached({"main.py": "from lib import Settings\nSettings(x=1)\n", "lib.py": _MODEL}) == {
        "given",
        "Settings.whole",
    }
    assert reached({"main.py": "from lib import Derived\nDerived(x=1)\n", "lib.py": _MODEL}) == {
        "given",
        "Settings.whole",
    }


def test_a_method_that_a_class_wraps_itself_waits_for_its_call() -> None:
    wrapped = "def both(f): return f\nclass Page:\n    def show(self): pass\n    shown = both(show)\n"
    assert reached({"main.py": "from lib import Page\nPage()\n", "lib.py": wrapped}) == {"both"}


_HANDLER = "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/')\ndef answer(): pass\n"
_APP = "from fastapi import FastAPI\nfrom routes import router\napp = FastAPI()\napp.include_router(router)\n"


@pytest.mark.parametrize(
    ("main", "answers"),
    [
        pytest.param("import app\n", False, id="imported"),
        pytest.param("from app import app\n", True, id="the application itself"),
        pytest.param("import uvicorn, app\nuvicorn.run('app:app')\n", True, id="started"),
        pytest.param("from fastapi.testclient import TestClient\nimport app\n", True, id="asked by a test"),
        pytest.param("from cli import ui\nui()\n", True, id="started by a function"),
        pytest.param("import cli\n", False, id="a function that is not called"),
    ],
)
def test_a_handler_runs_where_something_is_served(main: str, answers: bool) -> None:
    cli = "import app\ndef ui():\n    import uvicorn\n    uvicorn.run(app.app)\n"
    files = {"main.py": main, "app.py": _APP, "routes.py": _HANDLER, "cli.py": cli}
    assert ("answer" in reached(files)) is answers


@pytest.mark.parametrize(
    ("idle", "serving"),
    [
        pytest.param("from app import title\n", "from app import app\n", id="another name of the module"),
        pytest.param("import starlette, app\n", "import uvicorn, app\n", id="other modules"),
    ],
)
def test_each_start_is_asked_what_its_own_names_mean(idle: str, serving: str) -> None:
    app = _APP + "title = 'x'\n"
    files = {"a.py": idle, "b.py": serving, "c.py": idle, "app.py": app, "routes.py": _HANDLER}
    effects = program(files | {"starlette.py": ""}).effects
    answer = ("routes.py", 1)
    assert [answer in effects.reached((path, 0)) for path in ("a.py", "b.py", "c.py")] == [False, True, False]


def test_a_module_called_like_a_framework_is_none_where_it_is_beside_the_start() -> None:
    files = {f"{folder}/run.py": "import sys\nimport uvicorn\nimport app\n" for folder in ("one", "two")}
    files |= {"one/uvicorn.py": "", "three/uvicorn.py": "", "app.py": _APP, "routes.py": _HANDLER}
    effects = program(files).effects
    reached = [("routes.py", 1) in effects.reached((f"{folder}/run.py", 0)) for folder in ("one", "two")]
    assert reached == [False, True]


_COMMANDS = """
import argparse

def train(): pass
def report(): pass

parser = argparse.ArgumentParser()
commands = parser.add_subparsers(dest="command", required=True)
commands.add_parser("train").add_argument("--out")
commands.add_parser("report").add_argument("source")
args = parser.parse_args()
if args.command == "train":
    train()
else:
    report()
"""


@pytest.mark.parametrize(("words", "runs"), [(("train", "--out", "x"), "train"), (("report", "x"), "report")])
def test_a_sub_command_decides_what_runs(words: tuple[str, ...], runs: str) -> None:
    resolved = program({"main.py": _COMMANDS})
    resolved.evaluator.invocations.add("main.py", tuple(Word(word, True) for word in words), "", "step")
    found = resolved.effects.reached(("main.py", 0), runs=frozenset(resolved.evaluator.invocations.by_number))
    assert {resolved.code.scope(*site).name for site in found} == {"", runs}


_TABLE = """
import argparse

def train(): pass
def report(): pass
def tell(): pass
def unknown(): pass
def everything(): train(), report()

STAGES = {{"train": train, "report": report, "tell": tell}}
ALL = "all"

def run(stage):
    if stage == ALL:
        return everything()
    {call}

class Job:
    def run(self, stage="all"):
        run(stage)

{main}
parser = argparse.ArgumentParser()
parser.add_argument("--stage", default="all")
args = parser.parse_args()
job = Job()
{start}
"""
_ANY = {"train", "report", "tell"}


def _runs(source: str, *words: str) -> set[str]:
    """The functions that a start by these words leads to, without those on the way."""
    resolved = program({"main.py": source})
    resolved.evaluator.invocations.add("main.py", tuple(Word(word, True) for word in words), "", "step")
    resolved.evaluator.invocations.add("main.py", (Word("--stage", True), Word("report", True)), "", "another")
    runs = frozenset(each.number for each in resolved.evaluator.invocations.direct("main.py") if each.by == "step")
    found = resolved.effects.reached(("main.py", 0), runs=runs)
    return {resolved.code.scope(*site).name for site in found} - {"", "run", "Job", "Job.run", "main"}


@pytest.mark.parametrize(
    ("call", "other"),
    [
        ("return STAGES[stage]()", set[str]()),
        ("return STAGES.get(stage)()", set[str]()),
        ("return STAGES.get(stage, unknown)()", {"unknown"}),
        ("found = STAGES[stage]\n    found()", set[str]()),
        ("found = STAGES.get(stage, unknown)\n    found()", {"unknown"}),
    ],
)
def test_a_key_that_a_start_decides_picks_one_function_of_a_table(call: str, other: set[str]) -> None:
    source = _TABLE.format(call=call, main="", start="job.run(stage=args.stage)")
    assert _runs(source, "--stage", "train") == {"train"} | other  # what is handed to a library may run
    assert _runs(source, "--stage", "tell") == {"tell"} | other
    assert _runs(source, "--stage", "else") == other
    assert _runs(source) == {"everything", "train", "report"}


def test_a_key_that_nobody_decides_picks_any_function_of_a_table() -> None:
    call = "return STAGES[stage]()"
    asked = _TABLE.format(call=call, main="", start="job.run(stage=input())")
    assert _runs(asked, "--stage", "train") == {"everything", *_ANY}
    unseen = _TABLE.format(call=call, main="", start="")
    assert not _runs(unseen, "--stage", "train")
    handed = _TABLE.format(call=call, main="", start="import pool\npool.submit('tell', run)")
    assert _runs(handed, "--stage", "train") == {"everything", *_ANY}


def test_of_several_calls_each_may_pick_another_function() -> None:
    main = "def main(stage):\n    run(stage)\n    run('tell')\n"
    source = _TABLE.format(call="return STAGES[stage]()", main=main, start="main(args.stage)")
    assert _runs(source, "--stage", "train") == {"train", "tell"}


def test_a_function_that_calls_itself_may_pick_any() -> None:
    main = "def main(stage):\n    run(stage)\n    main(input())\n"
    source = _TABLE.format(call="return STAGES[stage]()", main=main, start="main(args.stage)")
    assert _runs(source, "--stage", "train") == {"everything", *_ANY}


def test_a_call_that_a_start_does_not_come_to_picks_nothing() -> None:
    main = "def main(stage, loud):\n    run(stage)\n    if loud:\n        run('tell')\n"
    call = "return STAGES[stage]()"
    quiet = _TABLE.format(call=call, main=main, start="main(args.stage, False)")
    assert _runs(quiet, "--stage", "train") == {"train"}
    loud = _TABLE.format(call=call, main=main, start="main(args.stage, True)")
    assert _runs(loud, "--stage", "train") == {"train", "tell"}


_FIRED = "import fire\ndef ask(): pass\ndef idle(): pass\n"
_JOBS = "class Jobs:\n    def train(self):\n        ask()\n    def _hidden(self):\n        idle()\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(_FIRED + "fire.Fire(ask)\n", {"ask"}, id="a function"),
        pytest.param(_FIRED + _JOBS + "fire.Fire(Jobs, name='x')\n", {"ask", "Jobs.train"}, id="a class"),
        pytest.param(_FIRED + _JOBS + "fire.Fire(component=Jobs())\n", {"ask", "Jobs.train"}, id="an object"),
        pytest.param(_FIRED + "fire.Fire({'ask': ask})\n", {"ask"}, id="a table"),
        pytest.param(_FIRED + "fire.Fire([ask])\n", {"ask"}, id="a list"),
        pytest.param(_FIRED + "fire.Fire()\n", {"ask", "idle"}, id="the module"),
        pytest.param(_FIRED + _JOBS + "print(Jobs)\n", set(), id="a class that is no command line"),
        pytest.param("import typer\ndef ask(): pass\ntyper.run()\n", set(), id="one that takes no module"),
        pytest.param("from fire import Fire\ndef ask(): pass\nFire(jobs)\n", set(), id="what is not known"),
    ],
)
def test_what_a_command_line_is_made_of_may_be_called(source: str, expected: set[str]) -> None:
    assert reached({"main.py": source}) == expected


def test_a_function_that_a_command_line_names_is_handed_to_it_once() -> None:
    effects = program({"main.py": _FIRED + "fire.Fire(ask)\n"}).effects
    assert [effects.code.scope(edge.callee.path, edge.callee.scope).name for edge in effects.calls["main.py", 0]] == [
        "ask"
    ]


_GROUP = "import click\n@click.group()\ndef cli(): pass\n@cli.command('train')\ndef ask(): pass\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(_GROUP, {"cli", "ask"}, id="a command of a group"),
        pytest.param(_GROUP.replace("@cli.command('train')", "@cli.command"), {"cli", "ask"}, id="a bare decorator"),
        pytest.param(
            _GROUP + "@cli.group()\ndef data(): pass\n@data.command()\ndef load(): pass\n",
            {"cli", "ask", "data", "load"},
            id="a group in a group",
        ),
        pytest.param(
            "def cli(): pass\n@cli.command()\ndef ask(): pass\n", set(), id="an attribute of a function of nobody"
        ),
        pytest.param(
            "import functools\n@functools.cache\ndef cli(): pass\n@cli.command()\ndef ask(): pass\n",
            set(),
            id="a decorator that keeps",
        ),
        pytest.param("@a.command()\ndef a(): pass\n", set(), id="a group of itself"),
    ],
)
def test_a_command_belongs_to_the_library_of_its_group(source: str, expected: set[str]) -> None:
    assert reached({"main.py": source}) == expected


def test_a_command_of_a_group_of_another_file() -> None:
    files = {"main.py": _GROUP, "more.py": "from main import cli\n@cli.command()\ndef load(): pass\n"}
    assert reached(files, "more.py") == {"load"}
