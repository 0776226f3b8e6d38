"""Statements of a scope with where each stands, and the expressions in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
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
from auditor.program.naming.scopes import CHILDREN, Block


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


_placed: Callable[[tuple[Stmt, Block, tuple[Stmt, ...]]], Placed] = partial(tuple.__new__, Placed)
"""The same without a look at how it is called: programs hold hundreds of thousands of statements."""


def placed(body: Iterable[Stmt]) -> list[Placed]:
    """All statements of a body however deep, functions and classes left out, with the blocks that bindings are told by."""
    counter = _Counter()
    counter.statements(body, (), ())
    return counter.found


class _Counter:
    """Numbers the constructs in the order in which the index of a scope does."""

    def __init__(self) -> None:
        self.constructs = 0
        self.found: list[Placed] = []

    def statements(self, body: Iterable[Stmt], block: Block, around: tuple[Stmt, ...]) -> None:
        for statement in body:
            self.found.append(_placed((statement, block, around)))
            if type(statement) in _HOLDING:
                self.inner(statement, block, around)

    def inner(self, statement: Stmt, block: Block, around: tuple[Stmt, ...]) -> None:
        """The statements in one that holds others."""
        inside = (*around, statement)
        match statement:
            case If() | Loop():
                self.constructs += 1
                construct = self.constructs
                self.statements(statement.body, (*block, (construct, 0)), inside)
                # What stands in `else` of a loop runs after it, not in it.
                outside = inside if type(statement) is If else around
                self.statements(statement.orelse, (*block, (construct, 1)), outside)
            case With():
                self.statements(statement.body, block, inside)
            case Try():
                self.constructs += 1
                construct = self.constructs
                self.statements(statement.body, block, inside)
                for number, handler in enumerate(statement.handlers, 1):
                    self.statements(handler.body, (*block, (construct, number)), around)
                self.statements(statement.orelse, block, around)
                self.statements(statement.final, block, around)


_HOLDING = frozenset({If, Loop, With, Try})


def bodies(statement: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    """The lists of statements in one that holds others."""
    match statement:
        case If() | Loop():
            return statement.body, statement.orelse
        case With():
            return (statement.body,)
        case Try():
            return statement.body, *(handler.body for handler in statement.handlers), statement.orelse, statement.final
    return ()


def heads(statement: Stmt) -> tuple[Expr, ...]:
    """The expressions of a statement itself, those of the statements inside it left out."""
    parts = _HEADS.get(type(statement))
    return tuple([part for part in parts(statement) if part is not None]) if parts is not None else ()


def within(expr: Expr, *, opened: bool = True) -> Iterator[Expr]:
    """An expression and all in it, the outermost first; `opened`: the bodies of comprehensions and lambdas too."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        parts = CHILDREN.get(type(node))
        if parts is not None and (opened or type(node) not in (Each, Lambda)):
            stack.extend(parts(node))


def parts(body: Iterable[Stmt]) -> Iterator[Expr]:
    """All expressions of some statements and of those under them, functions and classes left out."""
    return (part for each in placed(body) for head in heads(each.statement) for part in within(head))


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
