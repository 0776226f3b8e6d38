"""A page of parts, each with its figures, a picture and tables: what the trend and the fleet are shown on."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.formats.view.charts import FamilyBar
from auditor.formats.view.pieces import Figure, Table

WIDTH, HEIGHT = 960, 260  # of a picture of lines, in its own units
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 26  # margins of the plot in it


class Tick(msgspec.Struct, frozen=True):
    """A mark on an axis: where, and what it says."""

    at: float
    label: str


class Curve(msgspec.Struct, frozen=True):
    """One measure over time: its line, and the band of its range ("" where it has none). `solid` is drawn strong."""

    name: str
    line: str
    band: str = ""
    solid: bool = True


class Dot(msgspec.Struct, frozen=True):
    """A point of a curve with what it says."""

    x: float
    y: float
    title: str


class Lines(msgspec.Struct, frozen=True):
    """Curves over time. `description` says the same as the picture."""

    description: str
    curves: tuple[Curve, ...]
    dots: tuple[Dot, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


class BarRow(msgspec.Struct, frozen=True):
    """A name with a bar beside it, and a figure."""

    name: str
    bar: FamilyBar
    value: str
    note: str = ""


class Part(msgspec.Struct, frozen=True):
    """A part of the page."""

    id: str
    title: str
    intro: str = ""
    lines: Lines | None = None
    bars: tuple[BarRow, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


class Sheet(msgspec.Struct, frozen=True):
    """The page: what it is of, its headline figures, its parts."""

    kind: str
    title: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    foot: str


class Scale:
    """From time and value to places in a picture of lines."""

    def __init__(self, first: int, last: int, most: float) -> None:
        """`first` and `last` in seconds; values run from 0 to `most`."""
        self._first, self._span, self._most = first, max(1, last - first), most or 1.0

    def x(self, time: int) -> float:
        """The place of a time, from the left."""
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (time - self._first) / self._span, 1)

    def y(self, value: float) -> float:
        """The place of a value, from the top."""
        share = min(1.0, max(0.0, value / self._most))
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)

    def line(self, points: Sequence[tuple[int, float | None]]) -> str:
        """A path through the points, broken where a value is not known."""
        words, broken = list[str](), True
        for time, value in points:
            if value is not None:
                words.append(f"{'M' if broken else 'L'}{self.x(time)} {self.y(value)}")
            broken = value is None
        return "".join(words)

    def band(self, points: Sequence[tuple[int, float, float]]) -> str:
        """The area between a low and a high value at each time."""
        if len(points) < 2:
            return ""
        there = [f"{self.x(time)} {self.y(high)}" for time, _, high in points]
        back = [f"{self.x(time)} {self.y(low)}" for time, low, _ in reversed(points)]
        return f"M{'L'.join([*there, *back])}Z"
