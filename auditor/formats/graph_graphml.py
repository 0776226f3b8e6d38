"""The dependency graph as GraphML, for Gephi, yEd, Cytoscape and networkx."""

from __future__ import annotations

import json
from collections.abc import Iterator

from auditor.formats import ties
from auditor.formats.text import plain
from auditor.model.artefact import Edge, Node
from auditor.model.export import GraphExport
from auditor.model.regex import regex

_NOT_XML = regex("[\ufffe\uffff]")
_NODE_KEYS = {"kind": "string", "label": "string", "path": "string", "line": "int", "cell": "int", "attrs": "string"}
_EDGE_KEYS = {"tie": "string", "state": "string", "confidence": "double", "declared": "boolean", "evidence": "string", "mismatch": "string"}  # fmt: skip


def render(graph: GraphExport) -> str:
    """The whole graph, edges in their own direction; further attributes of a node are JSON in `attrs`."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: GraphExport) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for use, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, kind in keys.items():
            yield f'  <key id="{use}.{name}" for="{use}" attr.name="{name}" attr.type="{kind}"/>'
    yield f'  <graph id={_attribute(graph.name or "graph")} edgedefault="directed">'
    for node in graph.nodes:
        yield f"    <node id={_attribute(node.id)}>"
        yield from _data("node", _of_node(node))
        yield "    </node>"
    for number, edge in enumerate(graph.edges):
        yield f'    <edge id="e{number}" source={_attribute(edge.source)} target={_attribute(edge.target)}>'
        yield from _data("edge", _of_edge(edge))
        yield "    </edge>"
    yield "  </graph>"
    yield "</graphml>"


def _of_node(node: Node) -> dict[str, object]:
    attrs = json.dumps(node.attrs, sort_keys=True, ensure_ascii=False) if node.attrs else None
    return {"kind": node.kind.value, "label": node.label, "path": node.path, "line": node.line, "cell": node.cell, "attrs": attrs}  # fmt: skip


def _of_edge(edge: Edge) -> dict[str, object]:
    evidence = "; ".join(f"{ties.place(piece)} {piece.snippet}" for piece in edge.evidence)
    return {
        "tie": edge.kind.value,
        "state": ties.state(edge),
        "confidence": edge.confidence,
        "declared": str(edge.declared).lower(),
        "evidence": evidence or None,
        "mismatch": edge.attrs.get("mismatch"),
    }


def _data(use: str, values: dict[str, object]) -> Iterator[str]:
    from xml.sax.saxutils import escape  # which brings all of the standard library's network with it

    for name, value in values.items():
        if value is not None:
            yield f'      <data key="{use}.{name}">{escape(_clean(str(value)))}</data>'


def _attribute(text: str) -> str:
    from xml.sax.saxutils import quoteattr

    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """The text without what XML cannot hold in any spelling."""
    return _NOT_XML.sub("\ufffd", plain(text))
