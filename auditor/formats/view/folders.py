"""The artefacts of a graph as a tree of folders, so that a picture can hold any number of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from auditor.model.artefact import Node, NodeKind

ROOT = 0
MOST_STEPS = 16
_STEPS = frozenset({NodeKind.STEP, NodeKind.CI_JOB, NodeKind.SERVICE})
"""Kinds that stand beside the file that defines them, unless it defines more than MOST_STEPS."""
_ELSEWHERE = {
    "package": "packages",
    "url": "web addresses",
    "uri": "storage addresses",
    "host": "paths of one machine",
    "env": "environment variables",
    "table": "tables",
    "storage": "storages",
}
_NAMED = "names in hubs and registries"
_GROUPS = frozenset({*_ELSEWHERE.values(), _NAMED})
_UNKNOWN = "in an unknown folder"


class Item(msgspec.Struct, frozen=True):
    """A folder, a file, or a thing in one. `node` counts in the nodes of the graph; -1 for a folder that is none."""

    label: str
    parent: int
    node: int


class Folders:
    """A tree of items: children by item, and the item that each node is."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.items = [Item("", -1, -1)]
        self.children: list[list[int]] = [[]]
        self.home: dict[str, int] = {}
        self.apart: set[int] = set()  # groups of what is no file: packages, addresses
        self._known: dict[tuple[int, str], int] = {}
        self._steps = Counter(node.path for node in nodes if node.kind in _STEPS)
        for number, node in enumerate(nodes):
            self._place(number, node)

    def _place(self, number: int, node: Node) -> None:
        above = ROOT
        names = self._address(node)
        for name in names[:-1]:
            above = self._child(above, name, name)
        # A file that holds other things is one item with them; everything else in it has its id as a name.
        own = names[-1] if node.id == f"file:{node.path}" else node.id
        item = self._child(above, own, names[-1])
        self.items[item] = msgspec.structs.replace(self.items[item], node=number)
        self.home[node.id] = item
        if names[0] in _GROUPS:
            self.apart.add(above)

    def _address(self, node: Node) -> list[str]:
        """The folders that a node lies in, and its own name."""
        prefix, _, rest = node.id.partition(":")
        if prefix == "mem":  # what a pipeline hands on in memory lies where the pipeline does
            return [*rest.split("/")[:-1], node.label]
        if node.path is None:
            return [_ELSEWHERE.get(prefix, _NAMED), node.label]
        segments = [segment for segment in node.path.split("/") if segment]
        if segments and "{" in segments[0] and "{{" not in segments[0]:
            segments.insert(0, _UNKNOWN)
        if node.id == f"file:{node.path}":
            return segments or [rest]
        if node.kind in _STEPS and self._steps[node.path] <= MOST_STEPS:
            return [*segments[:-1], node.label]
        return [*segments, node.label]

    def _child(self, above: int, name: str, label: str) -> int:
        known = self._known.get((above, name))
        if known is None:
            known = self._known[above, name] = len(self.items)
            self.items.append(Item(label, above, -1))
            self.children.append([])
            self.children[above].append(known)
        return known

    def above(self, item: int) -> Iterator[int]:
        """The item, and all that it lies in, the root last."""
        while item >= 0:
            yield item
            item = self.items[item].parent

    def is_folder(self, item: int) -> bool:
        """Whether an item holds others and is no artefact itself."""
        return self.items[item].node < 0 and bool(self.children[item])

    def path(self, item: int, within: int = ROOT) -> str:
        """The labels from the root, or from a folder that holds it, down to an item."""
        names = []
        for above in self.above(item):
            if above in (ROOT, within):
                break
            names.append(self.items[above].label)
        return "/".join(reversed(names)) or self.items[item].label
