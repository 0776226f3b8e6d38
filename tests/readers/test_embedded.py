"""Programs inside commands: found in every format that holds commands, at their lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.facts import Facts
from auditor.model.ir import Import
from auditor.readers import candidates, read_file
from auditor.readers.embedded import MOST

NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
            for source in ("x = 1\ny = 2", '!python -c "import a"', "%%bash\npython - <<EOF\nimport b\nEOF\n")
        ],
    }
)
HOLDING = {
    "a here-document": ("a.sh", "cd x\npython3 - <<EOF\nimport a\nEOF\n", {"a": 3}),
    "a quoted one": ("a.sh", "python <<'EOF'\n\nimport a\nEOF\n", {"a": 3}),
    "one without its tabs": ("a.sh", "if x; then\n\tpython <<-EOF\n\timport a\n\tEOF\nfi\n", {"a": 3}),
    "one through cat": ("a.sh", "cat <<EOF | python -\nimport a\nEOF\n", {"a": 2}),
    "one behind options": ("a.sh", "python -u -W ignore <<EOF\nimport a\nEOF\n", {"a": 2}),
    "one in a container": ("a.sh", "docker run -i python:3 python - <<EOF\nimport a\nEOF\n", {"a": 2}),
    "one behind a runner": ("a.sh", "uv run python - <<EOF\nimport a\nEOF\n", {"a": 2}),
    "a text of -c": ("a.sh", "echo 1\npython -c 'import a'\n", {"a": 2}),
    "one over lines": ("a.sh", 'python -c "\nimport a\nimport b\n"\n', {"a": 2, "b": 3}),
    "one whose lines the shell joins": ("a.sh", 'python -c "import a; \\\n  import b"\n', {"a": 1, "b": 2}),
    "one on a later line of its command": ("a.sh", "FOO=1 python \\\n  -c 'import a'\n", {"a": 2}),
    "one that is asked": ("a.sh", 'X=$(python -c "import a")\n', {"a": 1}),
    "two in a line": ("a.sh", "python -c 'import a' && python -c 'import b'\n", {"a": 1, "b": 1}),
    "a here-string": ("a.sh", "python <<< 'import a'\n", {"a": 1}),
    "a workflow": (
        ".github/workflows/a.yml",
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          pip list\n          python -c 'import a'\n      - shell: python\n        run: |\n          import b\n",
        {"a": 8, "b": 11},
    ),
    "a makefile": ("Makefile", "a:\n\t@echo 1\n\t@python -c 'import a; \\\n\t  import b'\n", {"a": 3, "b": 4}),
    "an image": (
        "Dockerfile",
        "FROM python\nRUN pip list && \\\n    python -c 'import a'\nRUN python3 <<EOF\nimport b\nEOF\nRUN <<EOF\npython -c 'import c'\nEOF\nCMD [\"python\", \"-c\", \"import d\"]\n",
        {"a": 3, "b": 5, "c": 8, "d": 10},
    ),
    "an instruction": (
        "Dockerfile",
        "FROM python\nWORKDIR /app\nRUN <<EOF\n#!/usr/bin/env python3\nimport a\nEOF\nRUN --network=none <<-'X'\n\t#!/usr/bin/python\n\timport b\nX\n",
        {"a": 5, "b": 9},
    ),
    "stages": ("dvc.yaml", "stages:\n  s:\n    cmd:\n      - echo 1\n      - python -c 'import a'\n", {"a": 5}),
    "GitLab": (".gitlab-ci.yml", "s:\n  script:\n    - echo 1\n    - |\n      echo 2\n      python -c 'import a'\n", {"a": 6}),
    "CircleCI": (".circleci/config.yml", "jobs:\n  f:\n    docker: [{image: i}]\n    steps:\n      - run: python -c 'import a'\n", {"a": 5}),
    "Azure": ("azure-pipelines.yml", "steps:\n  - script: |\n      python -c 'import a'\n", {"a": 3}),
    "a notebook": ("a.ipynb", NOTEBOOK, {"a": 3, "b": 6}),
}  # fmt: skip


def imports(facts: Facts) -> dict[str, int]:
    return {
        imported.module: statement.line
        for held in facts.embedded
        for statement in held.program.scopes[0].body
        if isinstance(statement, Import)
        for imported in statement.names
    }


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


@pytest.mark.parametrize(("path", "text", "lines"), HOLDING.values(), ids=HOLDING)
def test_a_program_in_a_command_is_read_at_its_lines(path: str, text: str, lines: dict[str, int]) -> None:
    facts = read(path, text)
    assert imports(facts) == lines
    assert facts.troubles == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", "python train.py <<EOF\nimport a\nEOF\n"),
        ("a.sh", "python -m a <<EOF\nimport a\nEOF\n"),
        ("a.sh", "cat > a.py <<EOF\nimport a\nEOF\n"),
        ("a.sh", "python --version\n"),
        ("a.sh", "python train.py -c 'import a'\n"),
        ("a.sh", 'python -c "import $MODULE"\n'),
        ("a.sh", 'python -c "$CODE"\n'),
        ("a.sh", "python -c 'print 1'\n"),
        ("a.sh", "python -c ''\n"),
        ("README.md", "# a\n\n```bash\npython -c 'import a'\n```\n"),
        (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: python -c 'import ${{ matrix.module }}'\n"),
    ],
)  # fmt: skip
def test_what_is_none_or_is_filled_in_by_others_is_no_mistake(path: str, text: str) -> None:
    facts = read(path, text)
    assert (facts.embedded, facts.troubles) == ((), ())


def test_a_document_of_a_text_is_no_program() -> None:
    facts = read("a.sh", "python -c 'import a' <<EOF\nimport b\nEOF\n")
    assert imports(facts) == {"a": 1}


def test_a_text_with_a_dollar_has_a_hole_and_one_without_has_none() -> None:
    for quote, whole in (("", False), ("'", True)):
        (held,) = read("a.sh", f"X=1\npython - <<{quote}E{quote}\nopen('$DATA/a')\nE\n").embedded
        assert ("$DATA/a" in str(held.program)) is whole


def test_a_known_variable_is_filled_in() -> None:
    (held,) = read("a.sh", "DATA=data/raw\npython - <<E\nopen('$DATA/a', \\$x)\nE\n".replace(", \\$x", "")).embedded
    assert "data/raw/a" in str(held.program)


def test_a_program_that_many_commands_repeat_is_read_once() -> None:
    text = "on: push\njobs:\n  a:\n    strategy: {matrix: {v: [1, 2, 3]}}\n    steps:\n      - run: python -c 'import a' ${{ matrix.v }}\n"
    facts = read(".github/workflows/a.yml", text)
    assert len(facts.steps[0].commands) == 3
    assert len(facts.embedded) == 1


def test_a_file_holds_so_many_programs_and_no_more() -> None:
    facts = read("a.sh", "".join(f"python -c 'import m{number}'\n" for number in range(MOST + 9)))
    assert len(facts.embedded) == MOST
    assert [trouble.code for trouble in facts.troubles] == ["too-large"]


@pytest.mark.parametrize("size", [10, 9_000])
def test_half_a_program_is_none(size: int) -> None:
    facts = read("a.py", f"import os\nos.system('python -c \"import a; {'x = 1; ' * size}import last\"')\n")
    assert bool(facts.embedded) is (size == 10)
    facts = read(
        "a.sh",
        f"python - <<E\nimport a\n{'x = 1 + 1 + 1' + chr(10)}".replace("x =", "x = " + "1 + " * size * 3) + "E\n",
    )
    assert bool(facts.embedded) is (size == 10)


def test_a_failure_of_ours_with_such_programs_costs_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Facts:
        raise RuntimeError("a bug")

    monkeypatch.setattr("auditor.readers.with_programs", fail)
    facts = read("a.sh", "python -c 'import a'\n")
    assert facts.steps
    assert [trouble.code for trouble in facts.troubles] == ["internal"]


PIECES = st.lists(
    st.sampled_from(["python -c ", "python - ", "<<E\n", "<<'E'\n", "<<-E\n", "E\n", "'", '"', "import a", "x = $Y", "\\\n", "\n", "${{ a }}", "`b`", "cat ", "| ", "<<< ", "⟦", "⟧", "  "]),
    max_size=14,
).map("".join)  # fmt: skip


@given(PIECES)
def test_any_script_gives_programs_at_lines_of_its_own(text: str) -> None:
    facts = read("a.sh", text)
    assert [trouble for trouble in facts.troubles if trouble.code == "internal"] == []
    assert all(1 <= held.line <= text.count("\n") + 1 for held in facts.embedded)


def test_far_down_in_a_long_script_programs_are_found_at_their_lines() -> None:
    before = 200_000
    facts = read("a.sh", "\n" * before + "".join(f"python -c 'import m{number}'\n" for number in range(MOST)))
    assert imports(facts) == {f"m{number}": before + number + 1 for number in range(MOST)}
