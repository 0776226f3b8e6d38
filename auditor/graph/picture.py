"""The lineage picture: data, programs and models laid out in layers, from sources on the left to services on the right."""

from __future__ import annotations

from auditor.graph import places
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
    columns = _columns(linked, [(edge.source, edge.target) for edge in kept])
    rows = _rows(columns, [(edge.source, edge.target) for edge in kept])
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


def _columns(names: set[str], ties: list[tuple[str, str]]) -> dict[str, int]:
    """Longest path from a source; ties that close a cycle are left out of the count."""
    onward: dict[str, list[str]] = {name: [] for name in names}
    arriving = dict.fromkeys(names, 0)
    for source, target in sorted(set(ties)):
        onward[source].append(target)
        arriving[target] += 1
    order: list[str] = []
    state = dict.fromkeys(names, 0)
    forward: dict[str, list[str]] = {name: [] for name in names}
    for root in sorted(names, key=lambda name: (arriving[name], name)):
        stack = [(root, iter(onward[root]))] if not state[root] else []
        while stack:
            name, rest = stack[-1]
            state[name] = 1
            following = next(rest, None)
            if following is None:
                state[name] = 2
                order.append(name)
                stack.pop()
            elif state[following] != 1:
                forward[name].append(following)
                if not state[following]:
                    stack.append((following, iter(onward[following])))
    columns = dict.fromkeys(names, 0)
    for name in reversed(order):
        for following in forward[name]:
            columns[following] = max(columns[following], columns[name] + 1)
    return columns


def _rows(columns: dict[str, int], ties: list[tuple[str, str]]) -> dict[str, int]:
    """Order within each column by the mean row of the neighbours, swept forth and back."""
    layers: dict[int, list[str]] = {}
    for name in sorted(columns):
        layers.setdefault(columns[name], []).append(name)
    rows = {name: row for layer in layers.values() for row, name in enumerate(layer)}
    near: dict[str, list[str]] = {}
    for source, target in ties:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    for sweep in range(6):
        for column in sorted(layers, reverse=bool(sweep % 2)):

            def middle(name: str) -> tuple[float, str]:
                others = near.get(name, [])
                return (sum(rows[o] for o in others) / len(others) if others else 0.0, name)

            layers[column].sort(key=middle)
            rows.update({name: row for row, name in enumerate(layers[column])})
    return rows
