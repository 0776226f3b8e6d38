"""What cannot be read, and what is said of it."""

from __future__ import annotations

import gc
import sys
import warnings

import pytest

from auditor.model.facts import NOT_READ
from auditor.model.ir import Const, Escape, Import, Imported, Name
from auditor.source import read_program
from auditor.source.limits import MAX_BYTES

BROKEN: list[tuple[str, bytes, str, int | None]] = [
    ("syntax", b"x = 1\ny = = 2\n", "syntax", 2),
    ("unclosed", b"x = (\n", "syntax", 1),
    ("unterminated", b"x = 'print it\nprint the rest\n", "syntax", 1),
    ("indent", b"if a:\nb\n", "syntax", 2),
    ("indent before a block", b"with a:\nb = 1\nc = 2\n", "syntax", 2),
    ("tabs", b"if a:\n\tx\n        y\n", "syntax", 3),
    ("print", b"import os\nprint 'x'\n", "python2", 2),
    ("print name", b"x = 1\nprint x\n", "python2", 2),
    ("print to", b"x = 1\nprint >>f, x % 010\n", "python2", None),
    ("except", b"try:\n  a\nexcept ValueError, e:\n  b\n", "python2", 3),
    ("except tuple", b"try:\n  a\nexcept (A, B), e:\n  b\n", "python2", 3),
    ("raise", b"raise A, 'text'\n", "python2", 1),
    ("backticks", b"x = `a`\n", "python2", 1),
    ("exec", b'exec "code"\n', "python2", 1),
    ("exec in", b"exec code in ns\n", "python2", 1),
    ("ur", b'x = ur"a"\n', "python2", 1),
    ("diamond", b"if a <> b: pass\n", "python2", 1),
    ("octal", b"os.chmod(p, 0755)\n", "python2", 1),
    ("prose", "두 번째 표\n값: (28,020), (1,039)\n".encode(), "syntax", 2),
    ("long", b"x = 10L\n", "python2", 1),
    ("tuple parameter", b"def f(a, (b, c)): pass\n", "python2", 1),
    ("jinja", b"from {{ cookiecutter.name }}.a import b\n", "template", 1),
    ("jinja block", b"import a\n{% if x %}\nimport b\n{% endif %}\n", "template", 2),
    ("placeholder", b"x = ${value}\n", "template", 1),
    ("dollar", b"x = $value\n", "template", 1),
    ("not a template", b"x = = '{{ a }}'\n", "syntax", 1),
    ("binary", b"x = 1\n\0\n", "binary", 2),
    ("indentation", b"".join(b" " * n + b"if a:\n" for n in range(105)), "too-deep", None),
    ("parentheses", b"(" * 250 + b")" * 250, "too-deep", None),
    ("unary", b"-" * 200_000 + b"1", "too-deep", None),
    ("utf-16 without text", b"\xff\xfe\x00", "encoding", 1),
    ("size", b"#" * (MAX_BYTES + 1), "too-large", None),
]


@pytest.mark.parametrize(("data", "code", "line"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_file_that_cannot_be_read(data: bytes, code: str, line: int | None) -> None:
    found, (trouble,) = read_program(data)
    assert found is None
    assert trouble.code == code
    if line is not None:
        assert trouble.line == line


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this interpreter knows the syntax")
@pytest.mark.parametrize(
    "text",
    [
        "type X = int\n",
        "def f[T](x: T): pass\n",
        "import a\n\n@a\nclass A[T]:\n    pass\n\nx = 1\n",
        "f'{x['a']}'\n",
        "d = {\n  'a': f'{x['b']}',\n  'c': 1,\n}\n",
        'x = f"""\n{"\\n".join(y)}\n"""\n',
        'def g():\n    x = f"""\n    {"\\n".join(y)}\n    """\n    return x\n',
        'x = f"""{\n a  # note\n}"""\n',
        "x = f'{\n a\n}'\n",
        'x = (1 +\n f"{"\\n".join(y)}")\n',
    ],
)
def test_newer_syntax_is_told_from_broken_syntax(text: str) -> None:
    found, (trouble,) = read_program(text.encode())
    assert found is None
    assert trouble.code == "newer-syntax"


@pytest.mark.parametrize("text", ["print(f'{x}')\nd = {'a': 1\n  'b': 2}\n", "if x:\n    print(f'{x}')\n    y = = 1\n"])
def test_the_second_parser_is_not_brought_in_for_strings_beside_the_fault(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)  # whoever imports it now fails
    _, (trouble,) = read_program(text.encode())
    assert trouble.code == "syntax"


@pytest.mark.parametrize(
    "deep", ["-" * 20_000 + "1", "[" * 150 + "]" * 150, "lambda:" * 3_000 + "1", "+".join("a" * 9_000)]
)
def test_the_second_parser_never_sees_what_nests(deep: str) -> None:
    found, (trouble,) = read_program(f"def f[T](): pass\nx = = 1\ny = {deep}\n".encode())
    assert found is None
    found, (trouble,) = read_program(f"y = = 1; z = {deep}\n".encode())
    assert trouble.code == "syntax"


@pytest.mark.parametrize(
    ("data", "value", "codes"),
    [
        (b"\xef\xbb\xbfx = 'a'\n", "a", []),
        ("x = 'é'\n".encode(), "é", []),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "é", []),
        ("#!/bin/python\n# vim: fileencoding=cp1252\nx = '€'\n".encode("cp1252"), "€", []),
        ("# coding: shift_jis\nx = '日本'\n".encode("shift_jis"), "日本", []),
        ("x = 'é'\n".encode("latin-1"), "é", ["encoding"]),
        ("# coding: nonsense\nx = 'é'\n".encode("latin-1"), "é", ["encoding"]),
        ("# coding: ascii\nx = 'é'\n".encode("latin-1"), "é", ["encoding"]),
        ("# coding: unicode_escape\nx = 'é'\n".encode("latin-1"), "é", ["encoding"]),
        ("x = 'a'\n".encode("utf-16"), "a", ["encoding"]),
        (b"x = 'a'\r\ny = 1\r\n", "a", []),
        (b"x = 'a'\ry = 1\r", "a", []),
        (b"x = 'a'", "a", []),
    ],
)
def test_encodings(data: bytes, value: str, codes: list[str]) -> None:
    found, troubles = read_program(data)
    assert found is not None
    assert [trouble.code for trouble in troubles] == codes
    assert found.scopes[0].body[0].value == Const(value)  # type: ignore[union-attr]  # it is an Assign


def test_latin_1_is_only_believed_where_it_parses() -> None:
    found, (trouble,) = read_program(b"\xe9\xff = = 1\n")
    assert found is None
    assert trouble.code == "encoding"


def test_carriage_returns_count_as_lines() -> None:
    found, _ = read_program(b"a\r\nb\rc\r\n# d\r\n")
    assert found is not None
    assert [statement.line for statement in found.scopes[0].body] == [1, 2, 3]
    assert found.comments[0].line == 4


def test_warnings_of_the_audited_text_stay_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, troubles = read_program(b"x = '\\d'\ny = 1 is 1\nassert (a, 'b')\n")
    assert found is not None
    assert troubles == ()


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    for data in (b"x = 1", b"x = = 1", b"+".join([b"a"] * 5_000)):
        read_program(data)
        assert gc.isenabled()


def test_the_recursion_limit_is_left_as_it_was() -> None:
    before = sys.getrecursionlimit()
    read_program(b"+".join([b"a"] * 5_000))
    assert sys.getrecursionlimit() == before


DATABRICKS = b"""# Databricks notebook source
# MAGIC %md
# MAGIC # Title
# COMMAND ----------
# MAGIC %run ./setup
# COMMAND ----------
x = 1
# COMMAND ----------
# MAGIC %sql
# MAGIC select *
# MAGIC from t
# COMMAND ----------
# MAGIC %sh
# MAGIC ls /data
# COMMAND ----------
# MAGIC %pip install pandas
"""


def test_lines_of_a_databricks_cell_that_begins_with_a_line_magic_are_read_one_by_one() -> None:
    text = "# Databricks notebook source\n# MAGIC %pip install -q a \\\n# MAGIC   b\n# MAGIC dbutils.library.restartPython()\n"
    found, _ = read_program(f"{text}# MAGIC %pip install c\n# MAGIC\n# MAGIC %restart_python\n".encode())
    assert found is not None
    assert found.escapes == (
        Escape("magic", "pip", "install -q a    b", 2),
        Escape("magic", "pip", "install c", 5),
    )


def test_databricks_magics_are_escapes() -> None:
    found, troubles = read_program(DATABRICKS)
    assert found is not None
    assert troubles == ()
    assert found.scopes[0].body[0] == Import((Imported("./setup", "*", Name("*")),), 1, 5)
    assert found.escapes == (
        Escape("magic", "run", "./setup", 5),
        Escape("cell-magic", "sql", "\nselect *\nfrom t", 9),
        Escape("shell", "sh", "ls /data", 14),
        Escape("magic", "pip", "install pandas", 16),
    )


UNMARKED = b"""# Databricks notebook source
!pip install /Volumes/a/b.whl
# COMMAND ----------
%restart_python
# COMMAND ----------
# MAGIC %sql select 1
x = 10 %2
"""


def test_a_databricks_notebook_with_magics_that_are_not_marked_is_read() -> None:
    found, troubles = read_program(UNMARKED)
    assert found is not None
    assert troubles == ()
    assert [(escape.kind, escape.name, escape.line) for escape in found.escapes] == [
        ("shell", "!", 2),
        ("magic", "restart_python", 4),
        ("magic", "sql", 6),
    ]


def test_ipython_in_a_program_is_told_and_the_rest_is_read() -> None:
    found, (trouble,) = read_program(b"import os\n!pip install pandas\nimport pandas\n")
    assert found is not None
    assert (trouble.code, trouble.line) == ("ipython", 2)
    assert trouble.code not in NOT_READ


@pytest.mark.parametrize("text", [b"!pip install a\nx = = 1\n", b"x = = 1\n", b"%s = $x\ny ==\n"])
def test_broken_python_stays_broken_beside_ipython(text: bytes) -> None:
    found, (trouble,) = read_program(text)
    assert found is None
    assert trouble.code != "ipython"
