from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.hcl import read_hcl
from auditor.language.node import Node


def plain(node: Node) -> object:
    if node.kind == "map":
        return {key: plain(value) for key, value in node.items()}
    return [plain(part) for part in node.parts] if node.kind == "list" else node.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a = "x${var.y}" # no\nb = 3 // no\nc = true\n', {"a": "x${var.y}", "b": 3, "c": True}),
        ("a = [1, var.x,\n 'q']\n", {"a": [1, "var.x", "'q'"]}),
        ('a = { b = 1, "c" : d.e\n f = "g" }\n', {"a": {"b": 1, "c": "d.e", "f": "g"}}),
        ("a = f(1,\n  2)\nb = x ? 1 :\n 2\nc = 1\n", {"a": "f(1,\n  2)", "b": "x ? 1 :\n 2", "c": 1}),
        (
            "a = [for x in y : x]\nb = { for k, v in y : k => v }\n",
            {"a": "[for x in y : x]", "b": "{ for k, v in y : k => v }"},
        ),
        (
            'r "t" "n" { a = 1 }\nr "t" "m" { b { c = 1 }\n b { c = 2 } }\n',
            {"r": {"t": {"n": {"a": 1}, "m": {"b": [{"c": 1}, {"c": 2}]}}}},
        ),
        ("r t n { a = 1 }\n", {"r": {"t": {"n": {"a": 1}}}}),
        ("a = <<-E\n    x\n      y\n  E\nb = 1\n", {"a": "x\n  y", "b": 1}),
        ('a = "s" + b\nc = jsonencode({ d = [e] })\n', {"a": '"s" + b', "c": "jsonencode({ d = [e] })"}),
        ('a = "x${f("y")}z"\n', {"a": 'x${f("y")}z'}),
        ("/* a = 1 */ b = 2", {"b": 2}),
        ("", {}),
    ],
)
def test_bodies(text: str, expected: object) -> None:
    root, troubles = read_hcl(text)
    assert (plain(root), troubles) == (expected, ())


def test_lines_and_what_stands_before_a_mistake() -> None:
    root, troubles = read_hcl('a = 1\nr "t" "n" {\n  b = <<E\nx\nE\n}\nc {\n d = 1\n')
    assert (plain(root), [(t.line, t.code) for t in troubles]) == (
        {"a": 1, "r": {"t": {"n": {"b": "x"}}}},
        [(7, "invalid")],
    )
    body = root.get("r").get("t").get("n")
    assert (body.line, body.end_line, body.line_of("b"), body.get("b").text_line) == (2, 6, 3, 4)
    assert read_hcl("a {" * 100)[1][0].code == "too-deep"
    assert read_hcl("a = " + "[" * 100 + "]" * 100)[1] == ()


@given(st.text(alphabet='ab "{}[]()=<E\n#/*$.,:-?', max_size=60))
def test_any_text_is_read(text: str) -> None:
    read_hcl(text)
