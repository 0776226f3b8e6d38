"""McCabe's complexity of each scope, by radon, from the tree that was lowered."""

from __future__ import annotations

import ast
from typing import Any

from auditor.source.parse import with_more_room
from auditor.source.scopes import Draft


def complexities(drafts: list[Draft]) -> tuple[list[int], int]:
    """radon's number for each scope, in order, and how many nest too deep for radon (these have 0).

    A class has radon's average over its methods. What radon does not reach from the module (classes inside
    functions) is visited on its own.
    """
    known: dict[tuple[str, int, int], int] = {}
    found = []
    failed = 0
    for number, draft in enumerate(drafts):
        node = draft.node
        key = ("", 0, 0) if number == 0 else (node.name, node.lineno, node.col_offset)
        if key not in known and not _visit(node, known):
            failed += 1
        found.append(known.get(key, 0))
    return found, failed


def _visit(node: ast.AST, known: dict[tuple[str, int, int], int]) -> bool:
    from radon.visitors import ComplexityVisitor

    try:
        visitor = ComplexityVisitor.from_ast(node)
    except RecursionError:
        try:
            visitor = with_more_room(lambda: ComplexityVisitor.from_ast(node))
        except RecursionError:
            return False
    if isinstance(node, ast.Module):
        known["", 0, 0] = visitor.complexity
    stack: list[Any] = [*visitor.functions, *visitor.classes]
    while stack:
        block = stack.pop()
        known[block.name, block.lineno, block.col_offset] = block.complexity
        stack.extend(block.closures if hasattr(block, "closures") else [*block.methods, *block.inner_classes])
    return True
