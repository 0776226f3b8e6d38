"""One tree for YAML, TOML, JSON and INI documents, with lines."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, ValuesView
from typing import TypeAlias

from msgspec import Struct, field

Scalar: TypeAlias = str | int | float | bool | None

MAX_INT = 2**63 - 1  # larger ones stay text: they are identifiers, and no cache could hold them


class Node:
    """A value of a document: a `MapNode`, a `ListNode` or a `Single`.

    `kind` is `map`, `list`, `str`, `int`, `float`, `bool`, `null`, `tag` (a scalar of an unknown tag) or `absent`.
    `raw` is a scalar as written (`3.10` stays `3.10`), `value` its typed value. `line` is that of the value itself
    (1-based, 0 = unknown). `shadowed` are entries that a later one of the same key hides.
    """

    __slots__ = ()

    kind: str
    line: int
    end_line: int
    tag: str
    # what other kinds of values have: nobody puts anything into these
    value: Scalar = None
    raw: str = ""
    entries: dict[str, Node] = {}  # noqa: RUF012
    key_lines: dict[str, int] = {}  # noqa: RUF012
    parts: list[Node] = []  # noqa: RUF012
    shadowed: tuple[tuple[str, int, Node], ...] = ()

    @property
    def text_line(self) -> int:
        """The first line of its text: that of a block scalar stands below its line."""
        return self.line

    def __bool__(self) -> bool:
        """False only for what is not there: a null or an empty text is."""
        return self.kind != "absent"

    def __repr__(self) -> str:
        return f"Node({self.kind}, line={self.line}, {self.raw or len(self.entries) or len(self.parts)})"

    def get(self, key: str) -> Node:
        """The value under a key of a map, else a node of kind `absent`."""
        return self.entries.get(key, ABSENT)

    def has_any(self, keys: frozenset[str]) -> bool:
        """Whether a map has one of these keys."""
        return not keys.isdisjoint(self.entries)

    def items(self) -> ItemsView[str, Node]:
        """Keys and values of a map, in order; nothing for other kinds."""
        return self.entries.items()

    def values(self) -> ValuesView[Node]:
        """The values of a map, in order; nothing for other kinds."""
        return self.entries.values()

    def line_of(self, key: str) -> int:
        """The line where a key of this map stands (0 = unknown)."""
        return self.key_lines.get(key, self.line)

    def texts(self) -> Iterator[Node]:
        """The scalars of a list (nested lists included), or the scalar itself."""
        if self.is_scalar:
            yield self
        for part in self.parts:
            if part.is_scalar:
                yield part
            elif part.parts:
                yield from part.texts()

    def maps(self) -> Iterator[Node]:
        """The maps among the elements of a list, or the map itself."""
        if self.kind == "map":
            yield self
        for part in self.parts:
            if part.kind == "map":
                yield part

    @property
    def is_scalar(self) -> bool:
        """Whether this is a single value; null is not."""
        return self.kind in _SCALARS


class MapNode(Node, Struct, eq=False, gc=False):
    """A map. No collector need look at it: a document has no cycles."""

    line: int
    end_line: int
    tag: str = ""
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    shadowed: tuple[tuple[str, int, Node], ...] = ()

    kind = "map"

    def put(self, key: str, node: Node, line: int) -> None:
        """Set an entry while the document is being built; a former one of that key becomes `shadowed`."""
        former = self.entries.get(key)
        if former is not None:
            self.shadowed = (*self.shadowed, (key, self.key_lines[key], former))
        self.entries[key] = node
        self.key_lines[key] = line


class ListNode(Node, Struct, eq=False, gc=False):
    """A list."""

    line: int
    end_line: int
    tag: str = ""
    parts: list[Node] = field(default_factory=list)

    kind = "list"


class Single(Node, Struct, frozen=True, eq=False, gc=False):
    """A single value: most nodes of a document are these."""

    kind: str
    line: int
    end_line: int
    value: Scalar
    raw: str
    tag: str = ""
    is_block: bool = False

    @property
    def text_line(self) -> int:
        """The line below its own where it is a block scalar."""
        return self.line + self.is_block


_SCALARS = frozenset({"str", "int", "float", "bool", "tag"})
ABSENT = Single("absent", 0, 0, None, "")


def scalar(value: object, line: int) -> Node:
    """A node for a scalar that another parser has typed already."""
    if type(value) is str:
        return Single("str", line, line, value, value)
    kind, kept = _typed(value)
    return Single(kind, line, line, kept, "" if value is None else str(value))


def _typed(value: object) -> tuple[str, Scalar]:
    if value is None:
        return "null", None
    if isinstance(value, bool):
        return "bool", value
    if isinstance(value, int):
        return ("int", value) if -MAX_INT <= value <= MAX_INT else ("str", str(value))
    if isinstance(value, float):
        return "float", None if value != value else value  # a NaN is not equal to itself; facts must be
    return "str", str(value)
