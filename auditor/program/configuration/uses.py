"""Where the statements of a scope use names that may lead to a document: the uses, the outer before the inner."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.model.ir import Assign, Attr, Call, Const, Expr, Item, Name, Program, Record, Return
from auditor.program.naming.code import Code
from auditor.program.naming.scopes import children

GETTERS = frozenset({"get", "select", "getint", "getfloat", "getboolean"})
"""Methods that give what stands under a key."""


class Use(msgspec.Struct, gc=False):
    """An expression that may stand for a place of a document: a name, or what attributes and keys make of it.

    `inner` counts the uses inside it, which follow it in the list. `alias` where it only gets another name, `returned` where
    a function hands it back, `call` where it is an argument.
    """

    root: Name
    node: Expr
    line: int
    alias: bool
    call: Call | None
    inner: int = 0
    returned: bool = False


def falls_back(expr: Expr) -> bool:
    """Whether a use of a key does without it: somewhere on the way stands `.get(…)`, `.pop(…)` or the like."""
    while type(expr) in (Attr, Item, Call):
        if type(expr) is Call:
            if type(expr.func) is Attr and expr.func.name in (*GETTERS, "pop", "setdefault"):
                return True
            expr = expr.func
        else:
            expr = expr.base  # type: ignore[union-attr]  # narrowed by the loop
    return False


class Uses(dict[int, list[Use]]):
    """The uses in each scope of a program, found when they are first asked for."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program

    def __missing__(self, number: int) -> list[Use]:
        found = self[number] = uses_in(self._program.scopes[number].body)
        return found


def uses_of(code: Code, path: str) -> Uses:
    """All uses in a program: they are the same from wherever its documents come."""
    return Uses(code.programs[path])


def uses_in(body: Iterable[Record]) -> list[Use]:
    """All uses of names in some statements, the outer before the inner."""
    found: list[Use] = []
    for statement in body:
        _in_statement(statement, found)
    return found


def _in_statement(node: Record, found: list[Use]) -> None:
    line = int(getattr(node, "line", 0))
    alias = node.value if type(node) is Assign and not node.op else None
    for name in node.__struct_fields__:
        part = getattr(node, name)
        parts = part if isinstance(part, tuple) else (part,)
        if name in ("target", "targets"):
            parts = tuple(each for each in parts if type(each) in (Attr, Item))
        for each in parts:
            for inner in each if isinstance(each, tuple) else (each,):  # items of a `with` are pairs
                if not isinstance(inner, Record):
                    continue
                if hasattr(inner, "line") and type(inner) is not Call:
                    _in_statement(inner, found)
                else:
                    position = len(found)
                    _in_expression(inner, line, inner is alias, None, found)  # type: ignore[arg-type]  # an expression
                    if type(node) is Return and len(found) > position and found[position].node is node.value:
                        found[position].returned = True


def _in_expression(expr: Expr, line: int, alias: bool, call: Call | None, found: list[Use]) -> None:
    kind = type(expr)
    if kind is Const:
        return
    root = _root(expr)
    position = len(found)
    if root is not None:
        found.append(Use(root, expr, line, alias, call))
    if kind is Call:
        _in_call(expr, line, found)  # type: ignore[arg-type]  # narrowed by its type
    elif kind is not Name:
        for child in children(expr):
            _in_expression(child, line, False, None, found)
    if root is not None:
        found[position].inner = len(found) - position - 1


def _in_call(call: Call, line: int, found: list[Use]) -> None:
    """The uses in a call: an argument is one parameter of what is called; what `**` spreads is handed on as a whole."""
    _in_expression(call.func, line, False, None, found)
    for value in call.args:
        _in_expression(value, line, False, call, found)
    for name, value in call.keywords:
        _in_expression(value, line, False, call if name else None, found)


def _root(expr: Expr) -> Name | None:
    """The name at the bottom of attributes, keys and `.get(…)` calls; None for any other expression."""
    if type(expr) is Call and not (type(expr.func) is Attr and expr.func.name in GETTERS):
        return None
    node = expr
    while True:
        if type(node) is Name:
            return node
        if type(node) in (Attr, Item):
            node = node.base  # type: ignore[union-attr]  # narrowed by the line above
        elif type(node) is Call and type(node.func) is Attr:
            node = node.func.base
        else:
            return None
