"""The page of a dependency graph: pictures, ties, artefacts and what could not be named, ready to be placed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from auditor.formats import ties
from auditor.formats.text import clip, clip_path, decimal, percent, plain, plural
from auditor.formats.view.atlas import BOX_HEIGHT, BOX_WIDTH, MOST_AROUND, MOST_BOXES, Atlas, View
from auditor.formats.view.folders import ROOT, Folders
from auditor.formats.view.lineage import SHAPE_OF, SHAPE_WORDS, outline
from auditor.formats.view.pieces import Column, Figure, Table, code, table, text
from auditor.graph.impact import DIRECTIONS
from auditor.model.artefact import Edge, EdgeKind, Evidence, Node, NodeKind
from auditor.model.export import GraphExport
from auditor.model.place import Place

MOST_TIES, MOST_NODES, MOST_PIECES, MOST_UNRESOLVED = 12_000, 8_000, 3, 1_000
_LETTERS = 23
_MINOR = (EdgeKind.ENV_OF, EdgeKind.IMPORTS, EdgeKind.PART_OF, EdgeKind.CONTAINS)  # left out first, in this order
Views: TypeAlias = dict[int, tuple[View, View | None]]

_WAYS = {False: "against", True: "along"}


class Piece(msgspec.Struct, frozen=True):
    """One piece of evidence: where it stands, what stands there, and how it is meant."""

    place: str
    snippet: str
    word: str


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


class Drawn(msgspec.Struct, frozen=True):
    """A box of the picture that is there without script."""

    x: int
    y: int
    shape: str
    outline: str
    label: str
    kind: str
    title: str
    outside: bool
    middle: int
    label_y: int
    kind_y: int


class Stroke(msgspec.Struct, frozen=True):
    """A line of the picture that is there without script."""

    path: str
    state: str
    title: str


class Choice(msgspec.Struct, frozen=True):
    """Something to filter by, with its number and, for a kind, its shape."""

    key: str
    words: str
    count: str
    shape: str = ""
    outline: str = ""


class GraphPage(msgspec.Struct, frozen=True):
    """Everything that the templates of the graph place."""

    name: str
    view: str
    revision: str
    figures: tuple[Figure, ...]
    width: int
    height: int
    boxes: tuple[Drawn, ...]
    strokes: tuple[Stroke, ...]
    description: str
    notes: tuple[str, ...]
    atlas: str
    kinds: tuple[Choice, ...]
    states: tuple[Choice, ...]
    shapes: tuple[Choice, ...]
    tie_count: str
    tie_rows: tuple[TieRow, ...]
    node_count: str
    node_rows: tuple[NodeRow, ...]
    folded: bool
    resolution: Table | None
    unresolved: Table | None


def page(graph: GraphExport) -> GraphPage:
    """The page of a graph; what had to be left out is said in its notes."""
    edges = _chosen_edges(graph.edges)
    nodes = _chosen_nodes(graph.nodes, edges)
    kept = {node.id for node in nodes}
    edges = [edge for edge in edges if edge.source in kept and edge.target in kept]
    pictured = [edge for edge in edges if edge.kind is not EdgeKind.ENV_OF]  # packages would hide everything else
    tied = {end for edge in pictured for end in (edge.source, edge.target)}
    drawable = [node for node in nodes if node.id in tied]
    folders = Folders(drawable)
    views = Atlas(folders, [_flow(folders, edge) for edge in pictured]).views()
    first = views[ROOT][0] if ROOT in views else View((), (), 0, 0, 0, 0)
    rank = {node.id: number for number, node in enumerate(nodes)}
    drawing = _Drawing(folders, drawable, pictured)
    return GraphPage(
        name=plain(graph.name) or "this repository",
        view={"all": "", "observed": "Observed ties only", "declared": "Declared ties only"}.get(graph.view, ""),
        revision=plain(graph.revision or "")[:12],
        figures=_figures(graph),
        width=first.width,
        height=first.height,
        boxes=tuple(drawing.box(box.item, box.x, box.y, outside=box.outside) for box in first.boxes),
        strokes=drawing.strokes(first),
        description=_described(first),
        notes=tuple(_notes(graph, nodes, edges, drawable, views)),
        atlas=_atlas(folders, [rank[node.id] for node in drawable], views),
        kinds=_kinds(drawable),
        states=_states(pictured),
        shapes=tuple(
            Choice(shape, words, "", shape, outline(shape, 1, 1, 34, 16)) for shape, words in SHAPE_WORDS.items()
        ),
        tie_count=plural(len(edges), "tie"),
        tie_rows=tuple(_tie_row(edge, rank) for edge in edges),
        node_count=plural(len(nodes), "artefact"),
        node_rows=_node_rows(nodes, edges),
        folded=len(edges) > 400,
        resolution=_resolution(graph),
        unresolved=_unresolved(graph),
    )


# --- what is taken ---


def _chosen_edges(edges: Sequence[Edge]) -> list[Edge]:
    if len(edges) <= MOST_TIES:
        return list(edges)
    ranked = sorted(range(len(edges)), key=lambda n: (_minor(edges[n]), n))[:MOST_TIES]
    return [edges[number] for number in sorted(ranked)]


def _minor(edge: Edge) -> int:
    return len(_MINOR) - _MINOR.index(edge.kind) if edge.kind in _MINOR else 0


def _chosen_nodes(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Node]:
    if len(nodes) <= MOST_NODES:
        return list(nodes)
    degree = Counter(end for edge in edges for end in (edge.source, edge.target))
    chosen = {node.id for node in sorted(nodes, key=lambda node: (-degree[node.id], node.id))[:MOST_NODES]}
    return [node for node in nodes if node.id in chosen]


def _flow(folders: Folders, edge: Edge) -> tuple[int, int]:
    """The ends of a tie in the direction a change travels."""
    ends = folders.home[edge.source], folders.home[edge.target]
    return ends if DIRECTIONS.get(edge.kind, True) else (ends[1], ends[0])


# --- the tables ---


def _tie_row(edge: Edge, rank: dict[str, int]) -> TieRow:
    state = ties.state(edge)
    return TieRow(
        a=rank[edge.source], b=rank[edge.target], source=_name(edge.source), word=edge.kind.value.replace("_", " "),
        target=_name(edge.target), state=state, told=_state_word(edge, state), confidence=decimal(edge.confidence, 2),
        way=_WAYS[DIRECTIONS.get(edge.kind, True)], pieces=tuple(_piece(piece) for piece in edge.evidence[:MOST_PIECES]),
        more=max(0, len(edge.evidence) - MOST_PIECES),
    )  # fmt: skip


def _state_word(edge: Edge, state: str) -> str:
    contradiction = ties.MISMATCHES.get(str(edge.attrs.get("mismatch")))
    return f"contradiction: {contradiction}" if contradiction else {"agreed": "both"}.get(state, state)


def _piece(piece: Evidence) -> Piece:
    word = "declared" if piece.declared else "observed"
    return Piece(ties.place(piece), plain(piece.snippet, 120), f"{word} {decimal(piece.confidence, 2)}")


def _node_rows(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[NodeRow, ...]:
    incoming, outgoing = Counter(edge.target for edge in edges), Counter(edge.source for edge in edges)
    return tuple(
        NodeRow(plain(node.id), plain(node.label), ties.kind(node), _place(node), incoming[node.id], outgoing[node.id])
        for node in nodes
    )


def _place(node: Node) -> str:
    if node.path is None:
        return ""
    return plain(node.path) + (f":{node.line}" if node.line is not None and node.cell is None else "")


def _name(node_id: str) -> str:
    return plain(node_id.removeprefix("file:"))


def _resolution(graph: GraphExport) -> Table | None:
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


def _unresolved(graph: GraphExport) -> Table | None:
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


# --- words and choices ---


def _figures(graph: GraphExport) -> tuple[Figure, ...]:
    states = Counter(ties.state(edge) for edge in graph.edges)
    calls = sum(item.calls for item in graph.resolution)
    named = calls - sum(len(item.unresolved) for item in graph.resolution)
    return (
        Figure("Artefacts", f"{len(graph.nodes):,}", f"of {plural(len({node.kind for node in graph.nodes}), 'kind')}"),
        Figure("Ties", f"{len(graph.edges):,}", f"{states['observed']:,} observed, {states['declared']:,} declared, {states['agreed']:,} both"),
        Figure("Contradictions", f"{states['mismatch']:,}", "between a declared step and its code"),
        Figure("I/O calls named", percent(named / calls if calls else None), f"{named:,} of {calls:,}" if calls else "none in code"),
    )  # fmt: skip


def _described(view: View) -> str:
    return (
        f"{plural(len(view.boxes), 'box', 'boxes')} and {plural(len(view.lines), 'line')} between them; a change travels from "
        "left to right. The tables below say the same, and more."
    )


def _notes(
    graph: GraphExport, nodes: Sequence[Node], edges: Sequence[Edge], drawable: Sequence[Node], views: Views
) -> list[str]:
    """What the pictures and the page leave out."""
    packages = sum(node.kind is NodeKind.PACKAGE for node in nodes)
    loose = len(nodes) - len(drawable) - packages
    said = []
    if packages:
        said.append(f"{plural(packages, 'package')} and what installs them are in the tables, not in the pictures.")
    if loose > 0:
        said.append(
            f"{plural(loose, 'artefact')} without a tie to draw {'is' if loose == 1 else 'are'} in the table of artefacts alone."
        )
    if any(both[0].hidden for both in views.values()):
        said.append(
            f"A picture shows at most {MOST_BOXES} boxes of a folder, those with the most ties, and {MOST_AROUND} of what lies around it; each says what it leaves out."
        )
    if left := len(graph.nodes) - len(nodes):
        said.append(
            f"{left:,} of {len(graph.nodes):,} artefacts, the least connected, are not on this page; the JSON of this graph holds them all."
        )
    if left := len(graph.edges) - len(edges):
        said.append(
            f"{left:,} of {len(graph.edges):,} ties are not on this page; the JSON of this graph holds them all."
        )
    return said


def _kinds(nodes: Sequence[Node]) -> tuple[Choice, ...]:
    counts = Counter(ties.kind(node) for node in nodes)
    return tuple(
        Choice(kind, kind, f"{count:,}") for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _states(edges: Sequence[Edge]) -> tuple[Choice, ...]:
    counts = Counter(ties.state(edge) for edge in edges)
    return tuple(Choice(state, words, f"{counts[state]:,}") for state, words in ties.STATES.items() if counts[state])


# --- the picture ---


class _Drawing:
    """Boxes and strokes of a view, ready to print."""

    def __init__(self, folders: Folders, nodes: Sequence[Node], edges: Sequence[Edge]) -> None:
        self._folders = folders
        self._nodes = nodes
        self._edges = edges

    def box(self, item: int, x: int, y: int, *, outside: bool) -> Drawn:
        """One box."""
        shape, kind = self._kind(item)
        label = plain(self._folders.path(item))
        short = clip_path(label, _LETTERS) if "/" in label else clip(label, _LETTERS)
        title = f"{clip(plain(self._folders.path(item)), 200)} ({kind})"
        first = 21 if shape == "folder" else 18
        return Drawn(
            x, y, shape, box_outline(shape), short, clip(kind, 30), title, outside, BOX_WIDTH // 2, first, first + 13
        )

    def _kind(self, item: int) -> tuple[str, str]:
        number = self._folders.items[item].node
        if number < 0:
            held = len(self._folders.children[item])
            return "folder", f"{held:,} inside"
        node = self._nodes[number]
        return SHAPE_OF.get(node.kind.value, "other"), ties.kind(node)

    def strokes(self, view: View) -> tuple[Stroke, ...]:
        """The lines of a view, each drawn as most of its ties are."""
        number = {box.item: rank for rank, box in enumerate(view.boxes)}
        states: dict[tuple[int, int], Counter[str]] = {}
        for edge in self._edges:
            ends = [self._in(end, number) for end in _flow(self._folders, edge)]
            states.setdefault((ends[0], ends[1]), Counter())[ties.state(edge)] += 1
        found = []
        for line in view.lines:
            counts = states.get((line.source, line.target), Counter())
            names = [self._folders.items[view.boxes[end].item].label for end in (line.source, line.target)]
            told = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
            found.append(Stroke(line.path, leading(counts), f"{plain(names[0], 60)} → {plain(names[1], 60)}: {told}"))
        return tuple(found)

    def _in(self, item: int, number: dict[int, int]) -> int:
        return next((number[above] for above in self._folders.above(item) if above in number), -1)


def leading(counts: Counter[str]) -> str:
    """How a line of several ties is drawn: a contradiction shows, else what most of them rest on."""
    order = list(ties.STATES)
    if counts["mismatch"]:
        return "mismatch"
    return min(counts, key=lambda state: (-counts[state], order.index(state)), default="implied")


def box_outline(shape: str) -> str:
    """The outline of a box at the origin."""
    if shape == "folder":
        tab = BOX_WIDTH // 3
        return f"M0 0H{tab}L{tab + 7} 7H{BOX_WIDTH}V{BOX_HEIGHT}H0Z"
    return outline(shape, 0, 0, BOX_WIDTH, BOX_HEIGHT)


def _atlas(folders: Folders, rows: list[int], views: Views) -> str:
    """All pictures for the script, as JSON that can stand in a script element."""
    shapes = ("folder", *SHAPE_WORDS)
    data = {
        "box": [BOX_WIDTH, BOX_HEIGHT],
        "shapes": {shape: box_outline(shape) for shape in shapes},
        "kinds": {kind.replace("_", " "): shape for kind, shape in SHAPE_OF.items()},
        "said": {kind.value.replace("_", " "): list(ties.both_ends(kind)) for kind in EdgeKind},
        "states": list(ties.STATES),
        "items": [
            [plain(item.label, 200), item.parent, rows[item.node] if item.node >= 0 else -1] for item in folders.items
        ],
        "views": {item: [_view(view) if view is not None else None for view in both] for item, both in views.items()},
    }
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return raw.replace("<", "\\u003c").replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _view(view: View) -> list[object]:
    boxes = [[box.item, box.x, box.y, int(box.outside)] for box in view.boxes]
    return [view.width, view.height, boxes, [list(line) for line in view.lines], view.hidden, view.around]
