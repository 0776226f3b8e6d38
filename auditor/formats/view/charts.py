"""Positions of the charts, in percent of their width, so that they stretch and their text does not."""

from __future__ import annotations

import msgspec

from auditor.formats.text import decimal, finite, span

GRADES = (("A", 0.0, 15.0), ("B", 15.0, 30.0), ("C", 30.0, 45.0), ("D", 45.0, 60.0), ("E", 60.0, 100.0))


def grade_of(debt: float) -> str:
    """The grade that a debt score has by its number, without caps."""
    return next((letter for letter, _, end in GRADES if debt <= end), GRADES[-1][0])


class Zone(msgspec.Struct, frozen=True):
    """A grade on the scale: where it starts, how wide it is, where its letter stands."""

    letter: str
    x: str
    width: str
    middle: str
    shade: int


class ScoreBar(msgspec.Struct, frozen=True):
    """The debt score on its scale, with the range as a band. Texts say the same as the picture."""

    zones: tuple[Zone, ...]
    low: str
    width: str
    at: str
    label: str
    anchor: str
    description: str


class FamilyBar(msgspec.Struct, frozen=True):
    """One family: a bar to its debt and a line over its range."""

    width: str
    low: str
    high: str
    judged: bool
    description: str


def score_bar(debt: float | None, low: float, high: float) -> ScoreBar | None:
    """The bar of the headline, or nothing where there is no score."""
    if debt is None or not finite(debt):
        return None
    zones = tuple(
        Zone(letter, _percent(start), _percent(end - start), _percent((start + end) / 2), shade)
        for shade, (letter, start, end) in enumerate(GRADES)
    )
    anchor = "start" if debt < 8 else "end" if debt > 92 else "middle"
    said = f"Debt score {decimal(debt)} on a scale from 0, no debt found, to 100; range {span(low, high)}."
    return ScoreBar(zones, _percent(low), _percent(max(high - low, 0.4)), _percent(debt), decimal(debt), anchor, said)


def family_bar(title: str, debt: float | None, low: float, high: float) -> FamilyBar:
    """The bar of one family; empty where nothing was determined."""
    if debt is None or not finite(debt):
        return FamilyBar("0%", _percent(low), _percent(high), False, f"{title}: not determined.")
    return FamilyBar(
        _percent(debt),
        _percent(low),
        _percent(high),
        True,
        f"{title}: debt {decimal(debt)} of 100, range {span(low, high)}.",
    )


def _percent(value: float) -> str:
    bounded = min(100.0, max(0.0, value if finite(value) else 0.0))
    return f"{bounded:.2f}".rstrip("0").rstrip(".") + "%"
