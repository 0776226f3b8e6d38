"""`%run` of notebooks: another program runs in the place of the line, and its names stay."""

from __future__ import annotations

import ast
from bisect import bisect
from collections.abc import Iterable
from posixpath import normpath

from auditor.model.ir import Escape
from auditor.model.regex import regex

_TARGET = regex(r"(?:-\w+\s+)*(?:\"(?P<double>[^\"]+)\"|'(?P<single>[^']+)'|(?P<bare>\S+))")
_OPEN = regex(r"[$~{}*?\\:]|^/")
"""What makes a path another one each time, or one of a place that is not in the tree."""


def included(tree: ast.Module, escapes: Iterable[Escape]) -> ast.Module:
    """The module with an import of all names where its first level runs a program that lies in a known place beside it."""
    runs = {escape.line: path for escape in escapes if (path := _target(escape))}
    if not runs:
        return tree
    # An IPython line of a notebook stands there as `pass`; of a Databricks program only a comment is left.
    body = [node for node in tree.body if not (type(node) is ast.Pass and node.lineno in runs)]
    starts = [node.lineno for node in body]
    imports = []
    for line, path in runs.items():
        above = body[at - 1] if (at := bisect(starts, line)) else None
        # Inside a branch or a function it may not run.
        if above is None or (above.end_lineno or above.lineno) < line:
            imports.append(_import(path, line))
    tree.body = sorted([*body, *imports], key=lambda node: node.lineno)
    return tree


def _target(escape: Escape) -> str:
    """The path that a `%run` names, seen from the folder of its program; "" where it is no such line, or names no one file."""
    match = _TARGET.match(escape.text) if escape.kind == "magic" and escape.name == "run" else None
    path = (match["double"] or match["single"] or match["bare"]) if match else ""
    return "" if not path or _OPEN.search(path) else f"./{normpath(path)}"


def _import(path: str, line: int) -> ast.ImportFrom:
    return ast.ImportFrom(
        module=path, names=[ast.alias("*")], level=1, lineno=line, end_lineno=line, col_offset=0, end_col_offset=0
    )
