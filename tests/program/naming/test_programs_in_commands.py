"""What people are told of a program that a command of a file holds: the file and the line."""

from __future__ import annotations

import pytest

from tests.program.asking import program

SCRIPT = "set -e\n\npython - <<'E'\nprint(1)\nE\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("read by run.sh!1 alone", "read by run.sh:4 alone"),
        (
            "`run.sh!1`, (run.sh!1), \"run.sh!1\" and 'run.sh!1'.",
            "`run.sh:4`, (run.sh:4), \"run.sh:4\" and 'run.sh:4'.",
        ),
        ("at run.sh!1:5 and run.sh!1:5-7", "at run.sh:5 and run.sh:5-7"),
        ("my jobs/run.sh!1 and `my jobs/run.sh!1`", "my jobs/run.sh:4 and `my jobs/run.sh:4`"),
        ("run.sh!1,run.sh!1", "run.sh:4,run.sh:4"),
        ("run.sh!12, other/run.sh!1, xrun.sh!1 and wow!1", "run.sh!12, other/run.sh!1, xrun.sh!1 and wow!1"),
        ("a != b", "a != b"),
    ],
)
def test_a_program_in_a_command_is_called_by_its_file_and_line(text: str, said: str) -> None:
    code = program({"run.sh": SCRIPT, "my jobs/run.sh": SCRIPT}).code
    assert code.said_at_home(text) == said
