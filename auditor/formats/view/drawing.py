"""The pictures of a graph, ready to print: the first one as boxes and strokes, all of them as data for the script."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from auditor.formats import ties
from auditor.formats.text import clip, clip_path, plain, plural
from auditor.formats.view.atlas import BOX_HEIGHT, BOX_WIDTH, View
from auditor.formats.view.folders import Folders
from auditor.formats.view.shapes import SHAPE_OF, SHAPE_WORDS, outline
from auditor.model.artefact import DIRECTIONS, Edge, EdgeKind, Node
from auditor.model.audit import Debts
from auditor.model.finding import Severity

Views: TypeAlias = dict[int, tuple[View, View | None]]

_LETTERS = 23


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
    badge: str
    badge_x: int
    badge_width: int
    badge_middle: int
    grave: bool


class Stroke(msgspec.Struct, frozen=True):
    """A line of the picture that is there without script."""

    path: str
    state: str
    title: str


def flow(folders: Folders, edge: Edge) -> tuple[int, int]:
    """The ends of a tie as items, in the direction a change travels."""
    ends = folders.home[edge.source], folders.home[edge.target]
    return ends if DIRECTIONS.get(edge.kind, True) else (ends[1], ends[0])


class Drawing:
    """Boxes and strokes of a view, ready to print."""

    def __init__(
        self, folders: Folders, nodes: Sequence[Node], edges: Sequence[Edge], debts: Mapping[str, Debts]
    ) -> None:
        self._folders = folders
        self._nodes = nodes
        self._edges = edges
        self._owed: dict[int, list[Debts]] = {}  # by every item that holds an artefact with findings
        for node in nodes:
            if node.id in debts:
                for item in folders.above(folders.home[node.id]):
                    self._owed.setdefault(item, []).append(debts[node.id])

    def box(self, item: int, x: int, y: int, *, outside: bool) -> Drawn:
        """One box."""
        shape, kind = self._kind(item)
        label = plain(self._folders.path(item))
        short = clip_path(label, _LETTERS) if "/" in label else clip(label, _LETTERS)
        owed = self._owed.get(item, [])
        count = sum(debts.findings for debts in owed)
        said = f"{kind}, {plural(count, 'finding')}" if count else kind
        title = f"{clip(plain(self._folders.path(item)), 200)} ({said})"
        first = 21 if shape == "folder" else 18
        wide = 12 + 7 * len(f"{count}")
        return Drawn(
            x, y, shape, _box_outline(shape), short, clip(kind, 30), title, outside, BOX_WIDTH // 2, first, first + 13,
            f"{count}" if count else "", BOX_WIDTH - wide, wide, BOX_WIDTH - wide // 2, any(debts.severity.rank >= Severity.HIGH.rank for debts in owed),
        )  # fmt: skip

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
            ends = [self._in(end, number) for end in flow(self._folders, edge)]
            states.setdefault((ends[0], ends[1]), Counter())[ties.state(edge)] += 1
        found = []
        for line in view.lines:
            counts = states.get((line.source, line.target), Counter())
            names = [self._folders.items[view.boxes[end].item].label for end in (line.source, line.target)]
            told = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
            found.append(Stroke(line.path, _leading(counts), f"{plain(names[0], 60)} → {plain(names[1], 60)}: {told}"))
        return tuple(found)

    def _in(self, item: int, number: dict[int, int]) -> int:
        return next((number[above] for above in self._folders.above(item) if above in number), -1)


def _leading(counts: Counter[str]) -> str:
    """How a line of several ties is drawn: a contradiction shows, else what most of them rest on."""
    order = list(ties.STATES)
    if counts["mismatch"]:
        return "mismatch"
    return min(counts, key=lambda state: (-counts[state], order.index(state)), default="implied")


def _box_outline(shape: str) -> str:
    """The outline of a box at the origin."""
    if shape == "folder":
        tab = BOX_WIDTH // 3
        return f"M0 0H{tab}L{tab + 7} 7H{BOX_WIDTH}V{BOX_HEIGHT}H0Z"
    return outline(shape, 0, 0, BOX_WIDTH, BOX_HEIGHT)


def atlas(folders: Folders, rows: list[int], views: Views) -> str:
    """All pictures for the script, as JSON that can stand in a script element."""
    shapes = ("folder", *SHAPE_WORDS)
    data = {
        "box": [BOX_WIDTH, BOX_HEIGHT],
        "shapes": {shape: _box_outline(shape) for shape in shapes},
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
