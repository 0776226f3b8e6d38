"""The page of a dependency graph: pictures, ties, artefacts and what could not be named, ready to be placed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from auditor.formats import ties
from auditor.formats.text import joined, percent, plain, plural
from auditor.formats.view.atlas import MOST_AROUND, MOST_BOXES
from auditor.formats.view.chart import Chart, charted
from auditor.formats.view.drawing import Views
from auditor.formats.view.graph_tables import resolution, unresolved
from auditor.formats.view.pieces import Figure, Table
from auditor.model.artefact import Edge, EdgeKind, Node, NodeKind
from auditor.model.export import GraphExport

MOST_TIES, MOST_NODES = 12_000, 8_000
_UNDRAWN = frozenset({EdgeKind.ENV_OF, EdgeKind.CONTAINS})  # packages, and what a file holds, would hide all else
_MINOR = (EdgeKind.CALLS, EdgeKind.ENV_OF, EdgeKind.CONTAINS, EdgeKind.IMPORTS, EdgeKind.PART_OF)
"""Kinds of ties that are left out whole where a page cannot hold all, in this order."""


class GraphPage(msgspec.Struct, frozen=True):
    """Everything that the templates of the graph place."""

    name: str
    view: str
    revision: str
    figures: tuple[Figure, ...]
    chart: Chart
    notes: tuple[str, ...]
    resolution: Table | None
    unresolved: Table | None


def page(graph: GraphExport) -> GraphPage:
    """The page of a graph; what had to be left out is said in its notes."""
    edges = _chosen_edges(graph.edges)
    nodes = _chosen_nodes(graph.nodes, edges)
    kept = {node.id for node in nodes}
    edges = [edge for edge in edges if edge.source in kept and edge.target in kept]
    pictured = [edge for edge in edges if edge.kind not in _UNDRAWN]
    tied = {end for edge in pictured for end in (edge.source, edge.target)}
    drawable = [node for node in nodes if node.id in tied]
    found, views = charted(nodes, edges, drawable, pictured)
    return GraphPage(
        name=plain(graph.name) or "this repository",
        view={"all": "", "observed": "Observed ties only", "declared": "Declared ties only"}.get(graph.view, ""),
        revision=plain(graph.revision or "")[:12],
        figures=_figures(graph),
        chart=found,
        notes=tuple(_notes(graph, nodes, edges, drawable, views)),
        resolution=resolution(graph),
        unresolved=unresolved(graph),
    )


def _chosen_edges(edges: Sequence[Edge]) -> list[Edge]:
    kept = list(edges)
    for kind in _MINOR:
        if len(kept) > MOST_TIES:
            kept = [edge for edge in kept if edge.kind is not kind]
    return kept[:MOST_TIES]


def _chosen_nodes(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Node]:
    if len(nodes) <= MOST_NODES:
        return list(nodes)
    degree = Counter(end for edge in edges for end in (edge.source, edge.target))
    chosen = {node.id for node in sorted(nodes, key=lambda node: (-degree[node.id], node.id))[:MOST_NODES]}
    return [node for node in nodes if node.id in chosen]


def _figures(graph: GraphExport) -> tuple[Figure, ...]:
    states = Counter(ties.state(edge) for edge in graph.edges)
    calls = sum(item.calls for item in graph.resolution)
    named = calls - sum(len(item.unresolved) for item in graph.resolution)
    return (
        Figure("Artefacts", f"{len(graph.nodes):,}", f"of {plural(len({node.kind for node in graph.nodes}), 'kind')}"),
        Figure("Ties", f"{len(graph.edges):,}", f"{states['observed']:,} observed, {states['declared']:,} declared, {states['agreed']:,} both"),
        Figure("Contradictions", f"{states['mismatch']:,}", "between a declared step and its code"),
        Figure("I/O calls named", percent(named / calls if calls else None), f"{named:,} of {calls:,}" if calls else "none in code"),
    )  # fmt: skip


def _notes(
    graph: GraphExport, nodes: Sequence[Node], edges: Sequence[Edge], drawable: Sequence[Node], views: Views
) -> list[str]:
    """What the pictures and the page leave out."""
    packages = sum(node.kind is NodeKind.PACKAGE for node in nodes)
    loose = len(nodes) - len(drawable) - packages
    said = []
    if packages:
        said.append(f"{plural(packages, 'package')} and what installs them are in the tables, not in the pictures.")
    if loose > 0:
        said.append(
            f"{plural(loose, 'artefact')} without a tie to draw {'is' if loose == 1 else 'are'} in the table of artefacts alone."
        )
    if any(both[0].hidden for both in views.values()):
        said.append(
            f"A picture shows at most {MOST_BOXES} boxes of a folder, those with the most ties, and {MOST_AROUND} of what lies around it; each says what it leaves out."
        )
    if left := len(graph.nodes) - len(nodes):
        said.append(
            f"{left:,} of {len(graph.nodes):,} artefacts, the least connected, are not on this page; the JSON of this graph holds them all."
        )
    if left := len(graph.edges) - len(edges):
        gone = {edge.kind for edge in graph.edges} - {edge.kind for edge in edges}
        kinds = joined([kind.value.replace("_", " ") for kind in _MINOR if kind in gone])
        what = (
            f", among them all of the kinds {kinds},"
            if len(gone) > 1
            else f", among them all of the kind {kinds},"
            if gone
            else ""
        )
        said.append(
            f"{left:,} of {len(graph.edges):,} ties{what} are not on this page; the JSON of this graph holds them all."
        )
    return said
