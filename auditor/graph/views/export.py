"""The graph for people and programs outside: all of it, what is observed, or what is declared; and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec.structs import replace

from auditor.graph import Graphs
from auditor.graph.artefacts.naming import meant
from auditor.graph.store import combined
from auditor.graph.views.impact import downstream, upstream
from auditor.model.artefact import Edge, EdgeKind
from auditor.model.export import IMPACT_SCHEMA, SCHEMA, GraphExport, ImpactExport

VIEWS = ("all", "observed", "declared")

_Tie: TypeAlias = tuple[str, str, EdgeKind]


def export(graphs: Graphs, view: str = "all") -> GraphExport:
    """Nodes and edges of a view. An edge with both kinds of evidence is in both views; nodes without edges stay."""
    target = graphs.world.listing.target
    return GraphExport(
        schema=SCHEMA,
        view=view,
        nodes=tuple(graphs.nodes.values()),
        edges=edges_of(graphs, view),
        resolution=tuple(component.resolution for component in graphs.components),
        name=target.name,
        revision=target.revision,
    )


def export_impact(graphs: Graphs, asked: str, view: str, *, least: float, depth: int | None) -> ImpactExport:
    """What changes if an artefact changes, and what it depends on. Raises UsageError unless `asked` means something."""
    found = meant(asked, graphs.nodes, (entry.path for entry in graphs.world.listing.entries))
    edges, target = edges_of(graphs, view), graphs.world.listing.target
    return ImpactExport(
        schema=IMPACT_SCHEMA,
        view=view,
        asked=asked,
        artefacts=tuple(graphs.nodes[name] for name in found.nodes),
        note=found.note,
        least=least,
        depth=depth,
        downstream=downstream(graphs.nodes, edges, found.nodes, least=least, depth=depth),
        upstream=upstream(graphs.nodes, edges, found.nodes, least=least, depth=depth),
        name=target.name,
        revision=target.revision,
    )


def edges_of(graphs: Graphs, view: str) -> tuple[Edge, ...]:
    """The edges of a view, those marked where the code contradicts a declaration."""
    mismatches = _mismatches(graphs)
    return tuple(kept for edge in graphs.edges if (kept := _viewed(_marked(edge, mismatches), view)) is not None)


def _viewed(edge: Edge, view: str) -> Edge | None:
    """The edge with the evidence that counts in a view; None where none does. What needs no evidence is in every view."""
    if view == "all" or not edge.evidence:
        return edge
    evidence = tuple(piece for piece in edge.evidence if piece.declared == (view == "declared"))
    return replace(edge, evidence=evidence, confidence=combined(evidence)) if evidence else None


def _mismatches(graphs: Graphs) -> Mapping[_Tie, str]:
    """Ties of declared steps that the code contradicts, with the kind of the contradiction."""
    found: dict[_Tie, str] = {}
    for component in graphs.components:
        for mismatch in component.agreement().mismatches:
            step, artefact = f"step:{mismatch.declared.path}#{mismatch.step}", f"file:{mismatch.artefact}"
            if mismatch.kind == "unwritten-output":
                found[step, artefact, EdgeKind.PRODUCES] = mismatch.kind
            else:
                found[artefact, step, EdgeKind.CONSUMES] = mismatch.kind
                found[artefact, step, EdgeKind.CONFIGURES] = mismatch.kind
    return found


def _marked(edge: Edge, mismatches: Mapping[_Tie, str]) -> Edge:
    kind = mismatches.get((edge.source, edge.target, edge.kind))
    return replace(edge, attrs={**edge.attrs, "mismatch": kind}) if kind else edge
