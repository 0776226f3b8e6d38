"""The compact store behind the graph: nodes and edges, merged as evidence comes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TypeAlias

from auditor.model.artefact import Edge, EdgeKind, Evidence, Node, NodeKind

Attr: TypeAlias = str | int | float | bool | list[str]

SPECIFIC = (
    NodeKind.PIPELINE, NodeKind.MODEL, NodeKind.METRIC, NodeKind.REPORT, NodeKind.DATASET, NodeKind.EXTERNAL_DATASET,
    NodeKind.ENV, NodeKind.CONFIG, NodeKind.NOTEBOOK, NodeKind.SCRIPT, NodeKind.MODULE, NodeKind.DOCUMENT,
)  # fmt: skip
"""Uses of a file, the most specific first: the kind of a node is the first that it is put to."""


class Store:
    """Collects nodes and edges; the same one stated twice is one, with both pieces of evidence."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, object]] = {}
        self._kinds: dict[str, set[NodeKind]] = defaultdict(set)
        self._attrs: dict[str, dict[str, Attr]] = defaultdict(dict)
        self._edges: dict[tuple[str, str, EdgeKind], list[Evidence]] = defaultdict(list)
        self._edge_attrs: dict[tuple[str, str, EdgeKind], dict[str, Attr]] = defaultdict(dict)

    def node(self, node: str, kind: NodeKind, label: str = "", **fields: object) -> str:
        """State a node; returns its id. `fields` are `path`, `line`, `end_line`, `cell`; the rest are attributes."""
        record = self._nodes.setdefault(node, {})
        self._kinds[node].add(kind)
        if label and "label" not in record:
            record["label"] = label
        for name, value in fields.items():
            if name in ("path", "line", "end_line", "cell"):
                record.setdefault(name, value)
            elif value is not None:
                self._attrs[node][name] = value  # type: ignore[assignment]  # callers pass attribute values here
        return node

    def edge(self, source: str, target: str, kind: EdgeKind, evidence: Iterable[Evidence] = (), **attrs: Attr) -> None:
        """State an edge between two stated nodes."""
        key = (source, target, kind)
        self._edges[key] += evidence
        if attrs:
            self._edge_attrs[key].update(attrs)

    def has(self, node: str) -> bool:
        """Whether a node was stated."""
        return node in self._nodes

    def places(self) -> Iterator[tuple[str, NodeKind, str]]:
        """The nodes that have a path, by id: id, kind and path."""
        for name in sorted(self._nodes):
            path = self._nodes[name].get("path")
            if path is not None:
                yield name, self._kind(name), str(path)

    def _kind(self, node: str) -> NodeKind:
        kinds = self._kinds[node]
        if len(kinds) == 1:
            return next(iter(kinds))
        return next((kind for kind in SPECIFIC if kind in kinds), min(kinds, key=lambda kind: kind.value))

    def nodes(self) -> Iterator[Node]:
        """All nodes by id."""
        for name in sorted(self._nodes):
            record, kinds, kind = self._nodes[name], self._kinds[name], self._kind(name)
            attrs: dict[str, Attr] = dict(sorted(self._attrs.get(name, {}).items()))
            if len(kinds) > 1:
                attrs["kinds"] = sorted(k.value for k in kinds)
            label = str(record.get("label") or name.partition(":")[2])
            yield Node(
                name,
                kind,
                label,
                record.get("path"),  # type: ignore[arg-type]  # the record holds what node() was given
                record.get("line"),  # type: ignore[arg-type]  # as above
                record.get("end_line"),  # type: ignore[arg-type]  # as above
                record.get("cell"),  # type: ignore[arg-type]  # as above
                attrs,
            )

    def edges(self) -> Iterator[Edge]:
        """All edges by source, target and kind."""
        for key, pieces in sorted(self._edges.items(), key=itemgetter(0)):
            source, target, kind = key
            evidence = tuple(sorted(dict.fromkeys(pieces), key=_order) if len(pieces) > 1 else pieces)
            attrs = self._edge_attrs.get(key)
            yield Edge(
                source,
                target,
                kind,
                combined(evidence),
                bool(evidence) and all(e.declared for e in evidence),
                evidence,
                dict(sorted(attrs.items())) if attrs else {},
            )


def _order(evidence: Evidence) -> tuple[object, ...]:
    return (
        evidence.path,
        evidence.cell or -1,
        evidence.line or 0,
        evidence.how,
        evidence.snippet,
        evidence.declared,
        evidence.confidence,
    )


@lru_cache(maxsize=1_000)  # the same few values
def _alone(confidence: float) -> float:
    return round(1 - (1 - confidence), 4)


def combined(evidence: Iterable[Evidence]) -> float:
    """Noisy-OR over independent pieces; pieces from the same line are one, the strongest (GRAPH §5)."""
    pieces = tuple(evidence)
    if len(pieces) == 1:
        return _alone(pieces[0].confidence)
    strongest: dict[tuple[str, int | None, int | None], float] = {}
    for piece in pieces:
        key = (piece.path, piece.cell, piece.line)
        strongest[key] = max(strongest.get(key, 0.0), piece.confidence)
    remaining = 1.0
    for confidence in strongest.values():
        remaining *= 1 - confidence
    return round(1 - remaining, 4) if strongest else 0.95
