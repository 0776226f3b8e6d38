"""Expressions: `ast` nodes into symbolic values, through one table keyed by the type of the node.

Each entry takes the node, the bindings of the scope so far and the levels of nesting still allowed. Calls go
through the table directly, since this is the hot path of the whole audit.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from auditor.model.ir import (
    Attr,
    Call,
    Choice,
    Const,
    Each,
    Expr,
    Group,
    Item,
    Lambda,
    Name,
    Op,
    Opaque,
    Param,
    Slice,
    Star,
    Table,
    Text,
    Walrus,
)
from auditor.model.regex import regex
from auditor.source import counted
from auditor.source.limits import MAX_DEPTH, MAX_ITEMS, MAX_TEXT


class Bindings(dict[str, int]):
    """How often each name of one scope has been bound so far.

    `outer` holds the names that a `global` or `nonlocal` statement gave to another scope. `counted` is what McCabe's
    measure counts in what was lowered so far; `unseen` are the trees that were passed over, where something may count too.
    """

    __slots__ = ("counted", "outer", "unseen")

    def __init__(self, bound: Sequence[str] = ()) -> None:
        super().__init__(dict.fromkeys(bound, 1))
        self.outer: frozenset[str] = frozenset()
        self.counted = 0
        self.unseen: list[ast.AST] = []

    def bind(self, name: str) -> Name:
        """The name with the version that this binding creates; 0 when it belongs to another scope."""
        if name in self.outer:
            return Name(name, 0)
        self[name] = version = self.get(name, 0) + 1
        return Name(name, version)


Lower: TypeAlias = Callable[[Any, Bindings, int], Expr]

_TRUNCATED = Opaque("truncated")
_DEEP = Opaque("deep")
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1  # integers that MessagePack can carry


def lower(node: ast.expr, seen: Bindings, room: int = MAX_DEPTH) -> Expr:
    """One expression as a symbolic value."""
    return EXPRESSIONS[type(node)](node, seen, room)


def lower_all(nodes: list[ast.expr], seen: Bindings, room: int = MAX_DEPTH) -> tuple[Expr, ...]:
    """Several expressions, in order."""
    return tuple([EXPRESSIONS[type(node)](node, seen, room) for node in nodes]) if nodes else ()


def store(node: ast.expr, seen: Bindings, room: int = MAX_DEPTH) -> Expr:
    """A target of an assignment, its names bound anew."""
    return TARGETS.get(type(node), _evaluate)(node, seen, room)


def keywords(nodes: list[ast.keyword], seen: Bindings, room: int = MAX_DEPTH) -> tuple[tuple[str, Expr], ...]:
    """Keyword arguments; `**mapping` has the empty name."""
    return tuple([(k.arg or "", EXPRESSIONS[type(k.value)](k.value, seen, room)) for k in nodes]) if nodes else ()


def clean(text: str, most: int = MAX_TEXT) -> str:
    """Text cut to `most` characters, without the lone surrogates that no encoding can carry."""
    text = text[:most]
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def parameters(args: ast.arguments, seen: Bindings, room: int = MAX_DEPTH) -> tuple[Param, ...]:
    """The parameters of a function; defaults and annotations are read in the scope around it."""
    plain = [*args.posonlyargs, *args.args]
    if not (plain or args.vararg or args.kwonlyargs or args.kwarg):
        return ()
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults))
    defaults += args.defaults
    kinds = ["positional"] * len(args.posonlyargs) + ["plain"] * len(args.args)
    rows = list(zip(plain, kinds, defaults, strict=True))
    if args.vararg:
        rows.append((args.vararg, "args", None))
    rows += [(arg, "keyword", default) for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    if args.kwarg:
        rows.append((args.kwarg, "kwargs", None))
    return tuple(
        [
            Param(
                arg.arg,
                kind,
                None if default is None else EXPRESSIONS[type(default)](default, seen, room),
                None if arg.annotation is None else EXPRESSIONS[type(arg.annotation)](arg.annotation, seen, room),
            )
            for arg, kind, default in rows
        ]
    )


# --- leaves --------------------------------------------------------------------------------------


def _name(node: ast.Name, seen: Bindings, _room: int) -> Expr:
    name = node.id
    return Name(name, seen.get(name, 0))


def _constant(node: ast.Constant, _seen: Bindings, _room: int) -> Expr:
    return _CONSTANTS[type(node.value)](node.value)


def _text(value: str) -> Expr:
    if len(value) <= MAX_TEXT and value.isascii():
        return Const(value)
    return Const(clean(value))


def _integer(value: int) -> Expr:
    return Const(value) if _SMALLEST <= value <= _LARGEST else _TRUNCATED


_SINGLES = {True: Const(True), False: Const(False), None: Const(None)}
_CONSTANTS: dict[type, Callable[[Any], Expr]] = {
    str: _text,
    int: _integer,
    float: Const,
    bool: _SINGLES.__getitem__,
    type(None): _SINGLES.__getitem__,
    bytes: lambda _: Opaque("bytes"),
    complex: lambda _: Opaque("complex"),
    type(...): lambda _: Opaque("ellipsis"),
}


# --- access and calls ----------------------------------------------------------------------------


def _deep(node: ast.AST, seen: Bindings) -> Expr:
    seen.unseen.append(node)  # nobody looked whether something counts in there
    return _DEEP


def _attribute(node: ast.Attribute, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    base = node.value
    return Attr(EXPRESSIONS[type(base)](base, seen, room - 1), node.attr)


def _call(node: ast.Call, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    room -= 1
    func, args, named = node.func, node.args, node.keywords
    return Call(
        EXPRESSIONS[type(func)](func, seen, room),
        tuple([EXPRESSIONS[type(arg)](arg, seen, room) for arg in args]) if args else (),
        tuple([(k.arg or "", EXPRESSIONS[type(k.value)](k.value, seen, room)) for k in named]) if named else (),
        node.lineno,
        node.end_lineno or node.lineno,
    )


def _subscript(node: ast.Subscript, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    base, key = node.value, node.slice
    return Item(EXPRESSIONS[type(base)](base, seen, room - 1), EXPRESSIONS[type(key)](key, seen, room - 1))


def _slice(node: ast.Slice, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    parts = [None if p is None else lower(p, seen, room - 1) for p in (node.lower, node.upper, node.step)]
    return Slice(*parts)


# --- operators -----------------------------------------------------------------------------------

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.USub: "neg",
    ast.UAdd: "pos",
    ast.Invert: "inv",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not-in",
    ast.Is: "is",
    ast.IsNot: "is-not",
}
_ASSOCIATIVE = frozenset({ast.Add, ast.Mult, ast.BitOr, ast.BitAnd, ast.BitXor})


def _binary(node: ast.BinOp, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    kind, left, right = type(node.op), node.left, node.right
    if kind in _ASSOCIATIVE and type(left) is ast.BinOp and type(left.op) is kind:
        return Op(OPERATORS[kind], lower_all(_chain(node), seen, room - 1))
    first = EXPRESSIONS[type(left)](left, seen, room - 1)
    return Op(OPERATORS[kind], (first, EXPRESSIONS[type(right)](right, seen, room - 1)))


def _chain(node: ast.BinOp) -> list[ast.expr]:
    """The operands of `a + b + c + …`, without recursion."""
    kind = type(node.op)
    operands = [node.right]
    left = node.left
    while type(left) is ast.BinOp and type(left.op) is kind:
        operands.append(left.right)
        left = left.left
    operands.append(left)
    operands.reverse()
    return operands


def _boolean(node: ast.BoolOp, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    seen.counted += counted.boolean(len(node.values))
    return Op(OPERATORS[type(node.op)], lower_all(node.values, seen, room - 1))


def _unary(node: ast.UnaryOp, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    return Op(OPERATORS[type(node.op)], (lower(node.operand, seen, room - 1),))


def _compare(node: ast.Compare, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    left = lower(node.left, seen, room - 1)
    links: list[Expr] = []
    for op, comparator in zip(node.ops, node.comparators, strict=True):
        right = EXPRESSIONS[type(comparator)](comparator, seen, room - 1)
        links.append(Op(OPERATORS[type(op)], (left, right)))
        left = right
    return links[0] if len(links) == 1 else Op("and", tuple(links))


def _choice(node: ast.IfExp, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    seen.counted += counted.choice()
    test = lower(node.test, seen, room - 1)
    return Choice(test, lower(node.body, seen, room - 1), lower(node.orelse, seen, room - 1))


# --- displays and text ---------------------------------------------------------------------------


def _display(kind: str) -> Lower:
    def group(node: ast.List | ast.Tuple | ast.Set, seen: Bindings, room: int) -> Expr:
        if room < 1:
            return _deep(node, seen)
        if len(node.elts) <= MAX_ITEMS:
            return Group(kind, lower_all(node.elts, seen, room - 1))
        seen.unseen += node.elts[MAX_ITEMS:]
        return Group(kind, (*lower_all(node.elts[:MAX_ITEMS], seen, room - 1), _TRUNCATED))

    return group


def _table(node: ast.Dict, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    room -= 1
    keys: list[Expr | None] = []
    values: list[Expr] = []
    for key, value in zip(node.keys[:MAX_ITEMS], node.values, strict=False):
        keys.append(None if key is None else EXPRESSIONS[type(key)](key, seen, room))
        values.append(EXPRESSIONS[type(value)](value, seen, room))
    if len(node.keys) > MAX_ITEMS:
        seen.unseen += [*filter(None, node.keys[MAX_ITEMS:]), *node.values[MAX_ITEMS:]]
        keys.append(None)
        values.append(_TRUNCATED)
    return Table(tuple(keys), tuple(values))


def _fstring(node: ast.JoinedStr, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    return Text(lower_all(node.values, seen, room - 1))


_WRITTEN = regex(r"0\d*d\Z|%.*/")
"""Formats that shape a path: a width that is filled with zeros, a time with folders in it."""


def _formatted(node: Any, seen: Bindings, room: int) -> Expr:
    if node.format_spec is not None:
        parts = node.format_spec.values
        written = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
        if len(written) < len(parts):
            seen.unseen.append(node.format_spec)  # it holds expressions, which only the count visits
        if len(parts) == 1 and written and _WRITTEN.search(spec := written[0]):
            value = lower(node.value, seen, room - 1)
            return Call(Attr(Const(f"{{:{spec}}}"), "format"), (value,), (), node.lineno, node.lineno)
    return lower(node.value, seen, room)


# --- scopes inside expressions -------------------------------------------------------------------


def _comprehension(kind: str) -> Lower:
    def each(node: Any, seen: Bindings, room: int) -> Expr:
        if room < 1:
            return _deep(node, seen)
        seen.counted += sum([counted.generator(len(each.ifs)) for each in node.generators])
        hidden: dict[str, int | None] = {}
        loops = tuple([_generator(g, seen, hidden, room - 1) for g in node.generators])
        parts = [node.key, node.value] if kind == "dict" else [node.elt]
        elements = lower_all([part for part in parts if part is not None], seen, room - 1)
        _restore(seen, hidden)
        return Each(kind, elements, loops)

    return each


def _generator(
    node: ast.comprehension, seen: Bindings, hidden: dict[str, int | None], room: int
) -> tuple[Expr, Expr, tuple[Expr, ...]]:
    source = lower(node.iter, seen, room)
    names = [inner.id for inner in ast.walk(node.target) if type(inner) is ast.Name and type(inner.ctx) is ast.Store]
    _hide(seen, hidden, names)
    return lower(node.target, seen, room), source, lower_all(node.ifs, seen, room)


def _hide(seen: Bindings, hidden: dict[str, int | None], names: list[str]) -> None:
    """Let the names mean something else for a while: version 0, whatever the scope around has bound."""
    for name in names:
        hidden.setdefault(name, seen.get(name))
        seen.pop(name, None)


def _restore(seen: Bindings, hidden: dict[str, int | None]) -> None:
    for name, version in hidden.items():
        if version is not None:
            seen[name] = version
        else:
            seen.pop(name, None)


def _lambda(node: ast.Lambda, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    params = parameters(node.args, seen, room - 1)
    hidden: dict[str, int | None] = {}
    _hide(seen, hidden, [param.name for param in params])
    body = lower(node.body, seen, room - 1)
    _restore(seen, hidden)
    return Lambda(params, body)


# --- the rest ------------------------------------------------------------------------------------


def _starred(node: ast.Starred, seen: Bindings, room: int) -> Expr:
    return Star(lower(node.value, seen, room - 1)) if room > 0 else _deep(node, seen)


def _walrus(node: ast.NamedExpr, seen: Bindings, room: int) -> Expr:
    if room < 1:
        return _deep(node, seen)
    value = lower(node.value, seen, room - 1)
    return Walrus(seen.bind(node.target.id), value)


def _hole(why: str) -> Lower:
    def opaque(node: Any, seen: Bindings, room: int) -> Expr:
        if room < 1:
            return _deep(node, seen)
        return Opaque(why, None if node.value is None else lower(node.value, seen, room - 1))

    return opaque


EXPRESSIONS: dict[type[ast.AST], Lower] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.List: _display("list"),
    ast.Tuple: _display("tuple"),
    ast.Set: _display("set"),
    ast.Dict: _table,
    ast.JoinedStr: _fstring,
    ast.FormattedValue: _formatted,
    ast.ListComp: _comprehension("list"),
    ast.SetComp: _comprehension("set"),
    ast.DictComp: _comprehension("dict"),
    ast.GeneratorExp: _comprehension("generator"),
    ast.Lambda: _lambda,
    ast.Starred: _starred,
    ast.NamedExpr: _walrus,
    ast.Await: _hole("await"),
    ast.Yield: _hole("yield"),
    ast.YieldFrom: _hole("yield-from"),
}
for _kind, _handler in (("TemplateStr", _fstring), ("Interpolation", _formatted)):  # t-strings came with 3.14
    if hasattr(ast, _kind):
        EXPRESSIONS[getattr(ast, _kind)] = _handler


# --- targets -------------------------------------------------------------------------------------


def _evaluate(node: ast.expr, seen: Bindings, room: int) -> Expr:
    return EXPRESSIONS[type(node)](node, seen, room)


def _bound_name(node: ast.Name, seen: Bindings, _room: int) -> Expr:
    return seen.bind(node.id)


def _bound_star(node: ast.Starred, seen: Bindings, room: int) -> Expr:
    return Star(store(node.value, seen, room - 1)) if room > 0 else _deep(node, seen)


def _unpacked(kind: str) -> Lower:
    def group(node: ast.List | ast.Tuple, seen: Bindings, room: int) -> Expr:
        if room < 1:
            return _deep(node, seen)
        items = tuple([store(item, seen, room - 1) for item in node.elts[:MAX_ITEMS]])
        seen.unseen += node.elts[MAX_ITEMS:]
        return Group(kind, items if len(node.elts) <= MAX_ITEMS else (*items, _TRUNCATED))

    return group


TARGETS: dict[type[ast.AST], Lower] = {
    ast.Name: _bound_name,
    ast.Starred: _bound_star,
    ast.Tuple: _unpacked("tuple"),
    ast.List: _unpacked("list"),
}
