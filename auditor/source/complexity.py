"""McCabe's complexity of each scope, counted as radon counts it, from the tree that was lowered.

radon's visitor makes an object for each statement and looks at every node by the name of its class, which costs more
than parsing. Here one loop takes out of each node only what can hold something that counts; a test compares the numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from auditor.source.scopes import Draft


class _Function(NamedTuple):
    """A function; `closures` are those in it, whose complexity is their own."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    complexity: int
    closures: tuple[_Function, ...]


class _Class(NamedTuple):
    """A class: with methods it has their average, else what its body counts."""

    node: ast.ClassDef
    total: int
    methods: tuple[_Function, ...]
    classes: tuple[_Class, ...]

    @property
    def complexity(self) -> int:
        """The average over the methods, one more where there are several: radon's number."""
        if not self.methods:
            return self.total
        return self.total // len(self.methods) + (len(self.methods) > 1)


class _Counted(NamedTuple):
    """What some nodes count themselves, and the functions and classes that stand among them."""

    own: int
    functions: tuple[_Function, ...]
    classes: tuple[_Class, ...]


def complexities(drafts: list[Draft]) -> list[int]:
    """radon's number for each scope, in order.

    A class has radon's average over its methods. What radon does not reach from the module (classes inside
    functions) is counted on its own.
    """
    known: dict[tuple[str, int, int], int] = {}
    found = []
    for number, draft in enumerate(drafts):
        key = ("", 0, 0) if number == 0 else _key(draft.node)
        if key not in known:
            _add(draft.node, known)
        found.append(known.get(key, 0))
    return found


def _key(node: Any) -> tuple[str, int, int]:
    return (node.name, node.lineno, node.col_offset)


def _add(node: ast.AST, known: dict[tuple[str, int, int], int]) -> None:
    """Count one scope, and with it all that radon reaches from there."""
    counted = _count(node.body if isinstance(node, ast.Module) else [node])
    if isinstance(node, ast.Module):
        known["", 0, 0] = 1 + counted.own
    stack: list[_Function | _Class] = [*counted.functions, *counted.classes]
    while stack:
        block = stack.pop()
        known[_key(block.node)] = block.complexity
        stack.extend(block.closures if isinstance(block, _Function) else [*block.methods, *block.classes])


def _count(nodes: Iterable[ast.AST]) -> _Counted:
    """What some nodes count, and all under them up to the next function or class."""
    own = 0
    functions: list[_Function] = []
    classes: list[_Class] = []
    stack = list(nodes)
    while stack:
        node = stack.pop()
        kind = type(node)
        fields = _FIELDS.get(kind)
        if fields is None:
            if kind is ast.ClassDef:
                classes.append(_class(node))
            else:
                functions.append(_function(node))
            continue
        count = _COUNTS.get(kind)
        if count is not None:
            own += count(node)
        for field in fields:
            value = getattr(node, field)
            if type(value) is list:
                stack += value
            elif value is not None:
                stack.append(value)
    return _Counted(own, tuple(functions), tuple(classes))


def _function(node: Any) -> _Function:
    inner = _count(node.body)
    return _Function(node, 1 + inner.own, inner.functions)


def _class(node: Any) -> _Class:
    inner = _count(node.body)
    total = 1 + inner.own + sum(function.complexity for function in inner.functions)
    return _Class(node, total, inner.functions, inner.classes)


def _cases(node: ast.Match) -> int:
    """One for each case, but not for those whose pattern is `_`."""
    wild = any(getattr(case.pattern, "pattern", False) is None for case in node.cases)
    return max(0, len(node.cases) - wild)


_COUNTS: dict[type, Callable[[Any], int]] = {
    ast.Try: lambda node: len(node.handlers) + bool(node.orelse),
    ast.BoolOp: lambda node: len(node.values) - 1,
    ast.If: lambda _node: 1,
    ast.IfExp: lambda _node: 1,
    ast.Match: _cases,
    ast.For: lambda node: 1 + bool(node.orelse),
    ast.AsyncFor: lambda node: 1 + bool(node.orelse),
    ast.While: lambda node: 1 + bool(node.orelse),
    ast.comprehension: lambda node: 1 + len(node.ifs),
    ast.Assert: lambda _node: 1,
}
_CLOSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PLAIN = frozenset(
    [
        "arg",
        "asname",
        "attr",
        "cls_name",
        "conversion",
        "ctx",
        "id",
        "is_async",
        "kind",
        "kwd_attrs",
        "level",
        "lineno",
        "module",
        "n",
        "name",
        "names",
        "op",
        "ops",
        "rest",
        "s",
        "simple",
        "tag",
        "type_comment",
        "type_ignores",
    ]
)
"""Fields that hold texts, numbers or operators."""


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a node in which something may count. Of an assertion radon looks at nothing."""
    return () if kind is ast.Assert else tuple(field for field in kind._fields if field not in _PLAIN)


_FIELDS: dict[type, tuple[str, ...]] = {
    kind: _fields(kind)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind not in _CLOSED
} | {type(None): (), ast.Constant: ()}
