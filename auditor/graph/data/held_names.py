"""What becomes of a text that a program gives a name: whether anything reads the name, or only an option has it as its default."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from auditor.model.ir import Assign, Call, Expr, Name, Program, Scope
from auditor.program.naming.scopes import children, last_name
from auditor.program.naming.statements import heads, placed


def held_by(program: Program, line: int) -> str:
    """The one name to which a statement at a line gives a text or a path that is put together, outside of classes; "" where
    there is none, or a call takes the text."""
    found = (
        at.statement.targets
        for scope in program.scopes
        if scope.kind != "class"
        for at in placed(scope.body)
        if type(at.statement) is Assign and at.statement.line == line and not _calls_more(at.statement)
    )
    targets = next(found, ())
    return targets[0].id if len(targets) == 1 and type(targets[0]) is Name else ""


def _calls_more(statement: Assign) -> bool:
    value = statement.value
    return value is None or any(last_name(call.func) not in _JOINING for call in _calls(value))


_JOINING = frozenset({"join", "joinpath", "Path", "PurePath", "expanduser", "abspath", "normpath"})


def is_read(program: Program, name: str, offering: Collection[str]) -> bool:
    """Whether a program reads a name at all; what it hands to calls of some names as their `default` is not read."""
    if any(re.search(rf"\b{re.escape(name)}\b", escape.text) for escape in program.escapes):
        return True
    return any(_reads(part, name, offering) for scope in program.scopes for part in _parts(scope))


def is_offered(program: Program, name: str, offering: Collection[str]) -> bool:
    """Whether a program hands a name to a call of some names as its `default`."""
    return any(
        type(node) is Name and node.id == name
        for scope in program.scopes
        for part in _parts(scope)
        for call in _calls(part)
        if last_name(call.func) in offering
        for key, node in call.keywords
        if key == "default"
    )


def _parts(scope: Scope) -> Iterator[Expr]:
    """All expressions of a scope but the plain names that it gives values."""
    yield from (*scope.decorators, *scope.bases)
    yield from (param.default for param in scope.params if param.default is not None)
    for at in placed(scope.body):
        given = at.statement.targets if type(at.statement) is Assign and not at.statement.op else ()
        yield from (head for head in heads(at.statement) if not (type(head) is Name and head in given))


def _reads(expr: Expr, name: str, offering: Collection[str]) -> bool:
    if type(expr) is Name:
        return expr.id == name
    inner: Iterable[Expr] = children(expr)
    if type(expr) is Call and last_name(expr.func) in offering:
        offered = [value for key, value in expr.keywords if key == "default" and type(value) is Name]
        inner = (each for each in inner if not any(each is value for value in offered))
    return any(_reads(each, name, offering) for each in inner)


def _calls(expr: Expr) -> Iterator[Call]:
    if type(expr) is Call:
        yield expr
    for each in children(expr):
        yield from _calls(each)
