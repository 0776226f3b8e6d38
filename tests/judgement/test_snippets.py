"""What a statement says, whatever its form: by this a pinned waiver lapses and equal findings are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.judgement import with_snippets
from auditor.model.finding import Finding, Severity
from auditor.model.ir import Cell, Program
from auditor.model.place import Place
from auditor.run import audit
from auditor.source import read_program


def found(line: int | None, cell: int | None = None) -> Finding:
    return Finding("LKG001", ".", Severity.HIGH, 1.0, "m", "r", "e", Place("a.py", line, cell=cell))


def read(text: str) -> Program:
    program, _ = read_program(text.encode())
    assert program is not None
    return program


def said(text: str, line: int) -> str:
    (one,) = with_snippets([found(line)], {"a.py": read(text)})
    return one.snippet


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = f(a, 1)\n", 1),
        ("# why\n\nx = f( a,   1 )  # so\n", 3),
        ("x = f(\n    a,\n    1,\n)\n", 3),
        ("a = 0\na = 9\nx = f(a, 1)\n", 3),
        ("y = 2\ndef g():\n    pass\nx = f(a, 1)\n", 4),
    ],
)
def test_form_and_place_do_not_matter(text: str, line: int) -> None:
    assert said(text, line) == said("x = f(a, 1)\n", 1) != ""


@pytest.mark.parametrize("text", ["x = f(a, 2)\n", "y = f(a, 1)\n", "x = g(a, 1)\n", "f(a, 1)\n", "x = f(1, a)\n"])
def test_what_it_says_does(text: str) -> None:
    assert said(text, 1) != said("x = f(a, 1)\n", 1)


def test_of_a_compound_statement_the_head_counts() -> None:
    assert said("for i in a:\n    f(i)\n", 1) == said("for i in a:\n    g(i)\n    h(i)\n", 1)
    assert said("for i in a:\n    f(i)\n", 1) != said("for i in b:\n    f(i)\n", 1)
    assert said("for i in a:\n    f(i)\n", 2) == said("f(i)\n", 1)
    assert said("k = lambda i: i + 1\n", 1) != said("k = lambda i: i + 2\n", 1)


def test_nothing_of_the_code_is_in_it() -> None:
    assert "sesame" not in said("word = 'sesame'\n", 1)
    assert len(said("word = 'sesame'\n", 1)) == 16


def test_what_stands_on_no_statement_has_none() -> None:
    program = read("\n\nx = 1\n")
    outside = Finding("DAT001", ".", Severity.HIGH, 1.0, "m", "r", "e", Place("data.csv", 3))
    for finding in (found(None), found(1), outside):
        assert with_snippets([finding], {"a.py": program}) == (finding,)


def test_lines_of_notebooks_are_those_of_their_cells() -> None:
    import msgspec

    program = msgspec.structs.replace(
        read("x = 1\ny = 2\n"), cells=(Cell(0, "a", 1, 1, 0, 1, ()), Cell(3, "b", 2, 1, 0, 2, ()))
    )
    (one,) = with_snippets([found(1, cell=3)], {"a.py": program})
    assert one.snippet == said("y = 2\n", 1)


PINNED = '[[waiver]]\nid = "W-1"\nrule = "COD002"\npaths = ["a.py"]\nkind = "accepted_risk"\nreason = "known"\nowner = "r"\nexpires = 2099-01-01\ncreated = 2098-12-01\npin = "{}"\n'


def test_a_pinned_waiver_lapses_with_its_statement_and_not_with_lines_above(tmp_path: Path) -> None:
    from auditor.judgement import pin_of

    code = "import numpy as np\nimport pandas as pd\n\nframe = pd.read_csv('d.csv')\nprint(frame['a'] == np.nan)\n"
    (tmp_path / "a.py").write_text(code)
    (before,) = [f for f in audit(str(tmp_path), use_cache=False, jobs=1).findings if f.rule == "COD002"]
    (tmp_path / ".auditor").mkdir()
    (tmp_path / ".auditor" / "waivers.toml").write_text(PINNED.format(pin_of(before)))

    def state(text: str) -> str:
        (tmp_path / "a.py").write_text(text)
        (row,) = audit(str(tmp_path), use_cache=False, jobs=1).waivers
        return row.state

    assert state("# above\n\n" + code) == "active"
    assert state(code.replace("frame['a'] ==", "frame['b'] ==")) == "lapsed"
