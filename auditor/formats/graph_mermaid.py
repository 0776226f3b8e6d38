"""The data lineage as a Mermaid flowchart, for README files and merge requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from auditor.formats import ties
from auditor.formats.text import plain
from auditor.model.artefact import Edge, EdgeKind, Node, NodeKind
from auditor.model.export import GraphExport

MOST = 400
"""Ties that are drawn: Mermaid refuses 500 and more."""

_SHAPES = {
    NodeKind.DATASET: ("[(", ")]"),
    NodeKind.EXTERNAL_DATASET: ("[(", ")]"),
    NodeKind.MODEL: ("{{", "}}"),
    NodeKind.METRIC: (">", "]"),
    NodeKind.STEP: ("[", "]"),
    NodeKind.SCRIPT: ("[", "]"),
    NodeKind.NOTEBOOK: ("[/", "/]"),
    NodeKind.SERVICE: ("([", "])"),
    NodeKind.ENDPOINT: ("([", "])"),
}
_ARROWS = {"mismatch": "==>", "agreed": "-->", "declared": "-->", "observed": "-.->", "implied": "-.->"}
_TIES = frozenset({EdgeKind.CONSUMES, EdgeKind.PRODUCES, EdgeKind.SERVES, EdgeKind.TRAINS})


def render(graph: GraphExport) -> str:
    """Data, what reads and writes them, models and services: at most 400 ties, those between the busiest first.

    Dashed arrows were observed and are not declared; thick ones contradict a declaration. What is not drawn is counted.
    """
    nodes = {node.id: node for node in graph.nodes if node.kind in _SHAPES}
    drawn = [edge for edge in graph.edges if edge.kind in _TIES and edge.source in nodes and edge.target in nodes]
    degree = Counter(end for edge in drawn for end in (edge.source, edge.target))
    ranked = sorted(drawn, key=lambda edge: (-degree[edge.source] - degree[edge.target], edge.source, edge.target))
    return "\n".join(_lines(nodes, ranked[:MOST], len(ranked))) + "\n"


def _lines(nodes: dict[str, Node], kept: list[Edge], count: int) -> Iterator[str]:
    yield "flowchart LR"
    if len(kept) < count:
        yield f"  %% the first {len(kept)} of {count} ties"
    ends = sorted({end for edge in kept for end in (edge.source, edge.target)})
    names = {end: f"n{number}" for number, end in enumerate(ends)}
    for end in ends:
        opening, closing = _SHAPES[nodes[end].kind]
        yield f"  {names[end]}{opening}{_quoted(nodes[end].label)}{closing}"
    for edge in sorted(kept, key=lambda edge: (edge.source, edge.target)):
        yield f"  {names[edge.source]} {_ARROWS[ties.state(edge)]} {names[edge.target]}"


def _quoted(text: str) -> str:
    """A quoted label in which nothing of the target is markup: Mermaid reads entities between # and ;."""
    kept = (char if char.isalnum() or char in " ._/-:" else f"#{ord(char)};" for char in plain(text, 80))
    return f'"{"".join(kept)}"'
