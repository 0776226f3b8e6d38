"""What a tie of the graph says, in words: its kind from either end, what it rests on, and where that stands."""

from __future__ import annotations

from auditor.formats.text import plain
from auditor.model.artefact import Edge, EdgeKind, Evidence, Node
from auditor.model.place import Place

STATES = {
    "mismatch": "declared and observed contradict each other",
    "agreed": "declared, and observed in code or commands",
    "declared": "declared only",
    "observed": "observed in code or commands only",
    "implied": "follows from the paths",
}
"""What an edge can rest on, the most urgent first."""

MISMATCHES = {
    "undeclared-read": "the code reads it, and the declaration does not name it",
    "unwritten-output": "the declaration names it, and the code does not write it",
}

# Said of the end at the source, and of the end at the target; "it" is the other end.
_SAID = {
    EdgeKind.CONSUMES: ("read by it", "reads it"),
    EdgeKind.PRODUCES: ("writes it", "written by it"),
    EdgeKind.CONFIGURES: ("configures it", "configured by it"),
    EdgeKind.CONTAINS: ("holds it", "defined in it"),
    EdgeKind.PART_OF: ("lies in it", "folder of it"),
    EdgeKind.RUNS: ("runs it", "run by it"),
    EdgeKind.IMPORTS: ("imports it", "imported by it"),
    EdgeKind.CALLS: ("calls it", "called by it"),
    EdgeKind.IMPLEMENTS: ("code of it", "implemented by it"),
    EdgeKind.ENV_OF: ("installed by it", "installs it"),
    EdgeKind.PRECEDES: ("comes before it", "comes after it"),
    EdgeKind.TRIGGERS: ("starts it", "started by it"),
    EdgeKind.OVERRIDES: ("overrides it", "overridden by it"),
    EdgeKind.SETS: ("sets it", "set by it"),
    EdgeKind.DERIVES: ("goes into it", "derived from it"),
    EdgeKind.TRAINS: ("trains it", "trained on it"),
    EdgeKind.EVALUATES: ("measured by it", "measures it"),
    EdgeKind.PREDICTS: ("predicts it", "predicted by it"),
    EdgeKind.SERVES: ("serves it", "served by it"),
    EdgeKind.REGISTERS: ("registers it", "registered by it"),
    EdgeKind.VERSIONED_BY: ("versioned by it", "versions it"),
    EdgeKind.STORED_IN: ("stored in it", "stores it"),
}


def state(edge: Edge) -> str:
    """What an edge rests on: a key of STATES."""
    if "mismatch" in edge.attrs:
        return "mismatch"
    kinds = {piece.declared for piece in edge.evidence}
    if not kinds:
        return "implied"
    return "agreed" if len(kinds) == 2 else "declared" if True in kinds else "observed"


def said(edge: Edge, end: str) -> str:
    """What the tie says of the node `end`, one of its two."""
    return both_ends(edge.kind)[0 if edge.source == end else 1]


def both_ends(kind: EdgeKind) -> tuple[str, str]:
    """What ties of a kind say of the node at their source, and of that at their target; "it" is the other one."""
    name = kind.value.replace("_", " ")
    return _SAID.get(kind, (f"{name} it", f"{name} by it"))


def place(piece: Evidence) -> str:
    """Where a piece of evidence stands."""
    return plain(str(Place(piece.path, piece.line, cell=piece.cell)))


def kind(node: Node) -> str:
    """The kind of a node as people say it."""
    return node.kind.value.replace("_", " ")


def strongest(edge: Edge) -> Evidence | None:
    """The piece of evidence to show where there is room for one: observed before declared, then the surest."""
    return min(edge.evidence, key=_urgency, default=None)


def _urgency(piece: Evidence) -> tuple[bool, float, str, int, int]:
    return (piece.declared, -piece.confidence, piece.path, piece.cell or 0, piece.line or 0)
