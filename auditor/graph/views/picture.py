"""The lineage for the system map: the data, programs, steps, models and services that hang together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.artefact import Edge, EdgeKind, Node, NodeKind
from auditor.model.audit import Debts, SystemMap
from auditor.model.finding import Finding

MOST, MOST_TIES, MOST_EVIDENCE = 600, 1_000, 2
_SHOWN = frozenset({NodeKind.DATASET, NodeKind.EXTERNAL_DATASET, NodeKind.MODEL, NodeKind.METRIC, NodeKind.SCRIPT, NodeKind.NOTEBOOK, NodeKind.STEP, NodeKind.SERVICE, NodeKind.ENDPOINT})  # fmt: skip
_TIES = frozenset({EdgeKind.CONSUMES, EdgeKind.PRODUCES, EdgeKind.SERVES})
_RANK = {NodeKind.MODEL: 0, NodeKind.SERVICE: 0, NodeKind.ENDPOINT: 0, NodeKind.EXTERNAL_DATASET: 1, NodeKind.DATASET: 2, NodeKind.STEP: 3, NodeKind.METRIC: 4, NodeKind.SCRIPT: 4, NodeKind.NOTEBOOK: 5}  # fmt: skip


def picture(world: World, edges: Sequence[Edge], findings: Sequence[Finding]) -> SystemMap:
    """The lineage with its evidence, models and services first where not all fits. `edges` are those of the whole graph."""
    candidates = _candidates(world)
    ties = [edge for edge in edges if _is_drawn(edge, candidates)]
    degree = Counter(end for edge in ties for end in (edge.source, edge.target))
    ranked = sorted(degree, key=lambda name: (_RANK[candidates[name].kind], -degree[name], name))
    chosen = set(ranked[:MOST])
    kept = [edge for edge in ties if edge.source in chosen and edge.target in chosen][:MOST_TIES]
    linked = {end for edge in kept for end in (edge.source, edge.target)}
    nodes = tuple(replace(candidates[name], attrs={}) for name in sorted(linked))
    return SystemMap(nodes, tuple(_slim(edge) for edge in kept), _debts(nodes, findings), len(degree) - len(linked))


def _candidates(world: World) -> Mapping[str, Node]:
    """What may be drawn; a program that a step of a declared pipeline runs is drawn as that step."""
    stepped = {
        run.target
        for step in world.steps.all
        if step.tool in ("dvc", "make")
        for run in step.runs
        if run.kind == "script"
    }
    return {
        node.id: node
        for node in world.nodes.values()
        if node.kind in _SHOWN
        and (node.path is None or places.is_product(node.path))
        and not (node.kind is NodeKind.SCRIPT and node.path in stepped)
    }


def _is_drawn(edge: Edge, nodes: Mapping[str, Node]) -> bool:
    return (
        edge.kind in _TIES
        and edge.confidence >= 0.4
        and edge.source in nodes
        and edge.target in nodes
        and not _byproduct(nodes, (edge.source, edge.target))
    )


def _byproduct(nodes: Mapping[str, Node], ends: Collection[str]) -> bool:
    return any(nodes[end].kind is NodeKind.DATASET and places.is_byproduct(nodes[end].path or "") for end in ends)


def _debts(nodes: Sequence[Node], findings: Sequence[Finding]) -> dict[str, Debts]:
    """Open findings at the file of each artefact; what is said of a whole component stands at none."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.state == "open":
            found.setdefault(finding.place.path, []).append(finding)
    return {
        node.id: Debts(len(own), max((f.severity for f in own), key=lambda severity: severity.rank))
        for node in nodes
        if (own := found.get(node.path or ""))
    }


def _slim(edge: Edge) -> Edge:
    """The tie with a few pieces of evidence, the surest first; a declaration is always among them where there is one."""
    ordered = sorted(edge.evidence, key=lambda piece: (-piece.confidence, piece.path, piece.line or 0))
    observed = [piece for piece in ordered if not piece.declared][:MOST_EVIDENCE]
    declared = [piece for piece in ordered if piece.declared][:1]
    mismatch = {key: value for key, value in edge.attrs.items() if key == "mismatch"}
    return replace(edge, evidence=(*observed, *declared), attrs=mismatch)
