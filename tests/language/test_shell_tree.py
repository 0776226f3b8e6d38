"""The tree of a shell text: the same nodes as the parser's, in order, but the parts of texts; cut where it is too deep or too large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.language import shell_tree
from auditor.language.shell import read_shell
from auditor.language.shell_tree import Syntax, parse

TEXTS = {"command_name", "concatenation", "expansion", "raw_string", "simple_expansion", "string", "test_command"}


def kept(node: Syntax) -> Iterator[tuple[object, ...]]:
    yield node.type, node.start_byte, node.end_byte, node.row, node.is_named, len(node.children)
    for child in node.children:
        yield from kept(child)


def parsed(node: Any) -> Iterator[tuple[object, ...]]:
    parts = node.children if node.type not in TEXTS or any(mark in node.text for mark in (b"$(", b"`", b"<(")) else []
    yield node.type, node.start_byte, node.end_byte, node.start_point[0], node.is_named, len(parts)
    for child in parts:
        yield from parsed(child)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["for x in a b; do", "echo $x", "done", "\n", "if a; then", "fi", "$(b)", '"c $d"', '"$(e)"', "[ -f $g ]", "h$i/${j}", "<<E\nx\nE\n", "| c", "'d'", "{", "}"]), max_size=10).map(" ".join))  # fmt: skip
def test_the_tree_is_that_of_the_parser(text: str) -> None:
    source = text.encode()
    assert list(kept(parse(source))) == list(parsed(shell_tree._parser().parse(source).root_node))


def test_what_a_text_runs_is_part_of_the_tree() -> None:
    runs = [
        command.words[0].text
        for command in read_shell('echo "$(first "$(second)")"\nif [ -f "`third`" ]; then y; fi\n')
    ]
    assert {"first", "second", "third"} <= set(runs)


def test_fields() -> None:
    loop = parse(b"for x in a b; do echo $x; done").children[0]
    variable = loop.child_by_field_name("variable")
    assert variable is not None
    assert (variable.type, [node.type for node in loop.children_by_field_name("value")]) == (
        "variable_name",
        ["word", "word"],
    )
    assert loop.child_by_field_name("nothing") is None


@pytest.mark.parametrize(
    ("opening", "closing"), [("$(", ")"), ("${a:-", "}"), ("(", ")"), ("if a; then ", "; fi"), ('"$(', ')"')]
)
def test_what_is_too_deep_is_cut(opening: str, closing: str) -> None:
    text = opening * 5_000 + "x" + closing * 5_000
    levels, node = 0, parse(text.encode())
    while node.children:
        levels, node = levels + 1, max(node.children, key=lambda child: len(child.children))
    assert levels <= shell_tree.MAX_LEVELS
    assert isinstance(read_shell(f"echo {text}\n"), tuple)


def test_what_is_too_large_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_tree, "MAX_NODES", 50)
    assert len(list(kept(parse(b"for x in a; do echo b; done\n" * 100)))) <= 51
