"""Changes of notebooks: cell by cell, where the file can be written again without touching anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import libcst as cst

from auditor.fixes.aliases import pandas_alias
from auditor.fixes.python import Mended, changed
from auditor.fixes.wishes import Wish

_INDENTS: tuple[int | str | None, ...] = (1, 2, 4, "\t", None)
NOT_AGAIN = "this notebook cannot be written again byte by byte"
NO_PYTHON = "the cell is not plain Python"


def mend(before: bytes, wanted: Sequence[Wish]) -> Mended:
    """A notebook with some cells changed."""
    try:
        text = before.decode("utf-8")
        document = json.loads(text)
        cells = document["cells"]
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError):
        return Mended(before, frozenset(), dict.fromkeys(wanted, NOT_AGAIN))
    form = next((form for form in _forms(text) if _written(document, *form) == text), None)
    if form is None:
        return Mended(before, frozenset(), dict.fromkeys(wanted, NOT_AGAIN))
    pandas = next((name for cell in cells if (name := _alias(cell))), "")
    done: set[Wish] = set()
    refused: dict[Wish, str] = {}
    for number in sorted({wish.cell for wish in wanted if wish.cell is not None}):
        here = [wish for wish in wanted if wish.cell == number]
        module = _parsed(cells[number]) if number < len(cells) else None
        if module is None:
            refused.update(dict.fromkeys(here, NO_PYTHON))
            continue
        result = changed(module, here, pandas)
        done |= result.done
        refused |= result.refused
        if result.done:
            source = result.module.code
            cells[number]["source"] = (
                source if isinstance(cells[number]["source"], str) else source.splitlines(keepends=True)
            )
    after = _written(document, *form).encode() if done else before
    return Mended(after, frozenset(done), refused)


def _forms(text: str) -> Iterator[tuple[int | str | None, bool, str]]:
    """The ways in which a notebook may have been written: indent, letters beyond ASCII escaped, what ends it."""
    ending = text[len(text.rstrip()) :]
    for escaped in (False, True):
        for indent in _INDENTS:
            yield indent, escaped, ending


def _written(document: Any, indent: int | str | None, escaped: bool, ending: str) -> str:
    return json.dumps(document, indent=indent, ensure_ascii=escaped) + ending


def _source(cell: Any) -> str | None:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        # A list whose items are not the lines cannot be made again from the text.
        text = "".join(source)
        return text if text.splitlines(keepends=True) == source else None
    return source if isinstance(source, str) else None


def _parsed(cell: Any) -> cst.Module | None:
    source = _source(cell)
    try:
        return cst.parse_module(source) if source else None
    except (cst.ParserSyntaxError, RecursionError):
        return None


def _alias(cell: Any) -> str:
    module = _parsed(cell)
    return pandas_alias(module) if module is not None else ""
