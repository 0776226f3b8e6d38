"""How the command line ends: exit codes, one-sentence messages, and nothing heavy before a command runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import pytest

import auditor
from auditor import cli
from auditor.model.errors import UsageError

COMMAND = [sys.executable, "-m", "auditor"]
HEAVY = {
    "rich",
    "networkx",
    "yaml",
    "jinja2",
    "pandas",
    "numpy",
    "libcst",
    "radon",
    "sqlite3",
    "msgspec",
    "tree_sitter",
}


def ending(
    raises: Callable[[], object], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *args: str
) -> tuple[object, str]:
    """The exit code and stderr of a command that does this."""

    @click.command()
    @click.option("--debug", is_flag=True)
    def command(debug: bool) -> object:
        return raises()

    monkeypatch.setattr(cli.Commands, "get_command", lambda *_: command)
    with pytest.raises(SystemExit) as left:
        cli.main(["audit", *args])
    return left.value.code, capfd.readouterr().err


def throw(error: BaseException) -> Callable[[], object]:
    def thrower() -> object:
        raise error

    return thrower


@pytest.mark.parametrize(
    ("does", "code", "says"),
    [
        (lambda: None, 0, ""),
        (lambda: 3, 3, ""),
        (throw(UsageError("no such folder x; name another")), 2, "auditor: no such folder x; name another\n"),
        (throw(click.Abort()), 130, "auditor: interrupted\n"),
        (throw(KeyboardInterrupt()), 130, "auditor: interrupted\n"),
        (
            throw(ZeroDivisionError("by\nzero")),
            3,
            "auditor: something went wrong inside auditor (ZeroDivisionError: by zero); run with --debug\n",
        ),
    ],
)
def test_every_ending_has_its_code_and_its_sentence(
    does: Callable[[], object], code: int, says: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    got, err = ending(does, monkeypatch, capfd)
    assert got == code
    assert err.replace("\n\n", "\n").lstrip("\n") == says


def test_debug_shows_where(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    code, err = ending(throw(ZeroDivisionError("by zero")), monkeypatch, capfd, "--debug")
    assert code == 3
    assert "Traceback" in err
    assert "in thrower" in err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["audit", "--jobs", "0"], "--jobs"),
        (["audit", "--no-such-option"], "--no-such-option"),
        (["audit", "--as-of", "yesterday"], "YYYY-MM-DD"),
        (["audit", "-o", "docx"], "not an output format"),
        (["audit", "-o", "json=no/such/place.json"], "does not exist"),
        (["audits"], "audits"),
        (["explain", "PIP01"], "PIP001"),
    ],
)
def test_a_mistake_is_one_sentence_and_2(args: list[str], says: str, tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, *args], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_version() -> None:
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True)
    assert done.stdout == f"auditor, version {auditor.__version__}\n"


def imported(*words: Sequence[str]) -> tuple[str, set[str]]:
    """What a fresh process prints for these calls of the command line, and the modules that are there afterwards."""
    show = (
        "import ast, sys, auditor.cli\n"
        "for words in ast.literal_eval(sys.argv[1]):\n"
        "    try: auditor.cli.main(words)\n"
        "    except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", show, repr([list(one) for one in words])], capture_output=True, text=True, check=True
    )
    return done.stdout, set(done.stderr.split())


def test_help_imports_nothing_but_the_names_of_the_commands() -> None:
    said, modules = imported(["--help"])
    assert all(name in said for name in cli.COMMANDS)
    assert HEAVY & modules == set()
    assert {name for name in modules if name.partition(".")[0] == "auditor"} == {
        "auditor", "auditor.cli", "auditor.model", "auditor.model.errors",
    }  # fmt: skip


def test_the_help_of_a_command_imports_no_room_that_works() -> None:
    said, modules = imported(*([name, "--help"] for name in cli.COMMANDS))
    assert said.count("Usage: auditor") == len(cli.COMMANDS)
    assert (HEAVY - {"msgspec"}) & modules == set()  # the records of the model are made of it
    rooms = {name.split(".")[1] for name in modules if name.startswith("auditor.")}
    assert rooms == {"cli", "model"}


def test_a_reader_who_leaves_early_sees_no_traceback() -> None:
    listing = subprocess.Popen([*COMMAND, "rules"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert listing.stdout is not None
    assert listing.stderr is not None
    listing.stdout.close()
    err = listing.stderr.read()
    listing.stderr.close()
    assert listing.wait() == cli.PIPE_CLOSED
    assert err == b""
