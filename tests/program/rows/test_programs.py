"""What the definitions find in many small programs, as scripts and as notebooks."""

from __future__ import annotations

import json

import pytest

from tests.program.rows.frameworks import FRAMEWORKS
from tests.program.rows.programs import EVALUATIONS, TABLES, TEXT, Program
from tests.program.rows.running import found

ALL = [*TABLES, *EVALUATIONS, *TEXT, *FRAMEWORKS]


def _notebook(source: str) -> str:
    """The program as a notebook, a cell for each part."""
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": part}
        for part in source.split("#%%\n")
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize("program", ALL, ids=[program.name for program in ALL])
def test_programs_show_what_is_expected(program: Program) -> None:
    assert found(program.source) == program.kinds


@pytest.mark.parametrize("program", ALL, ids=[program.name for program in ALL])
def test_a_notebook_says_what_its_script_says(program: Program) -> None:
    assert found(_notebook(program.source), "train.ipynb") == program.kinds


def test_names_tell_programs_apart() -> None:
    assert len({program.name for program in ALL}) == len(ALL) > 100
