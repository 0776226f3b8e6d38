"""Lists of places of which a program takes the first that is there."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph.data.optional import ASKING
from auditor.graph.observed.written import name_of
from auditor.model.ir import Assign, Call, Each, Expr, Group, Loop, Name, Program, Scope
from auditor.program.naming.statements import heads, parts, placed, within

_ASKING = ASKING | {"isdir", "is_dir"}


def candidates(program: Program) -> frozenset[int]:
    """The lines of displays whose elements are asked for one by one, in a loop or a comprehension, whether they exist."""
    found: set[int] = set()
    for scope in program.scopes:
        for source, line, end in _tried(scope):
            if type(source) is Group:
                found.update(range(line, end + 1))
            elif type(source) is Name:
                found.update(_lines(program, scope, source.id))
    return frozenset(found)


def _tried(scope: Scope) -> Iterator[tuple[Expr, int, int]]:
    """What is gone through while each element is asked for, with the first and last line of the statement around."""
    for each in placed(scope.body):
        statement = each.statement
        end = getattr(statement, "end_line", each.line)
        over = statement.target if type(statement) is Loop else None
        if type(statement) is Loop and type(over) is Name and any(_asks(p, over.id) for p in parts(statement.body)):
            yield statement.source, each.line, each.line  # what is gone through stands in its first line
        for part in (part for head in heads(statement) for part in within(head)):
            for target, source, conditions in part.loops if type(part) is Each else ():
                asked = (inner for condition in conditions for inner in within(condition))
                if type(target) is Name and any(_asks(inner, target.id) for inner in asked):
                    yield source, each.line, end


def _asks(part: Expr, name: str) -> bool:
    """Whether an expression asks if what a name holds, or something below it, is there."""
    if type(part) is not Call or name_of(part.func).rpartition(".")[2] not in _ASKING:
        return False
    return any(type(inner) is Name and inner.id == name for inner in within(part))


def _lines(program: Program, scope: Scope, name: str) -> Iterator[int]:
    """The lines of the displays that a name holds, in a scope or at the top level."""
    for where in (scope, program.scopes[0]):
        for each in placed(where.body):
            statement = each.statement
            if type(statement) is not Assign or type(statement.value) is not Group:
                continue
            if any(type(target) is Name and target.id == name for target in statement.targets):
                yield from range(statement.line, statement.end_line + 1)
