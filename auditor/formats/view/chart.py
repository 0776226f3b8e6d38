"""A graph as a picture that can be opened folder by folder, with the tables that say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from auditor.formats import ties
from auditor.formats.text import plural
from auditor.formats.view.atlas import Atlas, View
from auditor.formats.view.drawing import Drawing, Drawn, Stroke, Views, atlas, flow
from auditor.formats.view.folders import ROOT, Folders
from auditor.formats.view.graph_tables import NodeRow, TieRow, node_rows, tie_row
from auditor.formats.view.links import Linker, nowhere
from auditor.formats.view.shapes import SHAPE_OF, SHAPE_WORDS, outline
from auditor.model.artefact import Edge, Node
from auditor.model.audit import Debts

_FOLDED = 400  # ties from which on their table is folded at first


class Choice(msgspec.Struct, frozen=True):
    """Something to filter by, with its number and, for a kind, its shape."""

    key: str
    words: str
    count: str
    shape: str = ""
    outline: str = ""


class Chart(msgspec.Struct, frozen=True):
    """The first picture as boxes and strokes, all pictures as data for the script, what can be filtered, and the tables."""

    width: int
    height: int
    boxes: tuple[Drawn, ...]
    strokes: tuple[Stroke, ...]
    description: str
    atlas: str
    kinds: tuple[Choice, ...]
    states: tuple[Choice, ...]
    shapes: tuple[Choice, ...]
    tie_count: str
    tie_rows: tuple[TieRow, ...]
    node_count: str
    node_rows: tuple[NodeRow, ...]
    folded: bool
    debts: bool
    title: str


class Charted(NamedTuple):
    """A chart, and all the pictures in it by the item that each is of."""

    chart: Chart
    views: Views


def charted(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    drawable: Sequence[Node],
    pictured: Sequence[Edge],
    debts: Mapping[str, Debts] | None = None,
    link: Linker = nowhere,
) -> Charted:
    """The chart of a graph: `drawable` nodes and `pictured` edges in the pictures, all in the tables."""
    folders, known = Folders(drawable), debts or {}
    views = Atlas(folders, [flow(folders, edge) for edge in pictured]).views()
    first = views[ROOT][0] if ROOT in views else View((), (), 0, 0, 0, 0)
    rank = {node.id: number for number, node in enumerate(nodes)}
    drawing = Drawing(folders, drawable, pictured, known)
    boxes = tuple(drawing.box(box.item, box.x, box.y, outside=box.outside) for box in first.boxes)
    found = Chart(
        width=first.width,
        height=first.height,
        boxes=boxes,
        strokes=drawing.strokes(first),
        description=_described(first),
        atlas=atlas(folders, [rank[node.id] for node in drawable], views),
        kinds=_kinds(drawable),
        states=_states(pictured),
        shapes=_shapes(drawable),
        tie_count=plural(len(edges), "tie"),
        tie_rows=tuple(tie_row(edge, rank, link) for edge in edges),
        node_count=plural(len(nodes), "artefact"),
        node_rows=node_rows(nodes, edges, known),
        folded=len(edges) > _FOLDED,
        debts=debts is not None,
        title="Dependency graph" if debts is None else "System map",
    )
    return Charted(found, views)


def _described(view: View) -> str:
    return (
        f"{plural(len(view.boxes), 'box', 'boxes')} and {plural(len(view.lines), 'line')} between them; a change travels from "
        "left to right. The tables below say the same, and more."
    )


def _kinds(nodes: Sequence[Node]) -> tuple[Choice, ...]:
    counts = Counter(ties.kind(node) for node in nodes)
    return tuple(
        Choice(kind, kind, f"{count:,}") for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _states(edges: Sequence[Edge]) -> tuple[Choice, ...]:
    counts = Counter(ties.state(edge) for edge in edges)
    return tuple(Choice(state, words, f"{counts[state]:,}") for state, words in ties.STATES.items() if counts[state])


def _shapes(nodes: Sequence[Node]) -> tuple[Choice, ...]:
    """The shapes that occur, for the legend."""
    used = {SHAPE_OF.get(node.kind.value, "other") for node in nodes}
    return tuple(
        Choice(shape, words, "", shape, outline(shape, 1, 1, 34, 16))
        for shape, words in SHAPE_WORDS.items()
        if shape in used
    )
