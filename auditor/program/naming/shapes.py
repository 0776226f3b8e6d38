"""The shape of code: statements as texts in which the names of variables, and if asked the literals, are left out.

Two pieces of code of the same shapes do the same thing under other names (clones of the second type).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from auditor.model.ir import (
    Assert,
    Assign,
    Attr,
    Call,
    Choice,
    Const,
    Delete,
    Do,
    Each,
    Expr,
    Group,
    If,
    Item,
    Lambda,
    Loop,
    Name,
    Op,
    Opaque,
    Raise,
    Return,
    Slice,
    Star,
    Stmt,
    Table,
    Text,
    Try,
    Walrus,
    With,
)  # fmt: skip
from auditor.program.naming.scopes import last_name

DEEPEST = 30


class Shape(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One statement: its text without names, how many tokens that is, and where it stands. `stacks`: it adds a layer to a network."""

    text: str
    tokens: int
    line: int
    end_line: int
    stacks: bool = False


class _Writer:
    """Writes expressions without names; `exact` keeps the literals."""

    def __init__(self, *, exact: bool) -> None:
        self.exact = exact
        self.parts: list[str] = []

    def write(self, expr: Expr | None, depth: int = 0) -> None:
        if expr is None or depth > DEEPEST:
            return
        if type(expr) is Name:
            self.parts.append("_")
            return
        if type(expr) is Const:
            self.parts.append(repr(expr.value) if self.exact else f"#{type(expr.value).__name__[0]}")
            return
        writer = _EXPRESSIONS.get(type(expr))
        if writer is not None:
            writer(self, expr, depth + 1)

    def every(self, exprs: Iterable[Expr | None], depth: int) -> None:
        for expr in exprs:
            if type(expr) is Name and depth <= DEEPEST:  # most of what is written
                self.parts += ("_", ",")
            else:
                self.write(expr, depth)
                self.parts.append(",")

    def attr(self, e: Attr, depth: int) -> None:
        self.write(e.base, depth)
        self.parts += (".", e.name)

    def item(self, e: Item, depth: int) -> None:
        self.write(e.base, depth)
        self.parts.append("[")
        self.write(e.key, depth)
        self.parts.append("]")

    def slice(self, e: Slice, depth: int) -> None:
        for part in (e.start, e.stop, e.step):
            self.write(part, depth)
            self.parts.append(":")

    def call(self, e: Call, depth: int) -> None:
        if type(e.func) is Name:
            self.parts.append(e.func.id)
        else:
            self.write(e.func, depth)
        self.parts.append("(")
        self.every(e.args, depth)
        for name, value in e.keywords:
            self.parts += (name, "=")
            self.write(value, depth)
        self.parts.append(")")

    def op(self, e: Op, depth: int) -> None:
        self.parts.append(e.op)
        self.every(e.operands, depth)

    def text(self, e: Text, depth: int) -> None:
        self.parts.append("f")
        self.every(e.parts, depth)

    def group(self, e: Group, depth: int) -> None:
        self.parts.append(e.kind)
        self.every(e.items, depth)

    def table(self, e: Table, depth: int) -> None:
        self.parts.append("{")
        for key, value in zip(e.keys, e.values, strict=True):
            self.write(key, depth)
            self.parts.append(":")
            self.write(value, depth)

    def choice(self, e: Choice, depth: int) -> None:
        self.parts.append("?")
        self.every((e.test, e.then, e.otherwise), depth)

    def each(self, e: Each, depth: int) -> None:
        self.parts.append(e.kind)
        self.every(e.elements, depth)
        for _, source, conditions in e.loops:
            self.parts.append("for")
            self.every((source, *conditions), depth)

    def function(self, e: Lambda, depth: int) -> None:
        self.parts.append("lambda")
        self.write(e.body, depth)

    def value(self, e: Star | Opaque, depth: int) -> None:
        self.parts.append("*" if type(e) is Star else "!")
        self.write(e.value, depth)

    def walrus(self, e: Walrus, depth: int) -> None:
        self.parts.append(":=")
        self.write(e.value, depth)


_EXPRESSIONS: dict[type, Callable[[_Writer, Any, int], None]] = {
    Attr: _Writer.attr,
    Item: _Writer.item,
    Slice: _Writer.slice,
    Call: _Writer.call,
    Op: _Writer.op,
    Text: _Writer.text,
    Group: _Writer.group,
    Table: _Writer.table,
    Choice: _Writer.choice,
    Each: _Writer.each,
    Lambda: _Writer.function,
    Star: _Writer.value,
    Opaque: _Writer.value,
    Walrus: _Writer.walrus,
}


def written(expr: Expr | None, *, exact: bool = True) -> str:
    """An expression without the names of its variables."""
    writer = _Writer(exact=exact)
    writer.write(expr)
    return "".join(writer.parts)


def shapes(body: Iterable[Stmt], *, exact: bool = False) -> list[Shape]:
    """The statements of a body in order, those inside others after their head; imports, definitions and texts left out."""
    found: list[Shape] = []
    todo = list(body)[::-1]
    while todo:
        statement = todo.pop()
        head = _HEADS.get(type(statement))
        if head is None or _is_text(statement):
            continue
        writer = _Writer(exact=exact)
        word, exprs = head(statement)
        writer.parts.append(word)
        writer.every(exprs, 0)
        inner = _INNER.get(type(statement))
        line = int(statement.line)
        end = line if inner is not None else int(getattr(statement, "end_line", line))
        found.append(Shape("".join(writer.parts), len(writer.parts), line, end, _stacks(statement)))
        if inner is not None:
            todo += inner(statement)[::-1]
    return found


def count(body: Iterable[Stmt]) -> int:
    """How many statements `shapes` tells of a body, without writing them."""
    found = 0
    todo = list(body)
    while todo:
        statement = todo.pop()
        kind = type(statement)
        if kind in _HEADS and not _is_text(statement):
            found += 1
            if kind in _INNER:
                todo += _INNER[kind](statement)
    return found


def _stacks(statement: Stmt) -> bool:
    """`x = Layer(…)(x)`, `model.add(Layer(…))`, `self.block = nn.Layer(…)`: the architecture of a network, line by line."""
    value = statement.value if type(statement) in (Assign, Do) else None  # type: ignore[union-attr]  # both have one
    if type(value) is not Call:
        return False
    func = value.func
    if type(func) is Call:
        return True
    name = last_name(func)
    if name == "add":
        return any(type(arg) is Call for arg in value.args)
    target = statement.targets[0] if type(statement) is Assign else None
    return name[:1].isupper() and type(target) is Attr and type(target.base) is Name and target.base.id == "self"


def _is_text(statement: Stmt) -> bool:
    return type(statement) is Do and type(statement.value) is Const


def _tried(s: Try) -> list[Stmt]:
    handled = [each for handler in s.handlers for each in handler.body]
    return [*s.body, *handled, *s.orelse, *s.final]


_HEADS: dict[type, Callable[[Any], tuple[str, tuple[Expr | None, ...]]]] = {
    Assign: lambda s: (f"{s.op}=", (*s.targets, s.value)),
    Do: lambda s: ("", (s.value,)),
    Return: lambda s: ("return", (s.value,)),
    If: lambda s: ("if", (s.test,)),
    Loop: lambda s: ("for", (s.target, s.source)),
    With: lambda s: ("with", tuple(value for value, _ in s.items)),
    Try: lambda _: ("try", ()),
    Raise: lambda s: ("raise", (s.value,)),
    Assert: lambda s: ("assert", (s.test,)),
    Delete: lambda s: ("del", s.targets),
}

_INNER: dict[type, Callable[[Any], list[Stmt]]] = {
    If: lambda s: [*s.body, *s.orelse],
    Loop: lambda s: [*s.body, *s.orelse],
    With: lambda s: list(s.body),
    Try: _tried,
}
