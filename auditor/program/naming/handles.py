"""File handles: the path behind what `open` gave, through names, parameters and wrappers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.ir import Attr, Call, Expr, Name
from auditor.program.naming.code import Frame

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

_DEEPEST = 6
"""How many names, parameters and wrappers are seen through."""

_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open", "fsspec.open", "smart_open.open", "tensorflow.io.gfile.GFile"})  # fmt: skip
_WRAPPED = frozenset({"io.TextIOWrapper", "io.BufferedReader", "csv.reader", "csv.DictReader", "csv.writer", "csv.DictWriter", "contextlib.closing"})  # fmt: skip


def opened(evaluator: Evaluator, expr: Expr, frame: Frame) -> tuple[Expr, Frame]:
    """The path expression behind a file handle or a `read_text()`; anything else as it is."""
    return _handle(evaluator, expr, frame) or (expr, frame)


def _handle(evaluator: Evaluator, expr: Expr, frame: Frame, depth: int = 0) -> tuple[Expr, Frame] | None:
    if depth > _DEEPEST:
        return None
    if type(expr) is Name:
        for binding, where in evaluator.denoter.bindings(expr, frame):
            if binding.how in ("context", "value") and type(binding.value) is Call:
                return _handle(evaluator, binding.value, where, depth + 1)
            if binding.how == "param" and where.bound is not None and expr.id in where.bound.params:
                return _handle(evaluator, *where.bound.params[expr.id], depth + 1)
    if type(expr) is not Call:
        return None
    dotted = evaluator.denoter.dotted(expr.func, frame)
    if dotted in _OPENERS:
        return (expr.args[0], frame) if expr.args else None
    if dotted in _WRAPPED and expr.args:
        return _handle(evaluator, expr.args[0], frame, depth + 1)
    if type(expr.func) is Attr and expr.func.name in ("open", "read", "read_text", "read_bytes"):
        base = expr.func.base
        return _handle(evaluator, base, frame, depth + 1) or (None if expr.func.name == "read" else (base, frame))
    return None
