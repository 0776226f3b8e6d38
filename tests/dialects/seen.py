"""What a graph says of the steps of dialects, as short texts."""

from __future__ import annotations

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind


def edges(graph: Graphs, kind: EdgeKind) -> set[str]:
    """`FROM > TO` of all edges of a kind, by labels; of what is read and written, only what a dialect declared."""
    label = {node.id: node.label for node in graph.nodes.values()}
    data = kind in (EdgeKind.CONSUMES, EdgeKind.PRODUCES)
    return {
        f"{label[e.source]} > {label[e.target]}" for e in graph.edges if e.kind is kind and (e.declared or not data)
    }


def order(graph: Graphs) -> set[str]:
    """Which step precedes which."""
    return edges(graph, EdgeKind.PRECEDES)


def reads(graph: Graphs) -> set[str]:
    """What steps consume."""
    return edges(graph, EdgeKind.CONSUMES)


def writes(graph: Graphs) -> set[str]:
    """What steps produce."""
    return edges(graph, EdgeKind.PRODUCES)


def steps(graph: Graphs) -> list[str]:
    """All steps, in the order of their lines."""
    found = [node for node in graph.nodes.values() if node.id.startswith("step:")]
    return [node.label for node in sorted(found, key=lambda n: (n.line or 0, n.id))]


def pipelines(graph: Graphs) -> set[str]:
    """All pipelines."""
    return {node.label for node in graph.nodes.values() if node.id.startswith("pipeline:")}


def triggers(graph: Graphs) -> set[str]:
    """`TRIGGER > PIPELINE` of what starts pipelines."""
    label = {node.id: node.label for node in graph.nodes.values()}
    found = (e for e in graph.edges if e.kind is EdgeKind.TRIGGERS and e.target.startswith("pipeline:"))
    return {f"{label[e.source]} > {label[e.target]}" for e in found}
