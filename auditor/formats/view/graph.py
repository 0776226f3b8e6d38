"""The page of a dependency graph: pictures, ties, artefacts and what could not be named, ready to be placed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from auditor.formats import ties
from auditor.formats.text import joined, percent, plain, plural
from auditor.formats.view.atlas import MOST_AROUND, MOST_BOXES, Atlas, View
from auditor.formats.view.drawing import Drawing, Drawn, Stroke, Views, atlas, flow
from auditor.formats.view.folders import ROOT, Folders
from auditor.formats.view.graph_tables import NodeRow, TieRow, node_rows, resolution, tie_row, unresolved
from auditor.formats.view.lineage import SHAPE_WORDS, outline
from auditor.formats.view.pieces import Figure, Table
from auditor.model.artefact import Edge, EdgeKind, Node, NodeKind
from auditor.model.export import GraphExport

MOST_TIES, MOST_NODES = 12_000, 8_000
_FOLDED = 400  # ties from which on their table is folded at first
_UNDRAWN = frozenset({EdgeKind.ENV_OF, EdgeKind.CONTAINS})  # packages, and what a file holds, would hide all else
_MINOR = (EdgeKind.CALLS, EdgeKind.ENV_OF, EdgeKind.CONTAINS, EdgeKind.IMPORTS, EdgeKind.PART_OF)
"""Kinds of ties that are left out whole where a page cannot hold all, in this order."""


class Choice(msgspec.Struct, frozen=True):
    """Something to filter by, with its number and, for a kind, its shape."""

    key: str
    words: str
    count: str
    shape: str = ""
    outline: str = ""


class GraphPage(msgspec.Struct, frozen=True):
    """Everything that the templates of the graph place."""

    name: str
    view: str
    revision: str
    figures: tuple[Figure, ...]
    width: int
    height: int
    boxes: tuple[Drawn, ...]
    strokes: tuple[Stroke, ...]
    description: str
    notes: tuple[str, ...]
    atlas: str
    kinds: tuple[Choice, ...]
    states: tuple[Choice, ...]
    shapes: tuple[Choice, ...]
    tie_count: str
    tie_rows: tuple[TieRow, ...]
    node_count: str
    node_rows: tuple[NodeRow, ...]
    folded: bool
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
    folders = Folders(drawable)
    views = Atlas(folders, [flow(folders, edge) for edge in pictured]).views()
    first = views[ROOT][0] if ROOT in views else View((), (), 0, 0, 0, 0)
    rank = {node.id: number for number, node in enumerate(nodes)}
    drawing = Drawing(folders, drawable, pictured)
    return GraphPage(
        name=plain(graph.name) or "this repository",
        view={"all": "", "observed": "Observed ties only", "declared": "Declared ties only"}.get(graph.view, ""),
        revision=plain(graph.revision or "")[:12],
        figures=_figures(graph),
        width=first.width,
        height=first.height,
        boxes=tuple(drawing.box(box.item, box.x, box.y, outside=box.outside) for box in first.boxes),
        strokes=drawing.strokes(first),
        description=_described(first),
        notes=tuple(_notes(graph, nodes, edges, drawable, views)),
        atlas=atlas(folders, [rank[node.id] for node in drawable], views),
        kinds=_kinds(drawable),
        states=_states(pictured),
        shapes=tuple(
            Choice(shape, words, "", shape, outline(shape, 1, 1, 34, 16)) for shape, words in SHAPE_WORDS.items()
        ),
        tie_count=plural(len(edges), "tie"),
        tie_rows=tuple(tie_row(edge, rank) for edge in edges),
        node_count=plural(len(nodes), "artefact"),
        node_rows=node_rows(nodes, edges),
        folded=len(edges) > _FOLDED,
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


def _described(view: View) -> str:
    return (
        f"{plural(len(view.boxes), 'box', 'boxes')} and {plural(len(view.lines), 'line')} between them; a change travels from "
        "left to right. The tables below say the same, and more."
    )


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


def _kinds(nodes: Sequence[Node]) -> tuple[Choice, ...]:
    counts = Counter(ties.kind(node) for node in nodes)
    return tuple(
        Choice(kind, kind, f"{count:,}") for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _states(edges: Sequence[Edge]) -> tuple[Choice, ...]:
    counts = Counter(ties.state(edge) for edge in edges)
    return tuple(Choice(state, words, f"{counts[state]:,}") for state, words in ties.STATES.items() if counts[state])
