"""The dependency graph as it leaves the house: `auditor/graph/1`."""

from __future__ import annotations

import msgspec

from auditor.model.artefact import Edge, Node

SCHEMA = "auditor/graph/1"


class Unresolved(msgspec.Struct, frozen=True):
    """A call that reads or writes something that could not be named; `reason` says what hid the name."""

    path: str
    line: int | None
    cell: int | None
    call: str
    reason: str


class Resolution(msgspec.Struct, frozen=True):
    """How many I/O calls of a component name an artefact: `resolved` is their share in [0, 1], None without calls."""

    component: str
    calls: int
    resolved: float | None
    unresolved: tuple[Unresolved, ...] = ()


class GraphExport(msgspec.Struct, frozen=True):
    """Nodes and edges in stable order, and how far the calls of each component were resolved.

    `view` is `all`, `observed` (edges that rest on code or commands) or `declared` (edges that a declaration states).
    """

    schema: str
    view: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    resolution: tuple[Resolution, ...] = ()
