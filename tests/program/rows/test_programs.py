"""What the definitions find in many small programs, as scripts and as notebooks."""

from __future__ import annotations

import json
from time import process_time

import pytest

from tests.program.rows.frameworks import FRAMEWORKS
from tests.program.rows.programs import EVALUATIONS, TABLES, TEXT, Program
from tests.program.rows.running import HEAD, JUDGE, SPLIT, found, run

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


HOSTILE = {
    "a chain of filters": "X = X.dropna()\n" * 1500,
    "a column after the other": "".join(f"X['c{n}'] = X['c{n}'].fillna(X['c{n}'].mean())\n" for n in range(2000)),
    "tables joined with themselves": "X = pd.concat([X, X.dropna()])\n" * 1000,
    "lists in lists": "L = [X]\n" + "L = [L, L]\n" * 600 + "X = np.array(L)\n",
    "lists that double": "L = [X]\n" + "L = L + L\n" * 60 + "L.extend(L)\n" * 60 + "L = [*L, *L]\n" * 60,
    "a dict in itself": "D = {}\n" + "".join(f"D['a{n}'] = D\n" for n in range(300)),
    "functions that call twice": "".join(f"def f{n}(d):\n    d = f{n + 1}(d)\n    return f{n + 1}(d)\n" for n in range(40))
    + "def f40(d):\n    return d\nX = f0(X)\n",
    "branches one after the other": "".join(f"if n == {n}:\n    X = X.dropna()\n" for n in range(300)),
    "models without end": "".join(f"m{n} = LogisticRegression().fit(X, y)\nprint(m{n}.score(X, y))\n" for n in range(1000)),
}  # fmt: skip


@pytest.mark.parametrize("shape", HOSTILE)
def test_no_program_makes_a_run_go_on_without_end(shape: str) -> None:
    began = process_time()
    trace = run(HEAD + HOSTILE[shape] + SPLIT + JUDGE)
    assert process_time() - began < 30  # a second or two where nothing else runs
    assert trace.cut or trace.evaluations


def test_names_tell_programs_apart() -> None:
    assert len({program.name for program in ALL}) == len(ALL) > 100
