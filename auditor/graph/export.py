"""The graph for people and programs outside: all of it, what is observed, or what is declared."""

from __future__ import annotations

from msgspec.structs import replace

from auditor.graph import Graphs
from auditor.graph.store import combined
from auditor.model.artefact import Edge
from auditor.model.export import SCHEMA, GraphExport

VIEWS = ("all", "observed", "declared")


def export(graphs: Graphs, view: str = "all") -> GraphExport:
    """Nodes and edges of a view. An edge with both kinds of evidence is in both views; nodes without edges stay."""
    edges = tuple(kept for edge in graphs.edges if (kept := _viewed(edge, view)) is not None)
    return GraphExport(SCHEMA, view, tuple(graphs.nodes.values()), edges)


def _viewed(edge: Edge, view: str) -> Edge | None:
    """The edge with the evidence that counts in a view; None where none does. What needs no evidence is in every view."""
    if view == "all" or not edge.evidence:
        return edge
    evidence = tuple(piece for piece in edge.evidence if piece.declared == (view == "declared"))
    return replace(edge, evidence=evidence, confidence=combined(evidence)) if evidence else None
