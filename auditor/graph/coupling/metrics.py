"""Measures over the graph: reach, propagation cost, blast radius, cycles.

Every audit takes the measures, hardly one meets a cycle: networkx, which takes longer to import than all of these to
compute, is left to the ways through cycles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from auditor.model.artefact import INFLUENCE, Edge, NodeKind
from auditor.program.condensed import Condensed, components

if TYPE_CHECKING:
    import networkx as nx

Influence: TypeAlias = Mapping[str, Collection[str]]
"""A directed graph: each node with those that a change of it reaches directly."""

CARRIERS = frozenset(
    {
        NodeKind.MODULE, NodeKind.SCRIPT, NodeKind.NOTEBOOK, NodeKind.STEP, NodeKind.SERVICE, NodeKind.CI_JOB, NodeKind.DATASET,
        NodeKind.EXTERNAL_DATASET, NodeKind.MODEL, NodeKind.METRIC, NodeKind.REPORT, NodeKind.CONFIG,
    }
)  # fmt: skip
"""Kinds of nodes that count as artefacts in the measures; functions, packages and parameters are parts of those."""

RADIUS = {NodeKind.MODEL: 1.0, NodeKind.ENDPOINT: 1.0, NodeKind.SERVICE: 1.0}
_CODE = frozenset(
    {NodeKind.MODULE, NodeKind.SCRIPT, NodeKind.NOTEBOOK, NodeKind.STEP, NodeKind.CI_JOB, NodeKind.FUNCTION}
)


def influence(nodes: Mapping[str, NodeKind], edges: Iterable[Edge], least: float = 0.5) -> Influence:
    """The mixed graph in the direction a change travels, edges under `least` confidence left out."""
    graph: dict[str, set[str]] = {node: set() for node in sorted(nodes)}
    for edge in edges:
        forward = INFLUENCE.get(edge.kind)
        if forward is None or edge.confidence < least or edge.source not in nodes or edge.target not in nodes:
            continue
        source, target = (edge.source, edge.target) if forward else (edge.target, edge.source)
        if source != target:
            graph[source].add(target)
    return graph


def reach(graph: Influence) -> dict[str, int]:
    """For each node the set of nodes it can reach, itself included, as a bit set over `sorted(graph)`.

    By strongly connected components, each after all that it leads to: O(n²/64).
    """
    position = {node: number for number, node in enumerate(sorted(graph))}
    closure = Condensed(graph.__getitem__).gathered({node: 1 << number for node, number in position.items()}.get)
    return {node: closure(node) for node in graph}


def bits(graph: Influence, but: frozenset[str]) -> int:
    """The nodes without some of them, as a bit set like those of `reach`."""
    return sum(1 << number for number, node in enumerate(sorted(graph)) if node not in but)


def ways(graph: Influence, start: str, targets: Sequence[str]) -> list[tuple[str, ...]]:
    """For each target a shortest way from the start, both ends included; each target can be reached."""
    wanted = set(targets)
    before: dict[str, str] = {}
    ring = [start]
    while ring and not wanted <= before.keys():
        further: list[str] = []
        for name in ring:
            for onward in sorted(graph[name]):
                if onward != start and onward not in before:
                    before[onward] = name
                    further.append(onward)
        ring = further
    found = []
    for target in targets:
        way = [target]
        while way[-1] != start:
            way.append(before[way[-1]])
        found.append(tuple(reversed(way)))
    return found


def propagation_cost(
    graph: Influence, collapsed: frozenset[str] = frozenset(), closure: Mapping[str, int] | None = None
) -> tuple[float, int] | None:
    """Share of ordered pairs of artefacts where a change of the first can reach the second, and the number of artefacts.

    (sum of |reach| - N) / (N (N - 1)), MacCormack, Rusnak & Baldwin 2006, on the mixed artefact graph. `collapsed` nodes
    (pure re-exports) pass influence on but are not counted; `closure` is `reach` of the graph where that is known. None with fewer
    than two artefacts.
    """
    counted = [node for node in sorted(graph) if node not in collapsed]
    n = len(counted)
    if n < 2:
        return None
    mask = bits(graph, collapsed)
    closure = reach(graph) if closure is None else closure
    total = sum((closure[node] & mask).bit_count() for node in counted)
    return (total - n) / (n * (n - 1)), n


def members(graph: Influence, kinds: Mapping[str, NodeKind]) -> dict[NodeKind, int]:
    """The nodes of each kind, as bit sets like those of `reach`."""
    found: dict[NodeKind, int] = {}
    for number, node in enumerate(sorted(graph)):
        found[kinds[node]] = found.get(kinds[node], 0) | 1 << number
    return found


def blast_radius(counts: Mapping[NodeKind, int]) -> float:
    """1 per model and endpoint, 0.5 per data node, 0.25 per code node among what a change reaches, told by kind."""
    weights = {kind: RADIUS.get(kind, 0.25 if kind in _CODE else 0.5) for kind in counts}
    return float(sum(weights[kind] * count for kind, count in counts.items()))


def cycles(pairs: Iterable[tuple[str, str]], smallest: int = 2) -> list[tuple[str, ...]]:
    """Strongly connected groups of at least that many nodes, each sorted, in order."""
    graph: dict[str, set[str]] = {}
    for source, target in pairs:
        graph.setdefault(source, set()).add(target)
        graph.setdefault(target, set())
    groups = (tuple(sorted(group)) for group in components(graph.__getitem__, graph))
    return sorted(group for group in groups if len(group) >= smallest)


def shortest_cycle(pairs: Iterable[tuple[str, str]], group: tuple[str, ...]) -> tuple[str, ...]:
    """A shortest closed walk through the first node of a strongly connected group."""
    import networkx as nx

    inside = set(group)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from(sorted((a, b) for a, b in set(pairs) if a in inside and b in inside))
    start = group[0]
    best: list[str] | None = None
    for onward in sorted(graph.successors(start)):
        if nx.has_path(graph, onward, start):
            path = nx.shortest_path(graph, onward, start)
            if best is None or len(path) < len(best):
                best = path
    return (start, *(best or ()))
