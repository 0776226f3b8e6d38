"""The dependency graph in the DOT language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.formats import ties
from auditor.formats.text import decimal, plain
from auditor.model.artefact import Edge, Node, NodeKind
from auditor.model.export import GraphExport

_SHAPES = {
    NodeKind.DATASET: "cylinder",
    NodeKind.EXTERNAL_DATASET: "cylinder",
    NodeKind.STORAGE: "cylinder",
    NodeKind.MODEL: "hexagon",
    NodeKind.SERVICE: "component",
    NodeKind.ENDPOINT: "component",
    NodeKind.CONFIG: "note",
    NodeKind.PARAM: "note",
    NodeKind.DOCUMENT: "note",
    NodeKind.STEP: "box",
    NodeKind.CI_JOB: "box",
    NodeKind.SCRIPT: "box",
    NodeKind.NOTEBOOK: "box",
    NodeKind.MODULE: "box",
}
_LINES = {
    "mismatch": 'style=bold, color="#b3261e"',
    "agreed": 'style=bold, color="#0b4a6f"',
    "declared": 'style=solid, color="#566072"',
    "observed": 'style=dashed, color="#566072"',
    "implied": 'style=dotted, color="#8a94a3"',
}


def render(graph: GraphExport) -> str:
    """The whole graph, edges in their own direction; `dot -Tsvg` or any other tool of Graphviz draws it."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: GraphExport) -> Iterator[str]:
    yield f"digraph {_quoted(graph.name or 'graph')} {{"
    yield "  rankdir=LR;"
    yield '  node [fontname="Helvetica", fontsize=10];'
    yield '  edge [fontname="Helvetica", fontsize=8];'
    for node in graph.nodes:
        yield f"  {_quoted(node.id)} [{_node(node)}];"
    for edge in graph.edges:
        yield f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [{_edge(edge)}];"
    yield "}"


def _node(node: Node) -> str:
    return f"label={_quoted(node.label)}, shape={_SHAPES.get(node.kind, 'ellipse')}, tooltip={_quoted(ties.kind(node))}"


def _edge(edge: Edge) -> str:
    state, piece = ties.state(edge), ties.strongest(edge)
    at = f" at {ties.place(piece)}" if piece is not None else ""
    told = f"{state}, confidence {decimal(edge.confidence, 2)}{at}"
    return f"label={_quoted(edge.kind.value)}, {_LINES[state]}, tooltip={_quoted(told)}"


def _quoted(text: str) -> str:
    """A quoted string in which nothing of the target can end the quotes, and no backslash means anything."""
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
