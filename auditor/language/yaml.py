"""YAML with lines, duplicate keys and unknown tags; scalars are typed by the YAML 1.2 core schema."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from auditor.language.node import ListNode, MapNode, Node, Scalar, Single
from auditor.language.yaml_plain import plain_documents
from auditor.language.yaml_scalars import TELLING, typed
from auditor.model.facts import Leaf, Trouble
from auditor.model.regex import regex

MAX_DEPTH = 100
MAX_ALIASED = 100_000  # nodes that aliases and merge keys may add

_CORE = "tag:yaml.org,2002:"
_TEMPLATE = regex(r"\{\{|\{%")


class _BoundError(Exception):
    """A bound was passed."""


class _UnknownAliasError(Exception):
    """An alias of nothing: its name, and the line where it stands."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(name)
        self.line = line


def read_yaml(text: str) -> tuple[tuple[Node, ...], tuple[Leaf, ...], tuple[Trouble, ...]]:
    """The documents of a YAML text, the leaves that a later duplicate key hides, and what could not be read.

    Documents before a mistake are kept. No constructor is ever run; anchors and merge keys are expanded within bounds.
    """
    plain = plain_documents(text)
    if plain is not None:
        return plain, (), ()
    import yaml

    building = _Building(text)
    trouble: tuple[Trouble, ...] = ()
    try:
        building.read()
    except yaml.YAMLError as error:
        trouble = (_trouble(error, text),)
    except _UnknownAliasError as error:
        trouble = (Trouble(error.line, f"YAML: undefined alias {error.args[0]!r}", "invalid"),)
    except (_BoundError, RecursionError) as error:
        trouble = (Trouble(None, str(error) or "nested too deeply", "too-deep"),)
    return tuple(building.documents), _duplicates(building), trouble


class _Library(NamedTuple):
    """What is used of PyYAML: the bare parser, without the parts that resolve and construct, and the kinds of its events."""

    parser: Callable[[str], Any]
    scalar: Any
    alias: Any
    map_start: Any
    map_end: Any
    list_start: Any
    list_end: Any
    document_start: Any
    stream_end: Any


@cache
def _library() -> _Library:
    import yaml

    bare: Any = yaml.SafeLoader
    if yaml.__with_libyaml__:
        from yaml import _yaml

        bare = _yaml.CParser
    return _Library(
        bare,
        yaml.ScalarEvent,
        yaml.AliasEvent,
        yaml.MappingStartEvent,
        yaml.MappingEndEvent,
        yaml.SequenceStartEvent,
        yaml.SequenceEndEvent,
        yaml.DocumentStartEvent,
        yaml.StreamEndEvent,
    )


class _Building:
    """Builds our nodes from the events of PyYAML's parser: its own tree of nodes would cost as much again."""

    def __init__(self, text: str) -> None:
        self.documents: list[Node] = []
        self.shadows = False  # whether a map says a key twice
        self.added = 0  # values that aliases and merge keys added
        self.anchors: dict[str, Node | None] = {}  # None: not whole yet
        self.kinds = kinds = _library()
        self.event: Callable[[], Any] = kinds.parser(text).get_event
        # functions of the class: bound ones would hold on to this object, which holds them
        self.build: dict[Any, Callable[[_Building, Any, int], Node]] = {
            kinds.scalar: _Building._single,
            kinds.map_start: _Building._map,
            kinds.list_start: _Building._list,
            kinds.alias: _Building._known,
        }

    def read(self) -> None:
        """Reads all documents; those that are whole are there even where this raises."""
        end, start = self.kinds.stream_end, self.kinds.document_start
        while (kind := self.event().__class__) is not end:
            if kind is start:
                self.anchors.clear()
                event = self.event()
                self.documents.append(self.build[event.__class__](self, event, 0))

    def _single(self, event: Any, _depth: int) -> Node:
        """The value of a scalar."""
        text, tag, style = event.value, event.tag, event.style
        line, end = event.start_mark.line + 1, event.end_mark.line + 1
        kind, value, own = "str", text, ""
        if tag is not None and tag != "!":
            (kind, value), own = _tagged(tag, text), _own_tag(tag)
        elif text[:1] in TELLING and event.implicit[0]:
            kind, value = typed(text)
        block = style == "|" or style == ">"
        if block:
            lines = max(text.rstrip("\n").count("\n") + 1, 1)
            end = line + lines if style == "|" else max(line, end - 1)
        made = Single(kind, line, end, value, text, own, block)
        if event.anchor is not None:
            self.anchors[event.anchor] = made
        return made

    def _list(self, start: Any, depth: int) -> Node:
        self._begin(start, depth)
        line = end = start.start_mark.line + 1
        made = ListNode(line, line, _own_tag(start.tag) if start.tag else "")
        parts, event_of, build, stop = made.parts, self.event, self.build, self.kinds.list_end
        while (kind := (event := event_of()).__class__) is not stop:
            part = build[kind](self, event, depth + 1)
            parts.append(part)
            if part.end_line > end:
                end = part.end_line
        made.end_line = max(end, event.end_mark.line + 1) if start.flow_style else end
        if start.anchor is not None:
            self.anchors[start.anchor] = made
        return made

    def _map(self, start: Any, depth: int) -> Node:
        self._begin(start, depth)
        at = end = start.start_mark.line + 1
        made = MapNode(at, at, _own_tag(start.tag) if start.tag else "")
        entries, lines, event_of, build = made.entries, made.key_lines, self.event, self.build
        scalar, stop = self.kinds.scalar, self.kinds.map_end
        merged: list[Node] = []
        while (kind := (event := event_of()).__class__) is not stop:
            if kind is scalar and event.anchor is None:
                name, at = event.value, event.start_mark.line + 1
                merges = name == "<<" and event.tag is None and event.implicit[0]
            else:
                key, merges = build[kind](self, event, depth + 1), False
                name, at = "?" if key.kind in ("map", "list") else key.raw, key.line
            event = event_of()
            part = build[event.__class__](self, event, depth + 1)
            if merges:
                merged += part.maps()
                end = at
                continue
            end = part.end_line  # what comes later ends later
            if name in entries:
                self.shadows = True
                made.put(name, part, at)
            else:
                entries[name], lines[name] = part, at
        end = max(end, at)  # but an alias ends where its anchor does
        made.end_line = max(end, event.end_mark.line + 1) if start.flow_style else end
        if merged:
            self._merge(made, merged)
        if start.anchor is not None:
            self.anchors[start.anchor] = made
        return made

    def _begin(self, start: Any, depth: int) -> None:
        if depth >= MAX_DEPTH:
            raise _BoundError(f"nested more than {MAX_DEPTH} levels")
        if start.anchor is not None:
            self.anchors[start.anchor] = None

    def _known(self, event: Any, _depth: int) -> Node:
        """What an alias stands for."""
        if event.anchor not in self.anchors:
            raise _UnknownAliasError(event.anchor, event.start_mark.line + 1)
        known = self.anchors[event.anchor]
        if known is None:
            raise _BoundError("an alias that contains itself")
        if known.entries or known.parts:
            self._grow(_size(known))
        return known

    def _grow(self, count: int) -> None:
        self.added += count
        if self.added > MAX_ALIASED:
            raise _BoundError(f"aliases expand to more than {MAX_ALIASED} values")

    def _merge(self, made: MapNode, bases: list[Node]) -> None:
        """What `<<` names comes first, as PyYAML and ruamel order it; the map's own entries win."""
        own, lines = made.entries, made.key_lines
        made.entries, made.key_lines = {}, {}
        for base in bases:
            self._grow(len(base.entries))
            for key, value in base.items():
                made.entries.setdefault(key, value)
                made.key_lines.setdefault(key, base.line_of(key))
        made.entries.update(own)
        made.key_lines.update(lines)


def _size(node: Node) -> int:
    """The values in a node and itself, aliases expanded; the counting ends where there are too many."""
    count, pending = 0, [node]
    while pending and count <= MAX_ALIASED:
        count += 1
        inner = pending.pop()
        pending += inner.parts or inner.entries.values()
    return count


def _tagged(tag: str, text: str) -> tuple[str, Scalar]:
    if not tag.startswith(_CORE):
        return "tag", text
    kind, value = typed(text)
    wanted = tag.removeprefix(_CORE)
    return (kind, value) if wanted in (kind, "float") and kind in ("int", "float", "bool", "null") else ("str", text)


def _own_tag(tag: str | None) -> str:
    return "" if tag is None or tag == "!" or tag.startswith(_CORE) else tag


def _trouble(error: Any, text: str) -> Trouble:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    says = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).partition("\n")[0]
    code = "template" if _TEMPLATE.search(text) else "invalid"
    return Trouble(mark.line + 1 if mark is not None else None, f"YAML: {says}", code)


def _duplicates(building: _Building) -> tuple[Leaf, ...]:
    if not building.shadows:
        return ()
    found: list[Leaf] = []
    pending = [("", document, 0) for document in reversed(building.documents)]
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
