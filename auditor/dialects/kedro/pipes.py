"""Kedro's nodes and pipelines as records: what they are called, how a modular pipeline renames them, parts of a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.dialects.symbolic.things import LITERAL, Thing, Where, options
from auditor.program.naming.code import Local

_ALL_PARAMETERS = "parameters"
_PARAMETER = "params:"


class Named(msgspec.Struct, frozen=True):
    """A dataset or parameter as a node names it."""

    text: str
    trust: float = LITERAL

    @property
    def is_parameter(self) -> bool:
        """Whether it is a parameter, or all of them."""
        return self.text == _ALL_PARAMETERS or self.text.startswith(_PARAMETER)


class Node(msgspec.Struct, frozen=True):
    """One node: `func` is the name of its function, `code` what implements it.

    `bound` tells the names by the parameters of the function that they are for: a position, or a keyword.
    """

    func: str
    code: tuple[Local, ...]
    inputs: tuple[Named, ...]
    outputs: tuple[Named, ...]
    name: str
    namespace: str
    tags: frozenset[str]
    where: Where
    bound: tuple[tuple[int | str, str], ...] = ()

    @property
    def label(self) -> str:
        """The name that Kedro shows: its own, else that of its function, behind its namespace."""
        plain = self.name or self.func
        return f"{self.namespace}.{plain}" if self.namespace else plain

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two nodes one: Kedro takes a node once that is in both of two pipelines."""
        named = (tuple(n.text for n in self.inputs), tuple(n.text for n in self.outputs))
        return (self.label, self.func, *named, self.where.path, self.where.line)


class Pipe(msgspec.Struct, frozen=True):
    """A pipeline: a set of nodes."""

    nodes: tuple[Node, ...] = ()

    def joined(self, other: Pipe) -> Pipe:
        """The nodes of both."""
        return Pipe(tuple({node.key: node for node in (*self.nodes, *other.nodes)}.values()))


class Renaming(msgspec.Struct, frozen=True):
    """How a modular pipeline renames what it is made of."""

    mapping: dict[str, str]
    namespace: str
    prefixed: bool

    def applied(self, node: Node) -> Node:
        """The node under its new names."""
        if not self.mapping and not self.namespace:
            return node
        return msgspec.structs.replace(
            node,
            inputs=tuple(self._renamed(named) for named in node.inputs),
            outputs=tuple(self._renamed(named) for named in node.outputs),
            bound=tuple((key, self._renamed(Named(text)).text) for key, text in node.bound),
            namespace=".".join(part for part in (self.namespace, node.namespace) if part),
        )

    def _renamed(self, named: Named) -> Named:
        text = named.text
        base, at, form = text.partition("@")
        if text in self.mapping:
            return msgspec.structs.replace(named, text=self.mapping[text])
        if text == _ALL_PARAMETERS:
            return named
        if at and base in self.mapping:
            return msgspec.structs.replace(named, text=f"{self.mapping[base]}@{form}")
        if not self.namespace:
            return named
        if text.startswith(_PARAMETER):
            return msgspec.structs.replace(named, text=f"{_PARAMETER}{self.namespace}.{text.removeprefix(_PARAMETER)}")
        return msgspec.structs.replace(named, text=f"{self.namespace}.{text}") if self.prefixed else named


def pipe_of(thing: Thing) -> Thing:
    """The nodes of all the pipelines that a thing can be, as one pipeline; the thing itself where it is none."""
    found = [option for option in options(thing) if isinstance(option, Pipe)]
    joined = found[0] if found else None
    for other in found[1:]:
        joined = joined.joined(other) if joined is not None else other
    return thing if joined is None else joined


def as_parameter(name: str) -> str:
    """A parameter as nodes name it: `params:x` for `x`."""
    return name if name == _ALL_PARAMETERS or name.startswith(_PARAMETER) else f"{_PARAMETER}{name}"


def _upwards(nodes: Iterable[Node], wanted: set[str], *, down: bool) -> Iterator[Node]:
    """Nodes with one of the labels, and all that come before them (after them, if `down`)."""
    listed = list(nodes)
    chosen = [node for node in listed if node.label in wanted or node.name in wanted or node.func in wanted]
    yield from _closed(listed, chosen, down=down)


def _closed(nodes: list[Node], chosen: list[Node], *, down: bool) -> list[Node]:
    found = {node.key: node for node in chosen}
    todo = list(chosen)
    while todo:
        node = todo.pop()
        near = {named.text for named in (node.outputs if down else node.inputs)}
        for other in nodes:
            if other.key not in found and near & {named.text for named in (other.inputs if down else other.outputs)}:
                found[other.key] = other
                todo.append(other)
    return [node for node in nodes if node.key in found]


def _touching(nodes: Iterable[Node], wanted: set[str], *, inputs: bool) -> list[Node]:
    return [node for node in nodes if wanted & {named.text for named in (node.inputs if inputs else node.outputs)}]


CHOICES: dict[str, Callable[[tuple[Node, ...], set[str]], Iterable[Node]]] = {
    "only_nodes": lambda nodes, wanted: [n for n in nodes if {n.label, n.name or n.func} & wanted],
    "only_nodes_with_tags": lambda nodes, wanted: [n for n in nodes if n.tags & wanted],
    "only_nodes_with_namespace": lambda nodes, wanted: [n for n in nodes if _within(n.namespace, wanted)],
    "only_nodes_with_namespaces": lambda nodes, wanted: [n for n in nodes if _within(n.namespace, wanted)],
    "only_nodes_with_inputs": lambda nodes, wanted: _touching(nodes, wanted, inputs=True),
    "only_nodes_with_outputs": lambda nodes, wanted: _touching(nodes, wanted, inputs=False),
    "from_nodes": lambda nodes, wanted: _upwards(nodes, wanted, down=True),
    "to_nodes": lambda nodes, wanted: _upwards(nodes, wanted, down=False),
    "from_inputs": lambda nodes, wanted: _closed(list(nodes), _touching(nodes, wanted, inputs=True), down=True),
    "to_outputs": lambda nodes, wanted: _closed(list(nodes), _touching(nodes, wanted, inputs=False), down=False),
}
FILTERS = {"tags": "only_nodes_with_tags", "node_names": "only_nodes", "node_namespace": "only_nodes_with_namespace",
            "node_namespaces": "only_nodes_with_namespaces"}  # fmt: skip


def _within(namespace: str, wanted: set[str]) -> bool:
    return any(namespace == one or namespace.startswith(f"{one}.") for one in wanted)
