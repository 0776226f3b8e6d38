"""The dependency graph, and answers from it, as they leave the house: `auditor/graph/1`, `auditor/impact/1`."""

from __future__ import annotations

import msgspec

from auditor.model.artefact import Edge, Node

SCHEMA = "auditor/graph/1"
IMPACT_SCHEMA = "auditor/impact/1"


class Unresolved(msgspec.Struct, frozen=True):
    """A call that reads or writes something that could not be named.

    `cause` (a key of `auditor.graph.views.resolution.REASONS`) and `reason` (the same in words) say what hid the name, and
    `name` which parameter, option, variable or key it was.
    """

    path: str
    line: int | None
    cell: int | None
    call: str
    cause: str
    reason: str
    name: str = ""


class Resolution(msgspec.Struct, frozen=True):
    """How many I/O calls of a component name an artefact: `resolved` is their share in [0, 1], None without calls."""

    component: str
    calls: int
    resolved: float | None
    unresolved: tuple[Unresolved, ...] = ()


class GraphExport(msgspec.Struct, frozen=True):
    """Nodes and edges in stable order, and how far the calls of each component were resolved.

    `view` is `all`, `observed` (edges that rest on code or commands) or `declared` (edges that a declaration states).
    Where the code contradicts a declaration, the edge says so in `attrs["mismatch"]`: `undeclared-read` or
    `unwritten-output`.
    """

    schema: str
    view: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    resolution: tuple[Resolution, ...] = ()
    name: str = ""
    revision: str | None = None


class Reached(msgspec.Struct, frozen=True):
    """An artefact that a change reaches, or that it comes from.

    `way` holds the ids from the artefact asked about to this one, on a shortest way; `confidence` is that of its weakest
    tie. `hops` are all ties that lead here from other artefacts reached, those of the way first.
    """

    node: Node
    depth: int
    confidence: float
    way: tuple[str, ...]
    hops: tuple[Edge, ...]


class Side(msgspec.Struct, frozen=True):
    """One direction of an answer, the nearest first.

    `further` counts what lies beyond the depth asked for; `doubtful` the ties that were too uncertain to follow.
    """

    reached: tuple[Reached, ...]
    further: int = 0
    doubtful: int = 0


class ImpactExport(msgspec.Struct, frozen=True):
    """What changes if some artefacts change (`downstream`) and what they depend on (`upstream`).

    `artefacts` is one node, or all that a folder holds; `note` says where the name asked for was taken for another.
    """

    schema: str
    view: str
    asked: str
    artefacts: tuple[Node, ...]
    note: str
    least: float
    depth: int | None
    downstream: Side
    upstream: Side
    name: str = ""
    revision: str | None = None
