"""Statements: `ast` nodes into IR records, through one table keyed by the type of the node."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from auditor.model.ir import (
    Assert,
    Assign,
    Define,
    Delete,
    Do,
    Expr,
    Handler,
    If,
    Import,
    Imported,
    Jump,
    Loop,
    Name,
    Op,
    Opaque,
    Outer,
    Raise,
    Return,
    Stmt,
    Try,
    With,
)
from auditor.source import counted
from auditor.source.expressions import EXPRESSIONS, OPERATORS, keywords, lower, lower_all, parameters, store
from auditor.source.limits import MAX_DEPTH, MAX_NEST
from auditor.source.patterns import pattern
from auditor.source.scopes import Draft, Frame, Header, take_docstring

_LONG = 50


def lower_module(tree: ast.Module, lines: int) -> list[Draft]:
    """All scopes of a file, the module first, each after the one around it."""
    drafts: list[Draft] = []
    _body(Frame(drafts, Header("module", "", -1, 1, max(lines, 1))), tree.body)
    return drafts


def _body(frame: Frame, nodes: list[ast.stmt]) -> None:
    draft = frame.drafts[frame.index]
    draft.doc = take_docstring(nodes)
    draft.body = _block(nodes, frame)
    draft.logical, draft.counted, draft.unseen = frame.logical, frame.counted, frame.unseen


def _block(nodes: list[ast.stmt], frame: Frame) -> tuple[Stmt, ...]:
    frame.logical += len(nodes)
    frame.nest += 1
    found = tuple([STATEMENTS[type(node)](node, frame) for node in nodes])
    frame.nest -= 1
    return found


def _optional(node: ast.expr | None, frame: Frame) -> Expr | None:
    return None if node is None else lower(node, frame)


# --- simple statements ---------------------------------------------------------------------------


def _assign(node: ast.Assign, frame: Frame) -> Stmt:
    value = node.value
    lowered = EXPRESSIONS[type(value)](value, frame, MAX_DEPTH)
    return Assign(
        tuple([store(target, frame) for target in node.targets]),
        lowered,
        "",
        None,
        node.lineno,
        node.end_lineno or node.lineno,
    )


def _augmented(node: ast.AugAssign, frame: Frame) -> Stmt:
    value = lower(node.value, frame)
    target = store(node.target, frame)
    return Assign((target,), value, OPERATORS[type(node.op)], None, node.lineno, node.end_lineno or node.lineno)


def _annotated(node: ast.AnnAssign, frame: Frame) -> Stmt:
    annotation = lower(node.annotation, frame)
    value = _optional(node.value, frame)
    # A bare annotation binds nothing, so it makes no new version.
    target = lower(node.target, frame) if value is None else store(node.target, frame)
    return Assign((target,), value, "", annotation, node.lineno, node.end_lineno or node.lineno)


def _type_alias(node: Any, frame: Frame) -> Stmt:
    value = lower(node.value, frame)
    return Assign((store(node.name, frame),), value, "", None, node.lineno, node.end_lineno or node.lineno)


def _do(node: ast.Expr, frame: Frame) -> Stmt:
    value = node.value
    return Do(EXPRESSIONS[type(value)](value, frame, MAX_DEPTH), node.lineno, node.end_lineno or node.lineno)


def _return(node: ast.Return, frame: Frame) -> Stmt:
    return Return(_optional(node.value, frame), node.lineno)


def _raise(node: ast.Raise, frame: Frame) -> Stmt:
    value = _optional(node.exc, frame)
    if node.cause is not None:
        lower(node.cause, frame)  # for what counts in it: the IR keeps no cause
    return Raise(value, node.lineno)


def _assert(node: ast.Assert, frame: Frame) -> Stmt:
    before = frame.counts
    test = lower(node.test, frame)
    if node.msg is not None:
        lower(node.msg, frame)
    frame.counts = before
    frame.counted += counted.assertion()  # whatever it asks
    return Assert(test, node.lineno)


def _delete(node: ast.Delete, frame: Frame) -> Stmt:
    return Delete(lower_all(node.targets, frame), node.lineno)


def _outer(node: ast.Global | ast.Nonlocal, frame: Frame) -> Stmt:
    if frame.index:  # in the module's own scope `global` changes nothing
        frame.outer |= frozenset(node.names)
    return Outer(tuple(node.names), node.lineno)


def _jump(word: str) -> Callable[[Any, Frame], Stmt]:
    return lambda node, _frame: Jump(word, node.lineno)


def _import(node: ast.Import, frame: Frame) -> Stmt:
    names = [Imported(a.name, "", frame.bind(a.asname or a.name.partition(".")[0])) for a in node.names]
    return Import(tuple(names), 0, node.lineno)


def _import_from(node: ast.ImportFrom, frame: Frame) -> Stmt:
    module = node.module or ""
    names = [
        Imported(module, a.name, Name("*") if a.name == "*" else frame.bind(a.asname or a.name)) for a in node.names
    ]
    return Import(tuple(names), node.level, node.lineno)


# --- branches ------------------------------------------------------------------------------------


class _Link(NamedTuple):
    test: Expr
    body: tuple[Stmt, ...]
    line: int
    end_line: int


def _if(node: ast.If, frame: Frame) -> Stmt:
    links: list[_Link] = []
    nest = frame.nest
    while True:
        frame.counted += counted.branch()
        test = lower(node.test, frame)
        links.append(_Link(test, _block(node.body, frame), node.lineno, node.end_lineno or node.lineno))
        if len(node.orelse) != 1 or type(node.orelse[0]) is not ast.If:
            break
        node = node.orelse[0]
        frame.logical += 1
        frame.nest = min(frame.nest + 1, MAX_NEST)
    rest = _block(node.orelse, frame) if node.orelse else ()
    frame.nest = nest
    return _nested(links, rest, frame)


def _nested(links: list[_Link], rest: tuple[Stmt, ...], frame: Frame) -> Stmt:
    """Links of a chain, each the `else` of the one before, as deep as the bound allows; the others side by side."""
    deep = max(1, MAX_NEST - frame.nest)
    tail = (*[If(test, body, (), line, end) for test, body, line, end in links[deep:]], *rest)
    for test, body, line, end in reversed(links[1:deep]):
        tail = (If(test, body, tail, line, end),)
    test, body, line, end = links[0]
    return If(test, body, tail, line, end)


def _match(node: ast.Match, frame: Frame) -> Stmt:
    frame.counted += counted.match(node.cases)
    subject = lower(node.subject, frame)
    links = []
    nest = frame.nest
    for case in node.cases:
        test: Expr = Op("match", (subject, pattern(case.pattern, frame)))
        if case.guard is not None:
            test = Op("and", (test, lower(case.guard, frame)))
        line = case.pattern.lineno
        end = case.body[-1].end_lineno or line
        links.append(_Link(test, _block(case.body, frame), line, end))
        frame.nest = min(frame.nest + 1, MAX_NEST)
        if len(links) == 1 and _is_long(node.subject):
            subject = Opaque("truncated")  # said once: a chain that repeats it would grow with its square
    frame.nest = nest
    return _nested(links, (), frame)


def _is_long(node: ast.expr) -> bool:
    return node.end_lineno != node.lineno or (node.end_col_offset or 0) - node.col_offset > _LONG


# --- loops, handlers, contexts -------------------------------------------------------------------


def _for(node: ast.For | ast.AsyncFor, frame: Frame) -> Stmt:
    frame.counted += counted.loop(orelse=bool(node.orelse))
    source = lower(node.iter, frame)
    target = store(node.target, frame)
    body = _block(node.body, frame)
    orelse = _block(node.orelse, frame) if node.orelse else ()
    return Loop(target, source, body, orelse, node.lineno, node.end_lineno or node.lineno)


def _while(node: ast.While, frame: Frame) -> Stmt:
    frame.counted += counted.loop(orelse=bool(node.orelse))
    test = lower(node.test, frame)
    body = _block(node.body, frame)
    orelse = _block(node.orelse, frame) if node.orelse else ()
    return Loop(None, test, body, orelse, node.lineno, node.end_lineno or node.lineno)


def _with(node: ast.With | ast.AsyncWith, frame: Frame) -> Stmt:
    items = []
    for item in node.items:
        value = lower(item.context_expr, frame)
        items.append((value, None if item.optional_vars is None else store(item.optional_vars, frame)))
    return With(tuple(items), _block(node.body, frame), node.lineno, node.end_lineno or node.lineno)


def _try(node: ast.Try | ast.TryStar, frame: Frame) -> Stmt:
    if type(node) is ast.Try:  # radon does not count `except*`
        frame.counted += counted.attempt(len(node.handlers), orelse=bool(node.orelse))
    body = _block(node.body, frame)
    handlers = tuple([_handler(handler, frame) for handler in node.handlers])
    orelse = _block(node.orelse, frame) if node.orelse else ()
    final = _block(node.finalbody, frame) if node.finalbody else ()
    return Try(body, handlers, orelse, final, node.lineno, node.end_lineno or node.lineno)


def _handler(node: ast.ExceptHandler, frame: Frame) -> Handler:
    types = _optional(node.type, frame)
    if node.name:
        frame.bind(node.name)
    return Handler(types, node.name or "", _block(node.body, frame), node.lineno, node.end_lineno or node.lineno)


# --- definitions ---------------------------------------------------------------------------------


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> Stmt:
    before = frame.counts
    decorators = lower_all(node.decorator_list, frame)
    params = parameters(node.args, frame)
    returns = _optional(node.returns, frame)
    frame.counts = before  # what stands before the body does not count
    return _define(node, frame, "function", params=params, decorators=decorators, returns=returns)


def _class(node: ast.ClassDef, frame: Frame) -> Stmt:
    before = frame.counts
    decorators = lower_all(node.decorator_list, frame)
    bases = lower_all(node.bases, frame)
    named = keywords(node.keywords, frame)
    frame.counts = before
    return _define(node, frame, "class", decorators=decorators, bases=bases, keywords=named)


def _define(node: Any, frame: Frame, kind: str, **header: Any) -> Stmt:
    name = f"{frame.name}.{node.name}" if frame.name else node.name
    inner = Frame(frame.drafts, Header(kind, name, frame.index, node.lineno, node.end_lineno or node.lineno, **header))
    _body(inner, node.body)
    return Define(frame.bind(node.name), inner.index, node.lineno)


Lower: TypeAlias = Callable[[Any, Frame], Stmt]

STATEMENTS: dict[type[ast.AST], Lower] = {
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.AnnAssign: _annotated,
    ast.Expr: _do,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Global: _outer,
    ast.Nonlocal: _outer,
    ast.Pass: _jump("pass"),
    ast.Break: _jump("break"),
    ast.Continue: _jump("continue"),
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.If: _if,
    ast.Match: _match,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
if hasattr(ast, "TypeAlias"):  # `type X = …` came with 3.12
    STATEMENTS[ast.TypeAlias] = _type_alias
