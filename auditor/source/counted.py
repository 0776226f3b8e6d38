"""What McCabe's measure counts, as bare nodes: radon's visitor adds them up without walking what stands between them.

The measure is a sum over all nodes of a scope, wherever they stand. So the tree that is lowered is replaced by its scopes,
each with a flat list of what counts in it; nodes that count alike are one node.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any


def _bare(kind: type[ast.AST], **fields: Any) -> Any:
    """A node with fields that no parser would make; a field of None is not visited."""
    return kind(**fields)


BRANCH = _bare(ast.If, test=None, body=[], orelse=[])
CHOICE = _bare(ast.IfExp, test=None, body=None, orelse=None)
ASSERTION = _bare(ast.Assert, test=None, msg=None)
_NOTHING = ast.Pass()


@lru_cache(maxsize=200)
def boolean(values: int) -> Any:
    """`a and b and c` of so many values."""
    return _bare(ast.BoolOp, op=None, values=[None] * values)


@lru_cache(maxsize=200)
def generator(conditions: int) -> Any:
    """`for x in y if …` of a comprehension, with so many conditions."""
    return _bare(ast.comprehension, target=None, iter=None, ifs=[None] * conditions, is_async=0)


@lru_cache(maxsize=2)
def loop(*, orelse: bool) -> Any:
    """A `for` or a `while`, with or without an `else`."""
    return _bare(ast.While, test=None, body=[], orelse=[None] * orelse)


@lru_cache(maxsize=200)
def attempt(handlers: int, *, orelse: bool) -> Any:
    """A `try` with so many handlers."""
    return _bare(ast.Try, body=[], handlers=[None] * handlers, orelse=[None] * orelse, finalbody=[])


def match(cases: list[ast.match_case]) -> Any:
    """A `match`; a case that takes everything is like an `else`."""
    return _bare(ast.Match, subject=None, cases=[_case(case.pattern) for case in cases])


def _case(pattern: ast.pattern) -> Any:
    everything = isinstance(pattern, ast.MatchAs) and pattern.pattern is None
    kept = _bare(ast.MatchAs, pattern=None, name=None) if everything else None
    return _bare(ast.match_case, pattern=kept, guard=None, body=[])


def only(body: list[ast.stmt], counted: list[ast.AST]) -> None:
    """Leave of a body what counts in it. It is one statement, since each gets a visitor of its own."""
    whole: Any = _bare(ast.Module, body=counted, type_ignores=[]) if len(counted) > 1 else (counted or [_NOTHING])[0]
    body[:] = [whole]
