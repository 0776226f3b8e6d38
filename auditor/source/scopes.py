"""Scopes: the flat table of a file's module, function and class bodies while it is being filled."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple, cast

from auditor.model.ir import Expr, Param, Scope, Stmt
from auditor.source.expressions import Bindings, clean
from auditor.source.limits import MAX_DOC


class Header(NamedTuple):
    """What stands before the body of a function or class; read in the scope around it."""

    kind: str
    name: str
    parent: int
    line: int
    end_line: int
    params: tuple[Param, ...] = ()
    decorators: tuple[Expr, ...] = ()
    bases: tuple[Expr, ...] = ()
    keywords: tuple[tuple[str, Expr], ...] = ()
    returns: Expr | None = None


class Draft:
    """A scope whose body is known, but not yet its complexity."""

    __slots__ = ("body", "counted", "doc", "header", "logical", "unseen")

    def __init__(self, header: Header) -> None:
        self.header = header
        self.counted = 0
        self.unseen: list[ast.AST] = []
        self.body: tuple[Stmt, ...] = ()
        self.doc = ""
        self.logical = 0

    def finished(self, complexity: int) -> Scope:
        """The record of this scope."""
        return Scope(*self.header, cast("Any", self.body), self.doc, complexity, self.logical)


class Frame(Bindings):
    """The bindings of a scope whose statements are being lowered, and where it stands in the file."""

    __slots__ = ("drafts", "index", "logical", "name", "nest")

    def __init__(self, drafts: list[Draft], header: Header) -> None:
        super().__init__([param.name for param in header.params])
        self.drafts = drafts
        self.index = len(drafts)
        self.name = header.name
        self.logical = 0
        self.nest = 0
        drafts.append(Draft(header))

    @property
    def counts(self) -> tuple[int, int]:
        """How far the count has come; set it back for what does not count."""
        return self.counted, len(self.unseen)

    @counts.setter
    def counts(self, before: tuple[int, int]) -> None:
        self.counted, seen = before
        del self.unseen[seen:]


def take_docstring(nodes: list[ast.stmt]) -> str:
    """The first characters of the docstring that begins a body; it is removed from the statements."""
    if not nodes:
        return ""
    first = nodes[0]
    if type(first) is not ast.Expr or type(first.value) is not ast.Constant or type(first.value.value) is not str:
        return ""
    del nodes[0]
    return clean(first.value.value.strip(), MAX_DOC)
