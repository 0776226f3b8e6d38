"""YAML with lines, duplicate keys and unknown tags; scalars are typed by the YAML 1.2 core schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from auditor.language.node import MAX_INT, Node, Scalar
from auditor.model.facts import Leaf, Trouble

MAX_DEPTH = 100
MAX_ALIASED = 100_000  # nodes that aliases and merge keys may add

_PLAIN, _QUOTED = "plain", "quoted"
_CORE = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, tuple[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("null", None)),
    **dict.fromkeys(("true", "True", "TRUE"), ("bool", True)),
    **dict.fromkeys(("false", "False", "FALSE"), ("bool", False)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), ("float", float("inf"))),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), ("float", float("-inf"))),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("float", None)),
}
_NUMERIC = frozenset("+-.0123456789")
_TEMPLATE = re.compile(r"\{\{|\{%")


class _BoundError(Exception):
    """A bound was passed."""


def read_yaml(text: str) -> tuple[tuple[Node, ...], tuple[Leaf, ...], tuple[Trouble, ...]]:
    """The documents of a YAML text, the leaves that a later duplicate key hides, and what could not be read.

    Documents before a mistake are kept. No constructor is ever run; anchors and merge keys are expanded within bounds.
    """
    import yaml

    documents: list[Node] = []
    growth = _Growth()
    try:
        for root in _compose(text):
            documents.append(_Conversion(growth).node(root, 0)[0])  # noqa: PERF401  # those before a mistake are kept
    except yaml.YAMLError as error:
        return tuple(documents), _duplicates(documents, growth), (_trouble(error, text),)
    except (_BoundError, RecursionError) as error:
        message = str(error) or "nested too deeply"
        return tuple(documents), _duplicates(documents, growth), (Trouble(None, message, "too-deep"),)
    return tuple(documents), _duplicates(documents, growth), ()


def typed(text: str) -> tuple[str, Scalar]:
    """Kind and value of a plain scalar by the YAML 1.2 core schema: `on` is text, `1e-3` a number, `010` ten."""
    known = _WORDS.get(text)
    if known is not None:
        return known
    if text[0] not in _NUMERIC:
        return "str", text
    if _INT.fullmatch(text):
        return _whole(text)
    if _FLOAT.fullmatch(text):
        return "float", float(text)
    return "str", text


def _whole(text: str) -> tuple[str, Scalar]:
    if len(text) > 40:
        return "str", text
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    value = int(text[2:] if base != 10 else text, base)
    return ("int", value) if -MAX_INT <= value <= MAX_INT else ("str", text)


@cache
def _loader() -> Any:
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Composer(base):  # type: ignore[valid-type, misc]  # which of the two is there is known at run time only
        """Composes without PyYAML's own typing, and refuses to go too deep."""

        depth = 0

        def resolve(self, kind: Any, value: Any, implicit: Any) -> str:  # noqa: ARG002  # PyYAML calls it
            if kind is yaml.ScalarNode and not implicit[0]:
                return _QUOTED
            return _PLAIN

        def descend_resolver(self, parent: Any, index: Any) -> None:  # noqa: ARG002  # PyYAML calls it
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise _BoundError(f"nested more than {MAX_DEPTH} levels")

        def ascend_resolver(self) -> None:
            self.depth -= 1

    return Composer


def _compose(text: str) -> Iterator[Any]:
    loader = _loader()(text)
    try:
        while loader.check_node():
            yield loader.get_node()
    finally:
        loader.dispose()


class _Growth:
    """Nodes that aliases added to the whole text."""

    def __init__(self) -> None:
        self.added = 0
        self.shadows = False  # whether a map says a key twice

    def by(self, count: int) -> None:
        self.added += count
        if self.added > MAX_ALIASED:
            raise _BoundError(f"aliases expand to more than {MAX_ALIASED} values")


class _Conversion:
    """Turns PyYAML's node tree into ours, sharing what aliases share."""

    def __init__(self, growth: _Growth) -> None:
        self.growth = growth
        self.done: dict[int, tuple[Node, int] | None] = {}

    def node(self, source: Any, depth: int) -> tuple[Node, int]:
        """Our node and the number of values in it, aliases expanded."""
        if source.id == "scalar":
            return _scalar(source), 1
        if depth > MAX_DEPTH:
            raise _BoundError(f"nested more than {MAX_DEPTH} levels")
        key = id(source)
        if key in self.done:
            known = self.done[key]
            if known is None:
                raise _BoundError("an alias that contains itself")
            self.growth.by(known[1])
            return known
        self.done[key] = None
        made = self._map(source, depth) if source.id == "mapping" else self._list(source, depth)
        self.done[key] = made
        return made

    def _list(self, source: Any, depth: int) -> tuple[Node, int]:
        line = source.start_mark.line + 1
        made, size = Node("list", line, line, tag=_own_tag(source.tag)), 1
        for item in source.value:
            part, count = (_scalar(item), 1) if item.id == "scalar" else self.node(item, depth + 1)
            made.parts.append(part)
            size += count
            made.end_line = max(made.end_line, part.end_line)
        if source.flow_style:
            made.end_line = max(made.end_line, source.end_mark.line + 1)
        return made, size

    def _map(self, source: Any, depth: int) -> tuple[Node, int]:
        line = source.start_mark.line + 1
        made, size = Node("map", line, line, tag=_own_tag(source.tag)), 1
        entries, lines, end = made.entries, made.key_lines, line
        merged: list[Node] = []
        for key, value in source.value:
            part, count = (_scalar(value), 1) if value.id == "scalar" else self.node(value, depth + 1)
            size += count
            if key.id == "scalar" and key.value == "<<" and key.tag == _PLAIN:
                merged += part.maps()
                continue
            name = key.value if key.id == "scalar" else "?"
            at = key.start_mark.line + 1
            if name in entries:
                self.growth.shadows = True
                made.put(name, part, at)
            else:
                entries[name], lines[name] = part, at
            end = max(end, part.end_line, at)
        made.end_line = end
        if source.flow_style:
            made.end_line = max(made.end_line, source.end_mark.line + 1)
        if merged:
            self._merge(made, merged)
        return made, size

    def _merge(self, made: Node, bases: list[Node]) -> None:
        """What `<<` names comes first, as PyYAML and ruamel order it; the map's own entries win."""
        own, lines = made.entries, made.key_lines
        made.entries, made.key_lines = {}, {}
        for base in bases:
            self.growth.by(len(base.entries))
            for key, value in base.items():
                made.entries.setdefault(key, value)
                made.key_lines.setdefault(key, base.line_of(key))
        made.entries.update(own)
        made.key_lines.update(lines)


def _scalar(source: Any) -> Node:
    start, end = source.start_mark, source.end_mark
    line, text, tag = start.line + 1, source.value, source.tag
    if tag == _PLAIN:
        kind, value = typed(text)
    elif tag == _QUOTED:
        kind, value = "str", text
    else:
        kind, value = _tagged(tag, text)
    made = Node(kind, line, end.line + 1, value=value, raw=text, tag=_own_tag(tag))
    if source.style in ("|", ">"):
        made.text_line = line + 1
        made.end_line = line + max(text.rstrip("\n").count("\n") + 1, 1) if source.style == "|" else max(line, end.line)
    return made


def _tagged(tag: str, text: str) -> tuple[str, Scalar]:
    if not tag.startswith(_CORE):
        return "tag", text
    kind, value = typed(text)
    wanted = tag.removeprefix(_CORE)
    return (kind, value) if wanted in (kind, "float") and kind in ("int", "float", "bool", "null") else ("str", text)


def _own_tag(tag: str) -> str:
    return "" if tag in (_PLAIN, _QUOTED) or tag.startswith(_CORE) else tag


def _trouble(error: Any, text: str) -> Trouble:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    says = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).partition("\n")[0]
    code = "template" if _TEMPLATE.search(text) else "invalid"
    return Trouble(mark.line + 1 if mark is not None else None, f"YAML: {says}", code)


def _duplicates(documents: list[Node], growth: _Growth) -> tuple[Leaf, ...]:
    if not growth.shadows:
        return ()
    found: list[Leaf] = []
    pending = [("", document, 0) for document in reversed(documents)]
    seen: set[int] = set()
    while pending and len(found) < 1000:
        prefix, node, depth = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for key, line, hidden in node.shadowed:
            found.append(Leaf(prefix + key, hidden.value, hidden.kind, line))
        pending += [(f"{prefix}{key}.", part, depth + 1) for key, part in node.items() if part.entries or part.parts]
        pending += [
            (f"{prefix}{index}.", part, depth + 1)
            for index, part in enumerate(node.parts)
            if part.entries or part.parts
        ]
    return tuple(sorted(found, key=lambda leaf: leaf.line))
