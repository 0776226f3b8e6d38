"""The pictures of a graph: one of every folder, closed or as open as fits, with what lies around it, laid out in columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from auditor.formats.view import layers
from auditor.formats.view.folders import ROOT, Folders

BOX_WIDTH, BOX_HEIGHT = 176, 40
GAP_X, MARGIN, UNIT = 56, 18, 27  # UNIT: half the distance of two boxes in a column
MOST_BOXES, MOST_AROUND = 48, 10
MOST_VIEWS = 1500
_GRID = 5  # columns of the boxes that have no tie


class Box(msgspec.Struct, frozen=True):
    """An item with the corner where it is drawn. `outside` the folder that is shown?"""

    item: int
    x: int
    y: int
    outside: bool


class Line(NamedTuple):
    """All ties between two boxes, by their numbers, in the direction a change travels; `path` is SVG path data."""

    source: int
    target: int
    path: str


class View(msgspec.Struct, frozen=True):
    """One picture. `hidden` counts items of the folder that did not fit, `around` those outside that did not."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    hidden: int
    around: int


class Atlas:
    """Makes views of folders. `flow` holds the ends of each tie as items, in the direction a change travels."""

    def __init__(self, folders: Folders, flow: Sequence[tuple[int, int]]) -> None:
        self._folders = folders
        self._inner: dict[int, list[tuple[int, int]]] = defaultdict(list)  # ties by every folder that an end lies in
        for source, target in flow:
            if source != target:
                for item in {*folders.above(source), *folders.above(target)}:
                    self._inner[item].append((source, target))

    def views(self) -> dict[int, tuple[View, View | None]]:
        """For each item that holds others its picture as open as fits, and with all folders closed where that differs.

        The largest folders first and at most MOST_VIEWS of them; the root is always there.
        """
        holders = [item for item in range(len(self._folders.items)) if self._folders.children[item]]
        chosen = sorted(holders, key=lambda item: (item != ROOT, -len(self._inner[item]), item))[:MOST_VIEWS]
        found = {}
        for item in sorted(chosen):
            closed = self._members(item)
            opened = self._opened(closed)
            found[item] = (self._view(item, opened), self._view(item, closed) if opened != closed else None)
        return found

    def _members(self, item: int) -> list[int]:
        """What stands in the picture of an item: its children, and itself where it is an artefact."""
        own = [item] if self._folders.items[item].node >= 0 else []
        return own + self._folders.children[item]

    def _opened(self, members: list[int]) -> list[int]:
        """The members with folders replaced by what they hold, the smallest first, as long as all fit."""
        found = list(members)
        while True:
            folders = [item for item in found if self._folders.is_folder(item) and item not in self._folders.apart]
            small = min(folders, key=lambda item: (len(self._folders.children[item]), item), default=None)
            if small is None or len(found) - 1 + len(self._folders.children[small]) > MOST_BOXES:
                return found
            at = found.index(small)
            found[at : at + 1] = self._folders.children[small]

    # --- one picture ---

    def _view(self, item: int, members: list[int]) -> View:
        inside = set(members)
        outer = set(self._folders.above(item))
        ties: Counter[tuple[int, int]] = Counter()
        for source, target in self._inner[item]:
            ends = self._shown(source, inside, outer), self._shown(target, inside, outer)
            if ends[0] != ends[1] and -1 not in ends and not inside.isdisjoint(ends):
                ties[ends] += 1
        degree: Counter[int] = Counter()
        for (source, target), count in ties.items():
            degree[source] += count
            degree[target] += count
        drawn = set(_most(members, degree, MOST_BOXES))
        near = {end for tie in ties if not drawn.isdisjoint(tie) for end in tie} - inside
        around = set(_most(near, degree, MOST_AROUND))
        kept = [tie for tie in sorted(ties) if drawn.union(around).issuperset(tie)]
        boxes, lines, width, height = _layout(sorted(drawn) + sorted(around), kept, around)
        return View(boxes, lines, width, height, len(members) - len(drawn), len(near) - len(around))

    def _shown(self, item: int, inside: set[int], outer: set[int]) -> int:
        """The box that an item is drawn in: of the members, or the largest outside; -1 where there is none."""
        below = -1
        for above in self._folders.above(item):
            if above in inside:
                return above
            if above in outer:
                return below
            below = above
        return -1


def _most(items: Iterable[int], degree: Counter[int], most: int) -> list[int]:
    return sorted(items, key=lambda item: (-degree[item], item))[:most]


def _layout(
    items: list[int], ties: list[tuple[int, int]], around: set[int]
) -> tuple[tuple[Box, ...], tuple[Line, ...], int, int]:
    """Boxes and lines: what is tied in columns, the rest in a grid below."""
    tied = {str(end) for tie in ties for end in tie}
    named = [(str(source), str(target)) for source, target in ties]
    placed = layers.drawn_close(layers.columns(tied, named), named)
    grid = _Grid(placed, named)
    corners = {int(name): grid.corner(name) for name in tied}
    below = max((y for _, y in corners.values()), default=MARGIN - 2 * UNIT) + 2 * UNIT + (UNIT if corners else 0)
    for rank, item in enumerate(item for item in items if item not in corners):
        corners[item] = MARGIN + rank % _GRID * (BOX_WIDTH + GAP_X // 2), below + rank // _GRID * 2 * UNIT
    number = {item: rank for rank, item in enumerate(items)}
    boxes = tuple(Box(item, *corners[item], item in around) for item in items)
    lines = tuple(Line(number[source], number[target], grid.path(str(source), str(target))) for source, target in ties)
    width = max((box.x for box in boxes), default=0) + BOX_WIDTH + MARGIN
    height = max((box.y for box in boxes), default=0) + BOX_HEIGHT + MARGIN
    return boxes, lines, width, max(height, grid.bottom + MARGIN)


class _Grid:
    """Columns with their boxes and with the bends of the lines that pass through them.

    A line that closes a cycle runs backwards, from the left side of its source to the right side of its target.
    """

    def __init__(self, placed: dict[str, int], ties: list[tuple[str, str]]) -> None:
        self._placed = dict(placed)
        self._bends: dict[tuple[str, str], list[str]] = {}
        steps: list[tuple[str, str]] = []
        for tie in ties:
            first, last = sorted(tie, key=lambda name: placed[name])
            bends = [f"{tie[0]}>{tie[1]}@{column}" for column in range(placed[first] + 1, placed[last])]
            self._placed.update({bend: placed[first] + 1 + rank for rank, bend in enumerate(bends)})
            self._bends[tie] = bends
            steps += zip([first, *bends], [*bends, last], strict=True)
        slim = frozenset(self._placed.keys() - placed.keys())
        self._height = layers.heights(self._placed, layers.rows(self._placed, steps), steps, slim)
        self.bottom = max((MARGIN + at * UNIT for at in self._height.values()), default=0) + BOX_HEIGHT

    def corner(self, name: str) -> tuple[int, int]:
        """The upper left corner of a box, or of the space of a bend."""
        return MARGIN + self._placed[name] * (BOX_WIDTH + GAP_X), MARGIN + self._height[name] * UNIT

    def path(self, source: str, target: str) -> str:
        """From the side of one box through its bends to the side of the other that faces it."""
        back = self._placed[source] > self._placed[target]
        leave, arrive, tip = (0, BOX_WIDTH, 5) if back else (BOX_WIDTH, 0, -5)
        (ax, ay), (bx, by), half = self.corner(source), self.corner(target), BOX_HEIGHT // 2
        x, y, path = ax + leave, ay + half, f"M{ax + leave} {ay + half}"
        bends = self._bends[source, target]
        for bend in reversed(bends) if back else bends:
            bend_x, bend_y = self.corner(bend)
            path += f"{_curve(x, y, bend_x + arrive, bend_y + UNIT // 2)}H{bend_x + leave}"
            x, y = bend_x + leave, bend_y + UNIT // 2
        return path + _curve(x, y, bx + arrive + tip, by + half)


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    middle = (x + to_x) // 2
    return f"C{middle} {y} {middle} {to_y} {to_x} {to_y}"
