"""Debt over time on a terminal: a line of bars, a row for each commit, and how long debt lives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from auditor.formats.screen import COLUMNS, Screen
from auditor.formats.text import clip, decimal, plain, plural, span
from auditor.formats.words import HISTORY
from auditor.model.trend import HalfLife, Life, Point, Trend

_BARS = "▁▂▃▄▅▆▇█"
_ROWS = 24
_LIVES = 8


def render(trend: Trend, *, color: bool = False, columns: int = COLUMNS) -> str:
    """The course of the debt, what came and went, and the age that debt reaches."""
    screen = Screen(color=color, columns=columns)
    judged = [point for point in trend.points if point.debt is not None]
    screen.pair(f"Debt over time: {plain(trend.name, 40)}", f"{len(trend.points)} commits", "strong")
    if judged:
        first, last = judged[0], judged[-1]
        debts = [point.debt or 0.0 for point in judged]
        screen.line(f"  {sparkline(debts, columns - 4)}")
        screen.line(
            f"  {_day(first.time)} debt {decimal(first.debt)}  ->  {_day(last.time)} debt {decimal(last.debt)}, grade {plain(last.grade)};"
            f" highest {decimal(max(debts))}"
        )
    else:
        screen.line("  no commit could be judged")
    screen.line()
    head = f"{'':<25} {'debt':>5} {'':<2} {'range':>10}  {'cr/hi/me':>8}  new, fixed"
    screen.line(f"  {screen.painted(head, 'faint')}")
    for point in _shown(trend.points):
        _row(screen, point)
    _lives(screen, trend.lives)
    _ages(screen, trend.half_lives)
    screen.title("Seen")
    seen = HISTORY.get(trend.history, trend.history)
    rest = f"; {plural(trend.skipped, 'commit')} between the points not audited" if trend.skipped else ""
    screen.add(f"{seen[:1].upper()}{seen[1:]}{rest}.", indent=2)
    unread = [point.unread for point in trend.points if point.unread]
    if unread:
        screen.add(
            f"At {plural(len(unread), 'commit')} up to {plural(max(unread), 'file')} could not be read (not in this clone, or too large).",
            indent=2,
        )
    if trend.versions:
        screen.add(
            f"All points under rules {plain(trend.versions.ruleset)}, profile {plain(trend.versions.profile)}.",
            indent=2,
        )
    return screen.text()


def sparkline(values: Sequence[float], most: int) -> str:
    """One bar a value, the full height for the greatest, thinned to `most` bars, the last one kept."""
    top = max(values, default=0.0) or 1.0
    if len(values) > most:
        step = (len(values) - 1) / (most - 1)
        values = [values[round(at * step)] for at in range(most)]
    return "".join(_BARS[min(len(_BARS) - 1, int(max(0.0, value) / top * len(_BARS)))] for value in values)


def _shown(points: Sequence[Point]) -> Sequence[Point]:
    if len(points) <= _ROWS:
        return points
    step = (len(points) - 1) / (_ROWS - 1)
    return [points[round(at * step)] for at in range(_ROWS)]


def _row(screen: Screen, point: Point) -> None:
    name = clip(plain(point.tags[0]) if point.tags else point.commit[:10], 14)
    if point.problem:
        screen.add(f"{_day(point.time)} {name:<14} not audited: {plain(point.problem, 120)}", indent=2, hang=4)
        return
    moved = f"+{point.new} -{point.fixed}"
    grave = f"{point.counts.get('critical', 0)}/{point.counts.get('high', 0)}/{point.counts.get('medium', 0)}"
    screen.line(
        f"  {_day(point.time)} {name:<14} {decimal(point.debt):>5} {plain(point.grade, 2):<2} {span(point.low, point.high):>10}"
        f"  {grave:>8}  {moved}"
    )


def _lives(screen: Screen, lives: Sequence[Life]) -> None:
    grave = [life for life in lives if life.severity in ("critical", "high") and life.end == "open"]
    if not grave:
        return
    screen.title("Oldest open grave debt")
    for life in sorted(grave, key=lambda life: life.introduced_time)[:_LIVES]:
        since = (
            f"since {_day(life.introduced_time)} {life.introduced[:10]}"
            if life.absent_at
            else f"before {_day(life.introduced_time)}"
        )
        screen.add(f"{life.rule} {life.severity} {plain(life.path, 60)} {since}", indent=2, hang=4)


def _ages(screen: Screen, ages: Sequence[HalfLife]) -> None:
    if not ages:
        return
    screen.title("Half-life: after how many days half of the findings are gone")
    for age in ages:
        days = f"{age.days:,.0f} days" if age.days is not None else "more than half are still there"
        screen.line(f"  {age.family:<4} {plural(age.findings, 'finding'):>14}, {age.fixed:>4} fixed   {days}")


def _day(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).date().isoformat()
