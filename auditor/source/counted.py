"""What McCabe's measure counts, asked of radon once for each form that a node can have.

The measure is a sum over all nodes of a scope, wherever they stand. So a scope's number is added up while its nodes are lowered,
and no tree is visited once more.
"""

from __future__ import annotations

import ast
from functools import cache, lru_cache
from typing import Any


def within(node: ast.AST) -> int:
    """What counts in a tree. Raises RecursionError where it nests too deep."""
    from radon.visitors import ComplexityVisitor

    return int(ComplexityVisitor.from_ast(node).complexity) - 1  # which a scope has of its own


def _bare(kind: type[ast.AST], **fields: Any) -> Any:
    """A node with fields that no parser would make; a field of None is not visited."""
    return kind(**fields)


@cache
def branch() -> int:
    """An `if`."""
    return within(_bare(ast.If, test=None, body=[], orelse=[]))


@cache
def choice() -> int:
    """`a if b else c`."""
    return within(_bare(ast.IfExp, test=None, body=None, orelse=None))


@cache
def assertion() -> int:
    """An `assert`."""
    return within(_bare(ast.Assert, test=None, msg=None))


@lru_cache(maxsize=200)
def boolean(values: int) -> int:
    """`a and b and c` of so many values."""
    return within(_bare(ast.BoolOp, op=None, values=[None] * values))


@lru_cache(maxsize=200)
def generator(conditions: int) -> int:
    """`for x in y if …` of a comprehension, with so many conditions."""
    return within(_bare(ast.comprehension, target=None, iter=None, ifs=[None] * conditions, is_async=0))


@lru_cache(maxsize=2)
def loop(*, orelse: bool) -> int:
    """A `for` or a `while`, with or without an `else`."""
    return within(_bare(ast.While, test=None, body=[], orelse=[None] * orelse))


@lru_cache(maxsize=200)
def attempt(handlers: int, *, orelse: bool) -> int:
    """A `try` with so many handlers."""
    return within(_bare(ast.Try, body=[], handlers=[None] * handlers, orelse=[None] * orelse, finalbody=[]))


def match(cases: list[ast.match_case]) -> int:
    """A `match`; a case that takes everything is like an `else`."""
    return within(_bare(ast.Match, subject=None, cases=[_case(case.pattern) for case in cases]))


def _case(pattern: ast.pattern) -> Any:
    everything = isinstance(pattern, ast.MatchAs) and pattern.pattern is None
    kept = _bare(ast.MatchAs, pattern=None, name=None) if everything else None
    return _bare(ast.match_case, pattern=kept, guard=None, body=[])
