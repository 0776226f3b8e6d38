"""McCabe's complexity of each scope, as radon counts it, from the tree that was lowered.

Radon's own visitor costs as much as the parser and recurses; this walk gives its numbers (a test holds them beside).
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from auditor.source.scopes import Draft


def complexities(drafts: list[Draft]) -> list[int]:
    """The complexity of each scope, in order: one, and one for each decision; of a class, the average over its methods."""
    found = [1 + _decisions(draft.node.body) for draft in drafts]
    methods: dict[int, list[int]] = defaultdict(list)
    for number, draft in enumerate(drafts):
        if draft.header.kind == "function" and draft.header.parent >= 0:
            methods[draft.header.parent].append(found[number])
    for number, draft in enumerate(drafts):
        if draft.header.kind == "class" and (own := methods[number]):
            found[number] = int((found[number] + sum(own)) / len(own)) + (len(own) > 1)
    return found


def _decisions(body: list[ast.stmt]) -> int:
    """The decisions in a body, without those of the functions and classes in it."""
    found = 0
    todo: list[Any] = list(body)
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind in _LEAVES:
            continue
        count = _COUNTS.get(kind)
        if count is not None:
            found += count(node)
            if kind is ast.Assert:  # nothing in it counts
                continue
        for part in vars(node).values():
            if type(part) is list:
                todo += part
            elif isinstance(part, ast.AST):
                todo.append(part)
    return found


def _handled(node: Any) -> int:
    return len(node.handlers) + bool(node.orelse)


def _looped(node: Any) -> int:
    return 1 + bool(node.orelse)


def _matched(node: Any) -> int:
    """The cases; one that matches everything is the `else`."""
    return max(0, len(node.cases) - any(getattr(case.pattern, "pattern", False) is None for case in node.cases))


_COUNTS: dict[type, Callable[[Any], int]] = {
    ast.Assert: lambda _: 1,
    ast.Try: _handled,
    ast.BoolOp: lambda node: len(node.values) - 1,
    ast.If: lambda _: 1,
    ast.IfExp: lambda _: 1,
    ast.Match: _matched,
    ast.For: _looped,
    ast.AsyncFor: _looped,
    ast.While: _looped,
    ast.comprehension: lambda node: 1 + len(node.ifs),
}

_LEAVES: frozenset[type] = frozenset(
    {
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Name,
        ast.Constant,
        ast.Pass,
        ast.Load,
        ast.Store,
        str,
        type(None),
    }
)
