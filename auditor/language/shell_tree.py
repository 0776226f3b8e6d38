"""The syntax tree of a shell text as plain objects.

The parser's own objects live in C and hold on to each other; here they end where the text has been read once. What follows the
tree may keep any part of it for as long as it likes, and a tree too deep or too large is cut instead of entered.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from auditor.model.regex import regex

MAX_NODES = 500_000
MAX_LEVELS = 400


class Syntax:
    """A node: its kind, its bytes, the field of its parent that it stands in, and its children. `starts` are those of all lines."""

    __slots__ = ("children", "end_byte", "field", "is_named", "start_byte", "starts", "type")

    def __init__(self, node: Any, field: str | None, starts: Sequence[int]) -> None:
        self.type: str = node.type
        self.start_byte: int = node.start_byte
        self.end_byte: int = node.end_byte
        self.is_named: bool = node.is_named
        self.field = field
        self.starts = starts
        self.children: list[Syntax] = []

    @property
    def row(self) -> int:
        """Its line, counted from 0."""
        return bisect_right(self.starts, self.start_byte) - 1

    @property
    def named_children(self) -> list[Syntax]:
        """The children that are more than punctuation and keywords."""
        return [child for child in self.children if child.is_named]

    def child_by_field_name(self, name: str) -> Syntax | None:
        """The first child in a field."""
        return next((child for child in self.children if child.field == name), None)

    def children_by_field_name(self, name: str) -> list[Syntax]:
        """All children in a field."""
        return [child for child in self.children if child.field == name]


def parse(source: bytes) -> Syntax:
    """The tree of a text, whatever the text is."""
    tree = _parser().parse(source)
    cursor = tree.walk()
    starts = [0, *accumulate(len(line) for line in source.split(b"\n")[:-1])]
    starts = [start + number for number, start in enumerate(starts)]  # and the ends of the lines before
    root = Syntax(cursor.node, None, starts)
    above = [root]
    runs = [found.start() for found in _RUNNING.finditer(source)]
    left = MAX_NODES
    entered = cursor.goto_first_child()
    while entered:
        made = Syntax(cursor.node, cursor.field_name, starts)
        above[-1].children.append(made)
        left -= 1
        enters = made.type not in _TEXTS or _any_within(runs, made.start_byte, made.end_byte)
        if enters and left and len(above) < MAX_LEVELS and cursor.goto_first_child():
            above.append(made)
            continue
        while left and not cursor.goto_next_sibling():
            above.pop()
            if not above or not cursor.goto_parent():
                return root
        entered = left > 0
    return root


def give_back(redirects: Sequence[Syntax], body: Syntax) -> None:
    """Give the words behind the file of a redirection back to the last command before it: `echo a > b c` prints two words, and
    the grammar takes both for files."""
    while body.type in ("list", "pipeline") and body.named_children:
        body = body.named_children[-1]
    for redirect in redirects if body.type == "command" else ():
        words = redirect.children_by_field_name("destination")[1:]
        redirect.children = [child for child in redirect.children if child not in words]
        body.children += words


_TEXTS = frozenset(
    {"command_name", "concatenation", "expansion", "raw_string", "simple_expansion", "string", "test_command"}
)
"""What is read as text: its parts are of no concern unless something is run in it."""
_RUNNING = regex(rb"[$<]\(|`")


def _any_within(places: list[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


@cache
def _parser() -> Any:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
