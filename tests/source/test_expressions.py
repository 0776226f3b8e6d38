"""Each kind of expression, as the symbolic value it becomes."""

from __future__ import annotations

import msgspec
import pytest

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
from auditor.source import MAX_DEPTH, MAX_ITEMS, MAX_TEXT, read_expression

A, B, C, X = Name("a"), Name("b"), Name("c"), Name("x")


def call(func: Expr, *args: Expr, **keywords: Expr) -> Call:
    return Call(func, args, tuple(keywords.items()), 1, 1)


CASES: list[tuple[str, Expr]] = [
    ("1", Const(1)),
    ("1.5", Const(1.5)),
    ("'t'", Const("t")),
    ("'a' 'b'", Const("ab")),
    ("True", Const(True)),
    ("None", Const(None)),
    ("b'x'", Opaque("bytes")),
    ("1j", Opaque("complex")),
    ("...", Opaque("ellipsis")),
    (str(2**64), Opaque("truncated")),
    (str(2**64 - 1), Const(2**64 - 1)),
    ("a", A),
    ("a.b", Attr(A, "b")),
    ("a[b]", Item(A, B)),
    ("a[1:b]", Item(A, Slice(Const(1), B, None))),
    ("a[:, ::2]", Item(A, Group("tuple", (Slice(None, None, None), Slice(None, None, Const(2)))))),
    ("a()", call(A)),
    ("a(b, *c, x=1)", call(A, B, Star(C), x=Const(1))),
    ("a(**b)", Call(A, (), (("", B),), 1, 1)),
    ("a.b(1).c", Attr(call(Attr(A, "b"), Const(1)), "c")),
    ("a + b", Op("+", (A, B))),
    ("a + b + c", Op("+", (A, B, C))),
    ("a + (b + c)", Op("+", (A, Op("+", (B, C))))),
    ("a - b - c", Op("-", (Op("-", (A, B)), C))),
    ("a / b", Op("/", (A, B))),
    ("a // b", Op("//", (A, B))),
    ("a ** b", Op("**", (A, B))),
    ("a @ b", Op("@", (A, B))),
    ("a % b", Op("%", (A, B))),
    ("a << b", Op("<<", (A, B))),
    ("a | b | c", Op("|", (A, B, C))),
    ("a and b and c", Op("and", (A, B, C))),
    ("a or b", Op("or", (A, B))),
    ("not a", Op("not", (A,))),
    ("-a", Op("neg", (A,))),
    ("+a", Op("pos", (A,))),
    ("~a", Op("inv", (A,))),
    ("a == b", Op("==", (A, B))),
    ("a < b <= c", Op("and", (Op("<", (A, B)), Op("<=", (B, C))))),
    ("a not in b", Op("not-in", (A, B))),
    ("a is not b", Op("is-not", (A, B))),
    ("f'{a}-{b:>{c}}'", Text((A, Const("-"), B))),
    ("f'x'", Text((Const("x"),))),
    ("[a, *b]", Group("list", (A, Star(B)))),
    ("(a,)", Group("tuple", (A,))),
    ("{a, b}", Group("set", (A, B))),
    ("{'k': a, **b}", Table((Const("k"), None), (A, B))),
    ("a if b else c", Choice(B, A, C)),
    ("[x for x in a if b]", Each("list", (X,), ((X, A, (B,)),))),
    ("{x for x in a}", Each("set", (X,), ((X, A, ()),))),
    ("{x: b for x in a}", Each("dict", (X, B), ((X, A, ()),))),
    (
        "(x for x, c in a for b in x)",
        Each("generator", (X,), ((Group("tuple", (X, C)), A, ()), (B, X, ()))),
    ),
    (
        "lambda a, /, b=1, *c, x, **d: a",
        Lambda(
            (
                Param("a", "positional", None, None),
                Param("b", "plain", Const(1), None),
                Param("c", "args", None, None),
                Param("x", "keyword", None, None),
                Param("d", "kwargs", None, None),
            ),
            A,
        ),
    ),
    ("lambda: 1", Lambda((), Const(1))),
    ("await a", Opaque("await", A)),
    ("(yield)", Opaque("yield")),
    ("(yield from a)", Opaque("yield-from", A)),
    ("(x := a)", Walrus(Name("x", 1), A)),
    ("(x := a) + x", Op("+", (Walrus(Name("x", 1), A), Name("x", 1)))),
    ("a +\n  b", Op("+", (A, B))),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_expression(text: str, expected: Expr) -> None:
    assert read_expression(text) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "a)(b", "a\n)(b", "a b", "x = 1", "(", "a # b", "\0", "'\ud800", "a" * 30_000]
)
def test_what_is_no_expression_is_none(text: str) -> None:
    assert read_expression(text) is None


def test_long_text_is_cut() -> None:
    value = read_expression(repr("x" * (MAX_TEXT + 5)))
    assert value == Const("x" * MAX_TEXT)


def test_lone_surrogates_are_replaced_so_that_the_value_can_be_stored() -> None:
    value = read_expression(r"'a\ud800'")
    assert value == Const("a?")
    assert msgspec.msgpack.encode(value)


@pytest.mark.parametrize(("opening", "closing"), ["[]", "()", "{}"])
def test_long_displays_are_cut_and_say_so(opening: str, closing: str) -> None:
    value = read_expression(opening + ",".join(["1"] * (MAX_ITEMS + 3)) + closing)
    assert isinstance(value, Group)
    assert len(value.items) == MAX_ITEMS + 1
    assert value.items[-1] == Opaque("truncated")


def test_a_long_dict_is_cut_and_says_so() -> None:
    value = read_expression("{" + ",".join(f"{n}: 1" for n in range(MAX_ITEMS + 3)) + "}")
    assert isinstance(value, Table)
    assert (value.keys[-1], value.values[-1]) == (None, Opaque("truncated"))
    assert len(value.keys) == len(value.values) == MAX_ITEMS + 1


def test_a_display_at_the_bound_is_whole() -> None:
    value = read_expression("[" + "1," * MAX_ITEMS + "]")
    assert value == Group("list", (Const(1),) * MAX_ITEMS)


def test_a_long_sum_is_one_record() -> None:
    value = read_expression("a" + " + b" * 1_000)
    assert value == Op("+", (A,) + (B,) * 1_000)


@pytest.mark.parametrize(
    "text", ["-" * 900 + "1", "a" + ".b" * 900, "a" + "()" * 900, "a if b else " * 400 + "c", "a" + " - b" * 900]
)
def test_deep_nesting_ends_in_a_hole(text: str) -> None:
    value: object = read_expression(text)
    assert value is not None
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=Expr) == value
    assert "deep" in repr(msgspec.to_builtins(value))
    assert _depth(value) <= MAX_DEPTH + 1


def _depth(value: object) -> int:
    if isinstance(value, msgspec.Struct):
        return 1 + max((_depth(getattr(value, field)) for field in value.__struct_fields__), default=0)
    if isinstance(value, tuple):
        return max((_depth(item) for item in value), default=0)
    return 0
