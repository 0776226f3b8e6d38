"""Commands that say the same are resolved once, and each has its own line."""

from __future__ import annotations

import pytest

from auditor.language.shell import read_shell
from auditor.model.facts import Command
from auditor.program.running.grounds import Ground
from auditor.program.running.looking import Looking
from auditor.program.running.repeated import Repeated
from auditor.program.running.runs import Run
from tests.program.asking import program

GROUND = Ground("steps")
FILES = {"train.py": "", "Dockerfile": "FROM python\nWORKDIR /app\nCOPY . /app\nCMD python train.py\n"}


class Resolving:
    """Resolves each command as its first word, notes that word as looked for, and counts."""

    def __init__(self, *, changes: bool = False) -> None:
        self.looking = Looking()
        self.repeated = Repeated(self.looking)
        self.asked = 0
        self.changes = changes

    def __call__(self, command: Command, ground: Ground) -> tuple[Run, ...]:
        self.asked += 1
        self.looking.for_file(command.words[0].text)
        if self.changes:
            self.repeated.changes()
        return (Run("tool", f"{ground.base} {command.words[0].text}", command.words[1:], command.line),)

    def runs(self, command: Command, ground: Ground = GROUND) -> tuple[Run, ...]:
        return self.repeated.runs(command, ground, self)


def test_the_same_in_another_line_is_resolved_once() -> None:
    resolving = Resolving()
    first, second = read_shell("python a.py\npython a.py\n")
    assert [run.line for run in (*resolving.runs(first), *resolving.runs(second))] == [1, 2]
    assert resolving.runs(first) == resolving.runs(first)
    assert resolving.asked == 1


@pytest.mark.parametrize(
    "other", ["python b.py", "cd x && python a.py", "A=1 python a.py", "export A=1; python a.py", "python a.py || true"]
)
def test_what_says_something_else_is_resolved_by_itself(other: str) -> None:
    resolving = Resolving()
    resolving.runs(read_shell("python a.py")[0])
    resolving.runs(read_shell(other)[-1])
    assert resolving.asked == 2


def test_it_is_resolved_anew_where_it_starts_elsewhere() -> None:
    resolving = Resolving()
    [command] = read_shell("python a.py")
    assert [run.target for run in resolving.runs(command, Ground("a"))] == ["a python"]
    assert [run.target for run in resolving.runs(command, Ground("b"))] == ["b python"]


def test_what_was_looked_for_is_noted_each_time() -> None:
    resolving = Resolving()
    [command] = read_shell("python a.py")
    for _ in range(2):
        with resolving.looking.noted() as names:
            resolving.runs(command)
        assert names == {"python"}


def test_what_more_may_be_learnt_of_is_asked_again() -> None:
    resolving = Resolving(changes=True)
    [command] = read_shell("docker run churn")
    resolving.runs(command)
    resolving.changes = False
    resolving.runs(command)
    resolving.runs(command)
    assert resolving.asked == 2


def test_a_container_runs_what_its_image_holds_once_that_is_built() -> None:
    commands = program(FILES).commands
    [command] = read_shell("docker run churn python train.py")
    assert commands.runs(command, Ground())[0].kind == "tool"
    commands.runs(read_shell("docker build -t churn .")[0], Ground())
    assert commands.runs(command, Ground())[0] == Run("script", "train.py", (), 1, "/app")
