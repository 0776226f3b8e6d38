"""What Dockerfiles and compose files hand on to the commands that they start."""

from __future__ import annotations

import pytest

from auditor.model.facts import Command, Facts, Step
from auditor.readers import candidates, read_file


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def started(dockerfile: str) -> Step:
    return next(step for step in read("Dockerfile", dockerfile).steps if step.name == "cmd")


def lines(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_what_an_image_starts_finds_its_environment() -> None:
    step = started("FROM x\nARG B=2\nENV LR=0.1 PASSWORD=abc\nENV OUT /o$B\nCMD python t.py\n")
    assert step.commands[0].environment == (("LR", "0.1"), ("PASSWORD", "{PASSWORD}"), ("OUT", "/o2"))


def test_what_is_run_while_building_finds_arguments_too() -> None:
    facts = read("Dockerfile", "FROM x\nARG URL=https://h/a.csv\nWORKDIR /app\nRUN curl -O $URL\n")
    (command,) = facts.steps[0].commands
    assert lines((command,)) == ["curl -O https://h/a.csv"]
    assert (command.cwd, dict(command.environment)["URL"]) == ("/app", "https://h/a.csv")


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("WORKDIR /app", "/app"),
        ("WORKDIR /app\nWORKDIR src", "/app/src"),
        ("WORKDIR app", "/app"),
        ("ENV HOME=/h\nWORKDIR $HOME/x", "/h/x"),
        ("RUN true", None),
    ],
)
def test_the_working_folder_is_known_without_a_command(text: str, folder: str | None) -> None:
    assert read("Dockerfile", f"FROM x\n{text}\n").attr("workdir") == folder


def test_a_stage_has_the_settings_of_the_stage_it_builds_on() -> None:
    base = 'FROM x AS base\nWORKDIR /app\nENV A=1\nUSER me\nENTRYPOINT ["python"]\nCMD ["a.py"]\n'
    same = started(f"{base}FROM base\nCOPY . .\n")
    assert (lines(same.commands), same.folder, same.commands[0].environment) == (["python a.py"], "/app", (("A", "1"),))
    assert lines(started(f'{base}FROM base\nCMD ["b.py"]\n').commands) == ["python b.py"]
    assert lines(started(f'{base}FROM base\nENTRYPOINT ["sh", "c.sh"]\n').commands) == ["sh c.sh"]
    other = read("Dockerfile", f"{base}FROM y\nCOPY . .\n")
    assert ([step.name for step in other.steps], other.attr("workdir"), other.attr("user")) == (["build"], None, None)


def test_stages_tell_what_they_take_from_each_other() -> None:
    facts = read("Dockerfile", "FROM x AS a\nFROM y\nCOPY --from=a /w /v/\nFROM a AS c\n")
    assert [(ref.path, ref.how, dict(ref.attrs)) for ref in facts.references] == [
        ("/w", "COPY", {"to": "/v/", "stage": "1", "from": "a"}),
        ("/", "FROM", {"to": "/", "stage": "c", "from": "a"}),
    ]
    assert facts.attr("last-stage") == "c"


def test_a_service_joins_entry_point_and_command() -> None:
    facts = read(
        "compose.yaml",
        """\
services:
  a:
    image: x
    working_dir: /w
    entrypoint: ["python", "-u"]
    command: ["t.py", "--name", "two words"]
    environment: {LR: 0.1, API_KEY: abc}
  b:
    image: x
    command: sh -c "python $$X/t.py && python u.py"
    environment: [N=1]
""",
    )
    first, second = facts.steps
    assert [[word.text for word in c.words] for c in first.commands] == [
        ["python", "-u", "t.py", "--name", "two words"]
    ]
    assert (first.folder, first.commands[0].environment) == ("/w", (("LR", "0.1"), ("API_KEY", "{API_KEY}")))
    assert lines(second.commands)[1:] == ["python {X}/t.py", "python u.py"]
    assert {command.environment for command in second.commands} == {(("N", "1"),)}


def test_variables_of_workflows_reach_their_commands() -> None:
    facts = read(
        ".github/workflows/c.yml",
        """\
on: push
env: {A: 1, T: "${{ secrets.T }}"}
jobs:
  j:
    runs-on: x
    env: {A: 2, D: data}
    steps:
      - run: python t.py --in $D/x.csv $T
        env: {B: 3}
""",
    )
    (command,) = facts.steps[0].commands
    assert lines((command,)) == ["python t.py --in data/x.csv {secrets.T}"]
    assert {name: value for name, value in command.environment if name != "T"} == {"A": "2", "D": "data", "B": "3"}
