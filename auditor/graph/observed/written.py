"""Texts that programs write out, with the line and the call they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from auditor.model.ir import Attr, Call, Const, Do, Expr, Item, Name, Op, Param, Program, Raise, Scope
from auditor.program.naming.scopes import ScopeIndex, children

BELOW_HOME = "Path.home()/"
"""How a path begins that is put together below the home folder of whoever runs a program."""
_HOMES = ("Path.home", "pathlib.Path.home")


class Written(msgspec.Struct, frozen=True):
    """One text of a program: `line` of the statement or call around it, `calls` the names of the calls it is an
    argument of, the nearest first, `keyword` the one it is given by; `role` is `text`, `default` (of a parameter) or
    `bare` (a statement of its own)."""

    text: str
    line: int
    calls: tuple[str, ...] = ()
    keyword: str = ""
    role: str = "text"
    beside: tuple[str, ...] = ()
    """The other keywords of the nearest call."""


def written(program: Program, wanted: Callable[[str], bool]) -> Iterator[Written]:
    """The texts of a program that somebody asks for, scope by scope. What is put together below the home folder is one text,
    too: `Path.home() / "a" / "b"` is `Path.home()/a/b`."""
    for scope in program.scopes:
        for param in scope.params:
            yield from _default(param, scope, wanted)
        for decorator in scope.decorators:
            yield from _expression(decorator, scope.line, wanted)
        for statement in scope.body:
            yield from _statement(statement, scope.line, wanted)


def _default(param: Param, scope: Scope, wanted: Callable[[str], bool]) -> Iterator[Written]:
    if param.default is not None:
        for each in _expression(param.default, scope.line, wanted):
            yield msgspec.structs.replace(each, role="default" if not each.calls else each.role)


def _statement(statement: Any, line: int, wanted: Callable[[str], bool]) -> Iterator[Written]:
    """The texts in a statement and those within it; a statement is any record with a line."""
    at = getattr(statement, "line", line)
    if type(statement) is Do and type(statement.value) is Const:
        text = statement.value.value
        if isinstance(text, str) and wanted(text):
            yield Written(text, at, role="bare")
        return
    outer = ("raise",) if type(statement) is Raise else ()
    for field in statement.__struct_fields__:
        yield from _part(getattr(statement, field), at, wanted, outer)


def _part(part: Any, line: int, wanted: Callable[[str], bool], outer: tuple[str, ...]) -> Iterator[Written]:
    if type(part) is tuple:
        for item in part:
            yield from _part(item, line, wanted, outer)
    elif isinstance(part, Expr):
        yield from _expression(part, line, wanted, outer)
    elif hasattr(part, "__struct_fields__"):
        yield from _statement(part, line, wanted)


def _expression(
    expr: Expr, line: int, wanted: Callable[[str], bool], calls: tuple[str, ...] = (), keyword: str = ""
) -> Iterator[Written]:
    stack: list[tuple[Expr, int, tuple[str, ...], str, tuple[str, ...]]] = [(expr, line, calls, keyword, ())]
    while stack:
        node, at, within, given, beside = stack.pop()
        below = _below_home(node)
        if below and wanted(below):
            yield Written(below, at, within, given, beside=beside)
        elif type(node) is Const:
            if isinstance(node.value, str) and wanted(node.value):
                yield Written(node.value, at, within, given, beside=beside)
        elif type(node) is Call:
            inner, names = (name_of(node.func), *within), tuple(name for name, _ in node.keywords)
            stack += [(value, node.line, inner, name, names) for name, value in reversed(node.keywords)]
            stack += [(value, node.line, inner, "", names) for value in reversed(node.args)]
            stack.append((node.func, node.line, inner, "", names))
        else:
            stack += [(child, at, within, given, beside) for child in reversed(list(children(node)))]


def _below_home(node: Expr) -> str:
    """The path that an expression puts together below the home folder; "" for any other expression."""
    parts: list[Expr] = []
    if type(node) is Call and name_of(node.func) == "os.path.join":
        first, parts = (node.args or (node,))[0], list(node.args[1:])
        at_home = type(first) is Call and name_of(first.func) == "os.path.expanduser" and first.args == (Const("~"),)
    else:
        while type(node) is Op and node.op == "/":
            node, *rest = node.operands
            parts[:0] = rest
        at_home = type(node) is Call and name_of(node.func) in _HOMES
    texts = [part.value for part in parts if type(part) is Const and isinstance(part.value, str)]
    return BELOW_HOME + "/".join(texts) if at_home and texts and len(texts) == len(parts) else ""


def name_of(func: Expr) -> str:
    """The dotted name by which a call is written, as far as it is one: `pd.read_csv`, `.read_csv` behind an expression."""
    parts: list[str] = []
    while type(func) is Attr:
        parts.append(func.name)
        func = func.base
    parts.append(func.id if type(func) is Name else "")
    return ".".join(reversed(parts))


_CHANGING = frozenset({"append", "insert", "update", "pop", "extend", "remove", "setdefault", "clear"})
"""Methods by which a list, a dict or a frame becomes another."""


def is_changed(index: ScopeIndex, name: str, *, items: bool = True) -> bool:
    """Whether a scope changes what a name stands for, in place; `items`: putting something into it by a key counts, too."""
    stored = items and any(
        type(item) is Item and name_of(item.base).partition(".")[0] == name for item, _, _ in index.items
    )
    calls = [each.call for each in index.calls if name_of(each.call.func).rpartition(".")[0] == name]
    methods = {name_of(call.func).rpartition(".")[2] for call in calls}
    return stored or bool(methods & _CHANGING) or any(key == "inplace" for call in calls for key, _ in call.keywords)
