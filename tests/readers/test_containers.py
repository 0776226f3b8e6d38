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


def test_an_instruction_that_is_a_script_is_run_by_what_its_first_line_names() -> None:
    for first, said in (
        ("#!/usr/bin/env python3", ["python -"]),
        ("#!/bin/bash", ["import a"]),
        ("", ["import a"]),
        ("# python", ["import a"]),
    ):
        facts = read("Dockerfile", f"FROM x\nARG Y=1\nWORKDIR /app\nRUN <<EOF\n{first}\nimport a\nEOF\n")
        assert lines(facts.steps[0].commands) == said, first
    (command,) = read("Dockerfile", "FROM x\nARG Y=1\nWORKDIR /app\nRUN <<EOF\n#!/bin/python\nEOF\n").steps[0].commands
    assert (command.line, command.cwd, command.program, command.environment) == (5, "/app", 0, (("Y", "1"),))


STARTED = """\
FROM x
ARG WHERE=data
WORKDIR /app
COPY --chmod=755 <<EOF /app/start.sh
#!/bin/bash
cd src
python train.py $WHERE \\$HOME
EOF
RUN chmod +x /app/start.sh
"""


def test_what_a_script_runs_that_is_spelled_out_in_the_dockerfile_is_run_where_the_script_is() -> None:
    for launch in ('["/app/start.sh"]', "./start.sh", '["bash", "-e", "start.sh"]', '["sh", "/app/start.sh", "now"]'):
        step = started(f"{STARTED}CMD {launch}\n")
        assert lines(step.commands)[1:] == ["python train.py data {HOME}"], launch
        assert (step.commands[1].line, step.commands[1].cwd, step.folder) == (7, "src", "/app")
    built = read("Dockerfile", f"{STARTED}RUN /app/start.sh\n").steps[0]
    assert [(command.line, command.cwd) for command in built.commands[2:]] == [(7, "/app/src")]
    assert read("Dockerfile", STARTED).attrs[-1] == ("writes", "/app/start.sh")


def test_a_script_that_is_only_named_is_not_run() -> None:
    for launch in (
        "cat /app/start.sh",
        "echo start.sh",
        "python -m start.sh",
        "bash -c 'ls' /app/start.sh",
        "/start.sh",
    ):
        assert len(started(f"{STARTED}CMD {launch}\n").commands) <= 2
        assert "python train.py data {HOME}" not in lines(started(f"{STARTED}CMD {launch}\n").commands)
    assert len(read("Dockerfile", STARTED).steps[0].commands) == 1


def test_documents_of_one_copy_lie_under_their_names_and_quoted_ones_are_taken_as_they_stand() -> None:
    text = "FROM x\nARG A=1\nCOPY <<'one.py' <<-two.sh /b/\nimport os\nA = '$A'\none.py\n\tpython /b/one.py $A\ntwo.sh\nCMD sh /b/two.sh\n"
    facts = read("Dockerfile", text)
    step = facts.steps[-1]
    assert [(" ".join(word.text for word in command.words), command.line) for command in step.commands] == [
        ("sh /b/two.sh", 9),
        ("python /b/one.py 1", 7),
        ("python -", 4),
    ]
    assert (step.commands[2].body, step.commands[2].program) == ("import os\nA = '$A'", 0)
    assert [embedded.line for embedded in facts.embedded] == [4]


def test_a_stage_has_the_files_of_the_one_that_it_builds_on_and_scripts_that_run_each_other_end() -> None:
    loop = "FROM x AS a\nCOPY <<E /l.sh\nsh /l.sh\nmake b\nE\n"
    assert lines(started(f"{loop}FROM a\nCMD sh /l.sh\n").commands).count("make b") == 3
    assert lines(started(f"{loop}FROM y\nCMD sh /l.sh\n").commands) == ["sh /l.sh"]


@pytest.mark.parametrize("name", ["Dockerfile_gpu", "dockerfile", "DOCKERFILE", "dockerfile.base", "gpu_Dockerfile"])
def test_a_dockerfile_of_another_name_is_known_by_its_content(name: str) -> None:
    assert read(name, "# syntax=x\n\nARG V=3\nFROM python:${V}\nRUN pip install a\n").kind == "dockerfile"
    for text in (
        "",
        "FROM x\n",
        "RUN a\nFROM x\n",
        "From here on\nRUN a\n",
        "select 1\nFROM x\nRUN y\n",
        "FROM x\nwhere RUN y\n",
    ):
        assert read(name, text).kind != "dockerfile"
