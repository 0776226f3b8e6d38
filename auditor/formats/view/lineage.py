"""The system map: boxes and ties from the audit's grid to points of a picture, and the same as tables."""

from __future__ import annotations

import msgspec

from auditor.formats.text import clip, clip_path, decimal, plain, plural
from auditor.formats.view.pieces import Column, Table, code, table, text
from auditor.model.audit import Audit, MapEdge, MapNode, SystemMap

BOX_WIDTH, BOX_HEIGHT = 168, 46
GAP_X, GAP_Y, MARGIN = 46, 22, 16
MOST_NODES, MOST_EDGES = 300, 900
_LETTERS = 20
_SCROLLS = 960  # pixels; a wider picture says that it goes on

_SHAPES = {
    "data": "dataset external_dataset storage feature feature_view",
    "work": "step script module function pipeline notebook cell ci_job trigger",
    "model": "model",
    "service": "service endpoint external_service",
    "config": "config param cli_param env package prompt",
}
SHAPE_OF = {kind: shape for shape, kinds in _SHAPES.items() for kind in kinds.split()}
SHAPE_WORDS = {
    "data": "data",
    "work": "step, script or notebook",
    "model": "model",
    "service": "service or endpoint",
    "config": "configuration",
    "other": "result, check or other",
}


class Box(msgspec.Struct, frozen=True):
    """A drawn node: its outline as a path, its texts and where they stand."""

    shape: str
    path: str
    x: int
    label_y: int
    kind_y: int
    label: str
    kind: str
    title: str
    badge: str
    badge_x: int
    badge_y: int
    badge_text_y: int


class Line(msgspec.Struct, frozen=True):
    """A drawn edge."""

    path: str
    declared: bool
    title: str


class Legend(msgspec.Struct, frozen=True):
    """One shape and its meaning."""

    path: str
    words: str
    shape: str


class Picture(msgspec.Struct, frozen=True):
    """The map, ready to draw, with its legend and its equal tables."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    legend: tuple[Legend, ...]
    description: str
    note: str
    hint: str
    nodes: Table | None
    edges: Table | None


def picture(audit: Audit) -> Picture | None:
    """The system map of an audit, or nothing where it has no node."""
    drawn = audit.system_map
    if not drawn.nodes:
        return None
    nodes = drawn.nodes[:MOST_NODES]
    places = _places(nodes)
    edges = [edge for edge in drawn.edges if edge.source in places and edge.target in places][:MOST_EDGES]
    boxes = tuple(_box(node, *places[node.id]) for node in nodes)
    shapes = {box.shape for box in boxes}
    loops = any(places[edge.target][0] <= places[edge.source][0] for edge in edges)
    left_out = drawn.dropped + len(drawn.nodes) - len(nodes)
    width = max(x for x, _ in places.values()) + BOX_WIDTH + MARGIN
    return Picture(
        width=width,
        height=max(y for _, y in places.values()) + BOX_HEIGHT + MARGIN + (GAP_Y + 10 if loops else 0),
        boxes=boxes,
        lines=tuple(_line(edge, places, {node.id: node for node in nodes}) for edge in edges),
        legend=tuple(
            Legend(outline(shape, 1, 1, 34, 16), words, shape)
            for shape, words in SHAPE_WORDS.items()
            if shape in shapes
        ),
        description=f"{plural(len(nodes), 'artefact')} and {plural(len(edges), 'tie')} between them, "
        "from sources on the left to results on the right. The tables below say the same.",
        note=f"{plural(left_out, 'further artefact')} did not fit into the picture." if left_out else "",
        hint="The picture is wider than the page: scroll it sideways." if width > _SCROLLS else "",
        nodes=_node_table(drawn, audit),
        edges=_edge_table(drawn),
    )


def _places(nodes: tuple[MapNode, ...]) -> dict[str, tuple[int, int]]:
    """The corner of each node. Columns and rows are counted anew, so that a gap in the grid costs no space."""
    columns = {column: rank for rank, column in enumerate(sorted({node.column for node in nodes}))}
    rows = {row: rank for rank, row in enumerate(sorted({node.row for node in nodes}))}
    return {
        node.id: (
            MARGIN + columns[node.column] * (BOX_WIDTH + GAP_X),
            MARGIN + rows[node.row] * (BOX_HEIGHT + GAP_Y),
        )
        for node in nodes
    }


def _box(node: MapNode, x: int, y: int) -> Box:
    shape = SHAPE_OF.get(node.kind, "other")
    label, kind = plain(node.label), plain(node.kind).replace("_", " ")
    found = f", {plural(node.findings, 'finding')}" if node.findings else ""
    cut = clip_path if "/" in label else clip
    return Box(
        shape=shape, path=outline(shape, x, y, BOX_WIDTH, BOX_HEIGHT), x=x + BOX_WIDTH // 2,
        label_y=y + 20, kind_y=y + 35, label=cut(label, _LETTERS), kind=clip(kind, _LETTERS),
        title=f"{clip(label, 200)} ({clip(kind, 40)}{found})", badge=str(node.findings) if node.findings else "",
        badge_x=x + BOX_WIDTH - 10, badge_y=y, badge_text_y=y + 4,
    )  # fmt: skip


def outline(shape: str, x: int, y: int, width: int, height: int) -> str:
    """The outline of a shape as SVG path data."""
    right, bottom, half = x + width, y + height, height // 2
    slant, cut = height // 4, height // 3
    corners = {
        "data": ((x + slant, y), (right, y), (right - slant, bottom), (x, bottom)),
        "model": ((x + cut, y), (right - cut, y), (right, y + half), (right - cut, bottom), (x + cut, bottom), (x, y + half)),
        "config": ((x, y), (right - cut, y), (right, y + cut), (right, bottom), (x, bottom)),
        "other": ((x + slant, y), (right - slant, y), (right, y + slant), (right, bottom - slant),
                  (right - slant, bottom), (x + slant, bottom), (x, bottom - slant), (x, y + slant)),
        "work": ((x, y), (right, y), (right, bottom), (x, bottom)),
    }  # fmt: skip
    if shape == "service":
        arc = f"A{half} {half} 0 0 1"
        return f"M{x + half} {y}H{right - half}{arc} {right - half} {bottom}H{x + half}{arc} {x + half} {y}Z"
    return "M" + "L".join(f"{a} {b}" for a, b in corners[shape]) + "Z"


def _line(edge: MapEdge, places: dict[str, tuple[int, int]], nodes: dict[str, MapNode]) -> Line:
    (ax, ay), (bx, by) = places[edge.source], places[edge.target]
    source, target = plain(nodes[edge.source].label, 80), plain(nodes[edge.target].label, 80)
    state = "declared" if edge.declared else "observed"
    return Line(
        _curve(ax, ay, bx, by), edge.declared, f"{source} {plain(edge.kind).replace('_', ' ')} {target}, {state}"
    )


def _curve(ax: int, ay: int, bx: int, by: int) -> str:
    """From the right side of one box to the left side of the next, or round below where the target lies behind."""
    half = BOX_HEIGHT // 2
    if bx > ax:
        start, end, bend = ax + BOX_WIDTH, bx - 5, max(GAP_X // 2, (bx - ax - BOX_WIDTH) // 2)
        return f"M{start} {ay + half}C{start + bend} {ay + half} {end - bend} {by + half} {end} {by + half}"
    start, end = ax + BOX_WIDTH // 3, bx + 2 * BOX_WIDTH // 3
    depth = max(ay, by) + BOX_HEIGHT + GAP_Y + 12
    return f"M{start} {ay + BOX_HEIGHT}C{start} {depth} {end} {depth} {end} {by + BOX_HEIGHT + 5}"


def _node_table(drawn: SystemMap, audit: Audit) -> Table | None:
    radius = {impact.artefact: impact.radius for impact in audit.impacts}
    incoming, outgoing = [edge.target for edge in drawn.edges], [edge.source for edge in drawn.edges]
    columns = (Column("Artefact", "head"), Column("Kind"), Column("In", "number"), Column("Out", "number"),
               Column("Blast radius", "number"), Column("Findings", "number"))  # fmt: skip
    rows = [
        (code(node.label), text(plain(node.kind).replace("_", " ")), text(str(incoming.count(node.id))), text(str(outgoing.count(node.id))),
         text(decimal(radius.get(node.id, radius.get(node.label)), 2)), text(str(node.findings)))
        for node in drawn.nodes[:MOST_NODES]
    ]  # fmt: skip
    return table("Artefacts of the system map", columns, rows, most=MOST_NODES)


def _edge_table(drawn: SystemMap) -> Table | None:
    labels = {node.id: node.label for node in drawn.nodes}
    columns = (Column("From", "head"), Column("Tie"), Column("To"), Column("Evidence"), Column("Certainty", "number"))
    rows = [
        (code(labels.get(edge.source, edge.source)), text(plain(edge.kind).replace("_", " ")), code(labels.get(edge.target, edge.target)),
         text("declared" if edge.declared else "observed in code"), text(decimal(edge.confidence, 2)))
        for edge in drawn.edges[:MOST_EDGES]
    ]  # fmt: skip
    return table("Ties of the system map", columns, rows, most=MOST_EDGES)
