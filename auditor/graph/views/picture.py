"""The lineage picture: data, programs and models laid out in layers, from sources on the left to services on the right."""

from __future__ import annotations

from auditor.graph import places
from auditor.graph.views import layers
from auditor.graph.world import World
from auditor.model.artefact import EdgeKind, Node, NodeKind
from auditor.model.audit import MapEdge, MapNode, SystemMap

MOST = 60
_SHOWN = frozenset({NodeKind.DATASET, NodeKind.EXTERNAL_DATASET, NodeKind.MODEL, NodeKind.METRIC, NodeKind.SCRIPT, NodeKind.NOTEBOOK, NodeKind.STEP, NodeKind.SERVICE})  # fmt: skip
_TIES = frozenset({EdgeKind.CONSUMES, EdgeKind.PRODUCES})
_RANK = {NodeKind.MODEL: 0, NodeKind.SERVICE: 0, NodeKind.EXTERNAL_DATASET: 1, NodeKind.DATASET: 2, NodeKind.STEP: 3, NodeKind.METRIC: 4, NodeKind.SCRIPT: 4, NodeKind.NOTEBOOK: 5}  # fmt: skip


def picture(world: World, findings: dict[str, int]) -> SystemMap:
    """At most 60 nodes of the lineage with their positions; `findings` counts findings by path."""
    stepped = {
        run.target
        for step in world.steps.all
        if step.tool in ("dvc", "make")
        for run in step.runs
        if run.kind == "script"
    }
    candidates = {
        node.id: node
        for node in world.nodes.values()
        if node.kind in _SHOWN
        and (node.path is None or places.is_product(node.path))
        and not (node.kind is NodeKind.SCRIPT and node.path in stepped)
    }
    ties = [
        edge
        for edge in world.edges
        if edge.kind in _TIES
        and edge.confidence >= 0.4
        and edge.source in candidates
        and edge.target in candidates
        and not _byproduct(candidates, edge.source, edge.target)
    ]
    degree: dict[str, int] = {}
    for edge in ties:
        degree[edge.source] = degree.get(edge.source, 0) + 1
        degree[edge.target] = degree.get(edge.target, 0) + 1
    ranked = sorted(degree, key=lambda name: (_RANK[candidates[name].kind], -degree[name], name))
    chosen = set(ranked[:MOST])
    kept = [edge for edge in ties if edge.source in chosen and edge.target in chosen]
    linked = {end for edge in kept for end in (edge.source, edge.target)}
    columns = layers.columns(linked, [(edge.source, edge.target) for edge in kept])
    rows = layers.rows(columns, [(edge.source, edge.target) for edge in kept])
    nodes = tuple(
        MapNode(
            name,
            candidates[name].kind.value,
            candidates[name].label,
            columns[name],
            rows[name],
            findings.get(candidates[name].path or "", 0),
        )
        for name in sorted(linked, key=lambda n: (columns[n], rows[n]))
    )
    edges = tuple(
        MapEdge(e.source, e.target, e.kind.value, any(p.declared for p in e.evidence), e.confidence) for e in kept
    )
    return SystemMap(nodes, edges, len(degree) - len(linked))


def _byproduct(nodes: dict[str, Node], source: str, target: str) -> bool:
    return any(
        places.is_byproduct(nodes[end].path or "") for end in (source, target) if nodes[end].kind is NodeKind.DATASET
    )
