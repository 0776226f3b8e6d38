"""Patterns of `match`: the expressions that would build what they take apart; captures are bound names."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from auditor.model.ir import Call, Expr, Group, Name, Op, Opaque, Star, Table, Walrus
from auditor.source.expressions import Bindings, lower
from auditor.source.limits import MAX_DEPTH, MAX_ITEMS

_WILDCARD = Name("_", 0)


def pattern(node: ast.pattern, seen: Bindings, room: int = MAX_DEPTH) -> Expr:
    """One pattern. `_` is the unbound name `_`, `p as n` a walrus, `p | q` an operator, a class pattern a call."""
    if room < 1:
        return Opaque("deep")
    return PATTERNS[type(node)](node, seen, room - 1)


def _all(nodes: list[ast.pattern], seen: Bindings, room: int) -> tuple[Expr, ...]:
    return tuple([pattern(node, seen, room) for node in nodes[:MAX_ITEMS]])


def _value(node: ast.MatchValue, seen: Bindings, room: int) -> Expr:
    return lower(node.value, seen, room)


def _singleton(node: ast.MatchSingleton, seen: Bindings, room: int) -> Expr:
    return lower(ast.Constant(value=node.value), seen, room)


def _sequence(node: ast.MatchSequence, seen: Bindings, room: int) -> Expr:
    return Group("list", _all(node.patterns, seen, room))


def _mapping(node: ast.MatchMapping, seen: Bindings, room: int) -> Expr:
    keys: list[Expr | None] = [lower(key, seen, room) for key in node.keys[:MAX_ITEMS]]
    values = list(_all(node.patterns, seen, room))
    if node.rest:
        keys.append(None)
        values.append(seen.bind(node.rest))
    return Table(tuple(keys), tuple(values))


def _class(node: ast.MatchClass, seen: Bindings, room: int) -> Expr:
    cls = lower(node.cls, seen, room)
    positional = _all(node.patterns, seen, room)
    named = tuple(zip(node.kwd_attrs, _all(node.kwd_patterns, seen, room), strict=False))
    return Call(cls, positional, named, node.lineno, node.end_lineno)


def _star(node: ast.MatchStar, seen: Bindings, _room: int) -> Expr:
    return Star(seen.bind(node.name) if node.name else _WILDCARD)


def _as(node: ast.MatchAs, seen: Bindings, room: int) -> Expr:
    if node.name is None:
        return _WILDCARD
    if node.pattern is None:
        return seen.bind(node.name)
    inner = pattern(node.pattern, seen, room)
    return Walrus(seen.bind(node.name), inner)


def _or(node: ast.MatchOr, seen: Bindings, room: int) -> Expr:
    return Op("|", _all(node.patterns, seen, room))


PATTERNS: dict[type[ast.pattern], Callable[[Any, Bindings, int], Expr]] = {
    ast.MatchValue: _value,
    ast.MatchSingleton: _singleton,
    ast.MatchSequence: _sequence,
    ast.MatchMapping: _mapping,
    ast.MatchClass: _class,
    ast.MatchStar: _star,
    ast.MatchAs: _as,
    ast.MatchOr: _or,
}
