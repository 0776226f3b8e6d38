"""Notebooks: cells as one program, and what is not Python in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.model.facts import Trouble
from auditor.model.ir import Assign, Call, Cell, Const, Do, Escape, Import, Imported, Jump, Name, Opaque, Program, Stmt
from auditor.source import read_notebook
from auditor.source.magics import plain


def code(source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **more}


def notebook(*cells: Any, **metadata: Any) -> bytes:
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": list(cells)}, indent=1).encode()


def read(*cells: Any) -> tuple[Program, tuple[Trouble, ...]]:
    found, troubles, kernel = read_notebook(notebook(*cells))
    assert kernel.language == "python"
    assert found is not None, troubles
    return found, troubles


def body(source: str) -> tuple[Stmt, ...]:
    found, troubles = read(code(source))
    assert troubles == ()
    return found.scopes[0].body


def escapes(source: str) -> tuple[Escape, ...]:
    return read(code(source))[0].escapes


def test_cells_become_one_program() -> None:
    found, troubles = read(
        code(["x = 1\n", "y = 2"], execution_count=3, id="abc", metadata={"tags": ["parameters"]}),
        {"cell_type": "markdown", "metadata": {}, "source": "# no code"},
        code("x\n"),
        code(""),
    )
    assert troubles == ()
    assert found.scopes[0].body[2] == Do(Name("x", 1), 3, 3)
    assert [(cell.index, cell.start, cell.lines) for cell in found.cells] == [
        (0, 1, 2),
        (2, 3, 1),
        (3, 4, 1),
    ]
    first = found.cells[0]
    assert (first.id, first.count, first.tags) == ("abc", 3, ("parameters",))
    assert found.cells[1].count == -1
    assert found.lines == 4


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_the_physical_line_is_where_the_source_begins(indent: int | None) -> None:
    outputs = [{"source": ["x = 1\n"], "text": 'a "source": ["x = 1"]'}]
    cells = [code(["x = 1\n", "y"], outputs=outputs), code(["x = 1\n", "y"]), code("z = 2"), code([]), code(["last"])]
    data = json.dumps({"cells": cells, "metadata": {}}, indent=indent).encode()
    found, _, _ = read_notebook(data)
    assert found is not None
    rows = data.decode().split("\n")
    for cell, first in zip(found.cells, ['"x = 1', '"x = 1', '"z = 2', "[", '"last'], strict=True):
        assert first in rows[cell.physical - 1]
    if indent:
        assert [cell.physical for cell in found.cells] == sorted({cell.physical for cell in found.cells})


def test_worksheets_of_nbformat_3() -> None:
    cell = {"cell_type": "code", "input": ["x = 1\n", "y"], "language": "python", "prompt_number": 7, "outputs": []}
    data = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [cell]}]}).encode()
    found, troubles, kernel = read_notebook(data)
    assert found is not None
    assert (troubles, kernel.language) == ((), "python")
    assert found.cells == (Cell(0, "", 1, 2, 1, 7, ()),)
    assert len(found.scopes[0].body) == 2


@pytest.mark.parametrize(
    ("output", "failed"),
    [
        ({"output_type": "error", "ename": "NameError", "evalue": "name 'x' is not defined"}, True),
        ({"output_type": "error", "ename": "ValueError", "evalue": "NameError"}, False),
        ({"output_type": "stream", "text": ["NameError"]}, False),
    ],
)
def test_a_cell_whose_run_ended_at_a_name_that_was_not_there(output: dict[str, object], failed: bool) -> None:
    found, _, _ = read_notebook(notebook(code("x", outputs=[output])))
    assert found is not None
    assert [cell.failed for cell in found.cells] == [failed]


LINES: list[tuple[str, Stmt, Escape]] = [
    ("%matplotlib inline", Jump("pass", 1), Escape("magic", "matplotlib", "inline", 1)),
    ("!pip install pandas", Jump("pass", 1), Escape("shell", "!", "pip install pandas", 1)),
    ("!echo \"it's", Jump("pass", 1), Escape("shell", "!", "echo \"it's", 1)),
    ("!!ls", Jump("pass", 1), Escape("shell", "!", "ls", 1)),
    ("pip install pandas", Jump("pass", 1), Escape("shell", "!", "pip install pandas", 1)),
    ("%sh ls", Jump("pass", 1), Escape("shell", "sh", "ls", 1)),
    ("df?", Jump("pass", 1), Escape("magic", "?", "df", 1)),
    ("??pd.read_csv", Jump("pass", 1), Escape("magic", "?", "pd.read_csv", 1)),
    ("x = !ls", Assign((Name("x", 1),), Opaque("ellipsis"), "", None, 1, 1), Escape("shell", "!", "ls", 1)),
    ("x = %env HOME", Assign((Name("x", 1),), Opaque("ellipsis"), "", None, 1, 1), Escape("magic", "env", "HOME", 1)),
    ("x = %time y", Assign((Name("x", 1),), Name("y"), "", None, 1, 1), Escape("magic", "time", "y", 1)),
    ("%time f()", Do(Call(Name("f"), (), (), 1, 1), 1, 1), Escape("magic", "time", "f()", 1)),
    ("%timeit -n 10 -r3 f()", Do(Call(Name("f"), (), (), 1, 1), 1, 1), Escape("magic", "timeit", "-n 10 -r3 f()", 1)),
    ("%run", Jump("pass", 1), Escape("magic", "run", "", 1)),
    (
        "%run -i ../a.py",
        Import((Imported("./../a.py", "*", Name("*")),), 1, 1),
        Escape("magic", "run", "-i ../a.py", 1),
    ),
]


@pytest.mark.parametrize(("line", "statement", "escape"), LINES, ids=[line for line, _, _ in LINES])
def test_line_magics(line: str, statement: Stmt, escape: Escape) -> None:
    found, troubles = read(code(f"{line}\nlast = 1"))
    assert troubles == ()
    assert found.escapes == (escape,)
    assert found.scopes[0].body == (statement, Assign((Name("last", 1),), Const(1), "", None, 2, 2))


def test_indentation_is_kept() -> None:
    (branch,) = body("if a:\n    !ls\n    %cd x\n")
    assert branch.body == (Jump("pass", 2), Jump("pass", 3))  # type: ignore[union-attr]  # it is an If


def test_continued_commands_keep_the_line_count() -> None:
    found, _ = read(code("!docker run \\\n  -p 80 \\\n  image\nx = 1"))
    assert found.escapes == (Escape("shell", "!", "docker run \\\n  -p 80 \\\n  image", 1),)
    assert found.scopes[0].body[1] == Assign((Name("x", 1),), Const(1), "", None, 4, 4)


def test_percent_in_python_is_no_magic() -> None:
    assert escapes("x = ('%s'\n     % y)\ns = '''\n%time\n!ls\n'''\nz = a \\\n % b\n") == ()
    assert escapes("!ls\nx = ('%s'\n     % y)\ns = '''\n%time\n!ls\n'''\nz = a \\\n % b\n") == (
        Escape("shell", "!", "ls", 1),
    )


def test_not_equal_is_no_shell_command() -> None:
    assert escapes("%time\na != b\nx = a != b\n") == (Escape("magic", "time", "", 1),)


@pytest.mark.parametrize("magic", ["time", "timeit", "capture out"])
def test_measured_cells_stay_python(magic: str) -> None:
    found, _ = read(code(f"%%{magic}\nx = 1"))
    name, _, args = magic.partition(" ")
    assert found.escapes == (Escape("magic", name, args, 1),)
    assert found.scopes[0].body == (Assign((Name("x", 1),), Const(1), "", None, 2, 2),)


def test_magics_stand_one_above_the_other() -> None:
    found, _ = read(code("%%capture\n%%time\n!ls\nx = 1"))
    assert found.escapes == (
        Escape("magic", "capture", "", 1),
        Escape("magic", "time", "", 2),
        Escape("shell", "!", "ls", 3),
    )
    assert found.scopes[0].body[-1] == Assign((Name("x", 1),), Const(1), "", None, 4, 4)


CELLS: list[tuple[str, Escape]] = [
    ("%%bash\nls\npwd", Escape("shell", "bash", "ls\npwd", 2)),
    ("\n%%sh\nls", Escape("shell", "sh", "ls", 3)),
    ("%%script bash\nls", Escape("shell", "script", "ls", 2)),
    ("%%script false --no-raise-error\ntrain()", Escape("cell-magic", "script", "false --no-raise-error\ntrain()", 1)),
    ("%%writefile src/a.py\nimport b", Escape("cell-magic", "writefile", "src/a.py\nimport b", 1)),
    ("%%sql\nselect 1", Escape("cell-magic", "sql", "\nselect 1", 1)),
    ("%%html\n<b>", Escape("cell-magic", "html", "\n<b>", 1)),
    ("%%R -i df\nplot(df)", Escape("cell-magic", "R", "-i df\nplot(df)", 1)),
]


@pytest.mark.parametrize(("source", "escape"), CELLS, ids=[source.strip().split("\n")[0] for source, _ in CELLS])
def test_cell_magics(source: str, escape: Escape) -> None:
    found, troubles = read(code(source), code("x = 1"))
    assert troubles == ()
    assert found.escapes == (escape,)
    lines = source.count("\n") + 1
    assert found.cells[1].start == lines + 1
    assert found.scopes[0].body == (Assign((Name("x", 1),), Const(1), "", None, lines + 1, lines + 1),)


def test_escapes_count_program_lines() -> None:
    found, _ = read(code("a\nb"), code("c\n!ls"))
    assert found.escapes == (Escape("shell", "!", "ls", 4),)


def test_await_is_legal_at_the_top() -> None:
    assert body("await f()") == (Do(Opaque("await", Call(Name("f"), (), (), 1, 1)), 1, 1),)


def test_trailing_semicolon() -> None:
    assert body("plot();") == (Do(Call(Name("plot"), (), (), 1, 1), 1, 1),)


def test_a_broken_cell_does_not_spoil_the_others() -> None:
    found, troubles = read(code("x = 1"), code("a\nb = = 1\nc"), code("y = x"), code("print 'old'"))
    assert [(t.line, t.code) for t in troubles] == [(3, "syntax"), (6, "python2")]
    assert troubles[0].message.startswith("cell 1: ")
    assert found.scopes[0].body == (
        Assign((Name("x", 1),), Const(1), "", None, 1, 1),
        Assign((Name("y", 1),), Name("x", 1), "", None, 5, 5),
    )
    assert [cell.start for cell in found.cells] == [1, 2, 5, 6]


def test_a_cell_that_is_indented_as_a_whole_is_read() -> None:
    found, troubles = read(code("    x = 1\n    y = 2"))
    assert troubles == ()
    assert len(found.scopes[0].body) == 2


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        ({"input_path": "a.ipynb", "output_path": "out/a.ipynb"}, True),
        ({"input_path": "C:\\work\\a.ipynb", "output_path": "out/a.ipynb"}, True),
        ({"input_path": "https://me@host/x/a.ipynb?key=1", "output_path": "out/a.ipynb"}, True),
        ({"input_path": "a.ipynb", "output_path": "a.ipynb"}, False),
        ({"input_path": "a.ipynb", "output_path": None}, False),
        ({"input_path": "", "output_path": "out/a.ipynb"}, False),
        ({"default_parameters": {}}, False),
    ],
)
def test_what_a_run_left_of_another_notebook_is_not_read_and_that_is_told(run: dict[str, Any], outcome: bool) -> None:
    found, troubles, kernel = read_notebook(notebook(code("x = 1"), papermill=run))
    assert (found is None, kernel.language) == (outcome, "python")
    told = ("outcome", "what a run of papermill left of a.ipynb; its code is not read")
    assert [(trouble.code, trouble.message) for trouble in troubles] == [told] * outcome


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"name": "python3", "display_name": "x"}}, "python"),
        ({"kernelspec": {"language": "python"}, "language_info": {"name": "pyspark"}}, "python"),
        ({"kernelspec": {"name": "ir"}}, "r"),
        ({"kernelspec": {"language": "R", "name": "ir"}, "language_info": {"name": "R"}}, "r"),
        ({"kernelspec": {"name": "julia-1.9", "language": "julia"}}, "julia"),
        ({"language_info": {"name": "scala"}}, "scala"),
        ({"kernelspec": 3, "language_info": [1]}, "python"),
    ],
)
def test_language(metadata: dict[str, Any], language: str) -> None:
    found, troubles, said = read_notebook(notebook(code("x = 1"), **metadata))
    assert said.language == language
    assert troubles == ()
    assert (found is not None) is (language == "python")


@pytest.mark.parametrize(
    ("metadata", "platform"),
    [
        ({"kernelspec": {"name": "python3"}}, ""),
        ({"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}, "colab"),
        ({"kaggle": {"dataSources": []}}, "kaggle"),
        ({"kernelspec": {"name": "conda_python3"}}, "sagemaker"),
        ({"kernelspec": {"name": "python3__SAGEMAKER_INTERNAL__arn:aws:sagemaker:x"}}, "sagemaker"),
        ({"kernelspec": {"name": "conda-env-mine-py"}}, ""),
        ({"kernelspec": {"name": "python38-azureml"}}, "azureml"),
        ({"environment": {"name": "common-cpu.m79", "type": "gcloud"}}, "vertex"),
        ({"environment": "gcloud"}, ""),
        ({"application/vnd.databricks.v1+notebook": {}}, "databricks"),
    ],
)
def test_platform(metadata: dict[str, Any], platform: str) -> None:
    assert read_notebook(notebook(code("x = 1"), **metadata))[2].platform == platform


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "invalid", 1),
        (b"{\n'cells'", "invalid", 2),
        (b"[]", "invalid", 1),
        (b"{}", "invalid", 1),
        (b'{"cells": 3}', "invalid", 1),
        (b'{"cells": [3]}', "invalid", None),
        (b"[" * 100_000, "too-deep", None),
        (b'{"cells": [' + b"[" * 100_000, "too-deep", None),
    ],
)
def test_broken_notebooks(data: bytes, code: str, line: int | None) -> None:
    _, (trouble,), _ = read_notebook(data)
    assert (trouble.code, trouble.line) == (code, line)


def test_no_code_is_an_empty_program() -> None:
    found, troubles, _ = read_notebook(b'{"cells": []}')
    assert found is not None
    assert (len(found.scopes), found.logical, troubles) == (1, 0, ())


def test_lenient_json_is_read() -> None:
    strict = notebook(code("x = 1"), code("y = 2")).decode()
    for data in (
        strict.replace('"outputs": []', '"outputs": [NaN, Infinity]').encode(),
        strict.replace('"x = 1"', '"x = 1 # \\ud800"').encode(),
        b"\xef\xbb\xbf" + strict.encode(),
    ):
        found, troubles, _ = read_notebook(data)
        assert found is not None
        assert (len(found.cells), troubles) == (2, ())
    found, (trouble,), _ = read_notebook(strict.encode().replace(b"x = 1", b"x = 1 # \xe9"))
    assert found is not None
    assert trouble.code == "encoding"


def imports(found: Program) -> list[tuple[str, str, int, int]]:
    return [
        (name.module, name.name, one.level, one.line)
        for one in found.scopes[0].body
        if type(one) is Import
        for name in one.names
    ]


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("%run ./b", "./b"),
        ("%run b.py --rate 1", "./b.py"),
        ("%run -i -t 'my folder/b.ipynb'", "./my folder/b.ipynb"),
        ('%run "../b"', "./../b"),
        ("%run ./x/../b $given='1'", "./b"),
    ],
)
def test_what_a_notebook_runs_in_its_place_is_imported_there(line: str, module: str) -> None:
    found, troubles = read(code("x = 1"), code(f"y = 2\n{line}\nz = 3"))
    assert troubles == ()
    assert imports(found) == [(module, "*", 1, 3)]
    assert [type(one).__name__ for one in found.scopes[0].body] == ["Assign", "Assign", "Import", "Assign"]


@pytest.mark.parametrize(
    "line", ["%run $path", "%run ~/b", "%run /b", "%run {x}/b", "%run C:\\b", "%run", "%time b", "!run b"]
)
def test_what_lies_in_no_known_place_is_not(line: str) -> None:
    assert imports(read(code(line))[0]) == []


def test_what_a_branch_may_run_is_not() -> None:
    found, _ = read(code("if x:\n    %run ./b\ny = 1"), code("%run ./c"))
    assert [module for module, *_ in imports(found)] == ["./c"]


def test_what_looks_like_an_option_of_a_magic_and_stands_alone_is_its_code() -> None:
    assert plain("%time -a").text == "-a"
    assert plain("%timeit -n 10 -a").text == "-a"


def test_headings_stand_at_the_line_of_the_program_that_follows() -> None:
    texts = ["# One <b>thing</b> #\n```\n# code\n```\n", "x\n", "## **Two**\n### Three\n"]
    first, *rest = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in texts]
    cells = [first, code("x = 1\ny = 2"), *rest, code("z = 3")]
    _, _, around = read_notebook(notebook(*cells))
    assert [(h.title, h.level, h.line) for h in around.headings] == [
        ("One thing", 1, 1),
        ("Two", 2, 3),
        ("Three", 3, 3),
    ]
