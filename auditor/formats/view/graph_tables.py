"""The tables of a graph's page: ties with their evidence, artefacts, and calls whose artefact could not be named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from auditor.formats import ties
from auditor.formats.text import decimal, percent, plain
from auditor.formats.view.links import Linker, nowhere
from auditor.formats.view.pieces import Column, Table, code, table, text
from auditor.model.artefact import DIRECTIONS, Edge, Evidence, Node
from auditor.model.audit import Debts
from auditor.model.export import GraphExport
from auditor.model.place import Place

MOST_PIECES, MOST_UNRESOLVED = 3, 1_000
_WAYS = {False: "against", True: "along"}


class Piece(msgspec.Struct, frozen=True):
    """One piece of evidence: where it stands, what stands there, and how it is meant."""

    place: str
    snippet: str
    word: str
    href: str = ""


class TieRow(msgspec.Struct, frozen=True):
    """A tie in the table. `a` and `b` count in the table of artefacts; `way` is `along` where a change travels from a to b."""

    a: int
    b: int
    source: str
    word: str
    target: str
    state: str
    told: str
    confidence: str
    way: str
    pieces: tuple[Piece, ...]
    more: int


class NodeRow(msgspec.Struct, frozen=True):
    """An artefact in the table."""

    id: str
    label: str
    kind: str
    place: str
    incoming: int
    outgoing: int
    findings: int = 0
    rank: int = -1  # of the gravest finding, as in severities; -1 without any


def tie_row(edge: Edge, rank: dict[str, int], link: Linker = nowhere) -> TieRow:
    """A tie as a row; `rank` gives the rows of the artefacts, `link` the addresses of places."""
    state = ties.state(edge)
    return TieRow(
        a=rank[edge.source], b=rank[edge.target], source=_name(edge.source), word=edge.kind.value.replace("_", " "),
        target=_name(edge.target), state=state, told=_state_word(edge, state), confidence=decimal(edge.confidence, 2),
        way=_WAYS[DIRECTIONS.get(edge.kind, True)], pieces=tuple(_piece(piece, link) for piece in edge.evidence[:MOST_PIECES]),
        more=max(0, len(edge.evidence) - MOST_PIECES),
    )  # fmt: skip


def _state_word(edge: Edge, state: str) -> str:
    contradiction = ties.MISMATCHES.get(str(edge.attrs.get("mismatch")))
    return f"contradiction: {contradiction}" if contradiction else {"agreed": "both"}.get(state, state)


def _piece(piece: Evidence, link: Linker) -> Piece:
    word = "declared" if piece.declared else "observed"
    address = link(Place(piece.path, piece.line, cell=piece.cell))
    return Piece(ties.place(piece), plain(piece.snippet, 120), f"{word} {decimal(piece.confidence, 2)}", address)


def node_rows(
    nodes: Sequence[Node], edges: Sequence[Edge], debts: Mapping[str, Debts] | None = None
) -> tuple[NodeRow, ...]:
    """The artefacts as rows, each with the number of its ties and of its findings."""
    incoming, outgoing = Counter(edge.target for edge in edges), Counter(edge.source for edge in edges)
    return tuple(
        NodeRow(
            plain(node.id), plain(node.label), ties.kind(node), _place(node), incoming[node.id], outgoing[node.id],
            *_owed((debts or {}).get(node.id)),
        )
        for node in nodes
    )  # fmt: skip


def _owed(debts: Debts | None) -> tuple[int, int]:
    return (debts.findings, debts.severity.rank) if debts else (0, -1)


def _place(node: Node) -> str:
    if node.path is None:
        return ""
    return plain(node.path) + (f":{node.line}" if node.line is not None and node.cell is None else "")


def _name(node_id: str) -> str:
    return plain(node_id.removeprefix("file:"))


def resolution(graph: GraphExport) -> Table | None:
    """How many calls name their artefact, by component."""
    columns = (
        Column("Component", "head"),
        Column("Calls", "number"),
        Column("Named", "number"),
        Column("Share", "number"),
    )
    rows = [
        (code("root of the repository" if item.component in ("", ".") else item.component), text(f"{item.calls:,}"),
         text(f"{item.calls - len(item.unresolved):,}"), text(percent(item.resolved)))
        for item in graph.resolution
        if item.calls
    ]  # fmt: skip
    return table("Calls that read or write, by component", columns, rows)


def unresolved(graph: GraphExport) -> Table | None:
    """The calls that name none, by what hides the name."""
    columns = (Column("The path or name", "head"), Column("Hidden by"), Column("Call"), Column("Place"))
    calls = sorted(
        (call for item in graph.resolution for call in item.unresolved), key=lambda c: (c.reason, c.path, c.cell or 0, c.line or 0)
    )  # fmt: skip
    rows = [
        (text(call.reason), code(call.name) if call.name else (), code(call.call),
         code(str(Place(call.path, call.line, cell=call.cell))))
        for call in calls
    ]  # fmt: skip
    return table("Calls whose artefact could not be named", columns, rows, most=MOST_UNRESOLVED)
