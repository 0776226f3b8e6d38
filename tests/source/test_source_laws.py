"""Laws: nothing raises, lines lie in range, what is read survives the cache, the standard library can be read."""

from __future__ import annotations

import ast
import json
import sysconfig
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.facts import Trouble
from auditor.model.ir import Program
from auditor.source import read_expression, read_notebook, read_program
from auditor.source.comments import comments

_KEYWORDS = (
    "if else elif for while with try except finally def class lambda return yield await async import from as global"
)
_SIGNS = (
    "match case x y 1 'a' \"b\" ''' \"\"\" f'{x}' ( ) [ ] { } : , . = == + - * ** @ := # \\ % ! ? ` $ é print \ud800 \r"
)
_MAGICS = "%% %time !ls %%bash %%time {{ }} {% %}"
_WORDS = [*_KEYWORDS.split(" "), *_SIGNS.split(" "), *_MAGICS.split(" ")]
texts = st.one_of(
    st.text(),
    st.lists(st.sampled_from([*_WORDS, "\n", "\n    ", " "]), max_size=60).map(" ".join),
    st.lists(st.sampled_from([*_WORDS, "\n", "\n    "]), max_size=60).map("".join),
)
_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Program)


def check(program: Program | None, troubles: tuple[Trouble, ...], lines: int) -> None:
    assert program is not None or troubles
    for trouble in troubles:
        assert trouble.line is None or 1 <= trouble.line <= lines
    if program is None:
        return
    assert _DECODER.decode(_ENCODER.encode(program)) == program
    for line in _lines(program):
        assert 1 <= line <= lines


def _lines(value: Any) -> list[int]:
    if isinstance(value, msgspec.Struct):
        fields = [(name, getattr(value, name)) for name in value.__struct_fields__]
        own = [v for name, v in fields if name in ("line", "end_line", "start") and type(v) is int]
        return [*own, *[line for _, v in fields for line in _lines(v)]]
    if isinstance(value, tuple):
        return [line for item in value for line in _lines(item)]
    return []


@given(st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    check(*read_program(data), lines=max(1, len(data) + 1))
    read_notebook(data)


@settings(max_examples=400)
@given(texts)
def test_no_text_makes_it_raise(text: str) -> None:
    data = text.encode("utf-8", "replace")
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    check(*read_program(data), lines=lines)
    read_expression(text)


@settings(max_examples=400)
@given(st.lists(texts, max_size=5))
def test_no_cells_make_it_raise(cells: list[str]) -> None:
    data = json.dumps({"cells": [{"cell_type": "code", "source": text} for text in cells]}).encode()
    program, troubles, _ = read_notebook(data)
    assert program is not None
    assert len(program.cells) == len(cells)
    lines = sum(cell.lines for cell in program.cells)
    starts = [cell.start for cell in program.cells]
    assert starts == [1 + sum(cell.lines for cell in program.cells[:n]) for n in range(len(cells))]
    check(program, troubles, max(lines, 1))
    for text, cell in zip(cells, program.cells, strict=True):
        normal = text.replace("\r\n", "\n").replace("\r", "\n")
        assert cell.lines == normal.removesuffix("\n").count("\n") + 1


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "worksheets", "source", "input", "cell_type", "metadata", "kernelspec", "language", "id"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(_json)
def test_no_json_makes_it_raise(content: Any) -> None:
    read_notebook(json.dumps(content).encode())


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["x = 1", "# c", "x = '#'", "'''#'''", 'x = "#"  # d', "f'#'", "'a#\\\n'", "r'\\#'"])))
def test_comments_are_those_that_the_tokenizer_sees(rows: list[str]) -> None:
    import io
    import tokenize

    text = "\n".join(rows) + "\n"
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    expected = [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
    assert [(comment.line, comment.text) for comment in comments(text)] == expected


_STDLIB = Path(sysconfig.get_paths()["stdlib"])
_FILES = (
    sorted(_STDLIB.glob("*.py")) + sorted((_STDLIB / "asyncio").glob("*.py")) + sorted((_STDLIB / "json").glob("*.py"))
)


@pytest.mark.parametrize("letter", sorted({file.name[0] for file in _FILES}))
def test_the_standard_library_is_read(letter: str) -> None:
    for file in [file for file in _FILES if file.name[0] == letter and file.stat().st_size < 100_000]:
        data = file.read_bytes()
        program, troubles = read_program(data)
        assert program is not None, file
        assert troubles == ()
        check(program, troubles, data.count(b"\n") + 1)
        nodes = list(ast.walk(ast.parse(data)))
        assert len(program.scopes) == 1 + sum(
            isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for n in nodes
        )
        docs = sum(
            ast.get_docstring(n, clean=False) is not None
            for n in nodes
            if isinstance(n, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        )
        assert program.logical == sum(isinstance(n, ast.stmt) for n in nodes) - docs
