"""Statements of a scope with where each stands, and the expressions in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from auditor.model.ir import (
    Assert,
    Assign,
    Delete,
    Do,
    Each,
    Expr,
    If,
    Lambda,
    Loop,
    Raise,
    Return,
    Stmt,
    Try,
    With,
)
from auditor.program.naming.scopes import Block, children


class Placed(NamedTuple):
    """A statement, where it stands, and the statements around it from the outside in."""

    statement: Stmt
    block: Block
    around: tuple[Stmt, ...] = ()

    @property
    def line(self) -> int:
        """Its first line."""
        return int(self.statement.line)

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The loops around it, from the outside in."""
        return tuple(each for each in self.around if type(each) is Loop)


def placed(body: Iterable[Stmt]) -> Iterator[Placed]:
    """All statements of a body however deep, functions and classes left out, with the blocks that bindings are told by."""
    yield from _Counter().statements(body, (), ())


class _Counter:
    """Numbers the constructs in the order in which the index of a scope does."""

    def __init__(self) -> None:
        self.constructs = 0

    def statements(self, body: Iterable[Stmt], block: Block, around: tuple[Stmt, ...]) -> Iterator[Placed]:
        for statement in body:
            yield Placed(statement, block, around)
            inside = (*around, statement)
            match statement:
                case If() | Loop():
                    self.constructs += 1
                    construct = self.constructs
                    yield from self.statements(statement.body, (*block, (construct, 0)), inside)
                    # What stands in `else` of a loop runs after it, not in it.
                    outside = inside if type(statement) is If else around
                    yield from self.statements(statement.orelse, (*block, (construct, 1)), outside)
                case With():
                    yield from self.statements(statement.body, block, inside)
                case Try():
                    self.constructs += 1
                    construct = self.constructs
                    yield from self.statements(statement.body, block, inside)
                    for number, handler in enumerate(statement.handlers, 1):
                        yield from self.statements(handler.body, (*block, (construct, number)), around)
                    yield from self.statements(statement.orelse, block, around)
                    yield from self.statements(statement.final, block, around)


def heads(statement: Stmt) -> tuple[Expr, ...]:
    """The expressions of a statement itself, those of the statements inside it left out."""
    parts = _HEADS.get(type(statement))
    return tuple(part for part in parts(statement) if part is not None) if parts is not None else ()


def within(expr: Expr, *, opened: bool = True) -> Iterator[Expr]:
    """An expression and all in it, the outermost first; `opened`: the bodies of comprehensions and lambdas too."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        if opened or type(node) not in (Each, Lambda):
            stack.extend(children(node))


_HEADS: dict[type, Callable[[Any], Iterable[Expr | None]]] = {
    Assign: lambda s: (*s.targets, s.value),
    Do: lambda s: (s.value,),
    Return: lambda s: (s.value,),
    If: lambda s: (s.test,),
    Loop: lambda s: (s.target, s.source),
    With: lambda s: tuple(part for item in s.items for part in item),
    Raise: lambda s: (s.value,),
    Assert: lambda s: (s.test,),
    Delete: lambda s: s.targets,
}
