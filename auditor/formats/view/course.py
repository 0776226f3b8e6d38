"""The page of a trend: the course of the debt, what came and went, how long debt lives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from auditor.formats.text import decimal, hours, plain, plural, span
from auditor.formats.view.pieces import Column, Figure, Inline, Table, code, table, text
from auditor.formats.view.sheet import Curve, Dot, Lines, Part, Scale, Sheet, Tick
from auditor.formats.words import HISTORY
from auditor.model.trend import Life, Point, Trend

_MOST_POINTS, _MOST_LIVES = 2_000, 3_000
_DOTS = 200  # points up to which each has a mark of its own
_TICKS = 6
_TOPS = (10, 20, 40, 60, 100)  # of the picture: a course between 3 and 8 is flat on a scale to 100
_GRAVE = ("critical", "high", "medium")
_ORDER = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}


def sheet(trend: Trend) -> Sheet:
    """The page of a trend."""
    judged = [point for point in trend.points if point.debt is not None]
    parts = (_debt(judged), _counts(judged), _families(trend, judged), _lives(trend), _commits(trend))
    versions = trend.versions
    facts = [("Commits", f"{len(trend.points):,}"), ("Between them, not audited", f"{trend.skipped:,}")]
    if versions is not None:
        facts += [
            ("Tool", versions.tool), ("Rules", versions.ruleset), ("Score model", versions.score_model),
            ("Calibration", versions.calibration), ("Profile", versions.profile),
        ]  # fmt: skip
    seen = HISTORY.get(trend.history, trend.history)
    return Sheet(
        kind="Debt over time",
        title=plain(trend.name) or "this repository",
        facts=tuple((label, plain(value)) for label, value in facts),
        figures=_figures(trend, judged),
        parts=tuple(part for part in parts if part is not None),
        foot=f"Every commit was audited under today's rules and weights, as of its own day. {seen[:1].upper()}{seen[1:]}.",
    )


def _figures(trend: Trend, judged: Sequence[Point]) -> tuple[Figure, ...]:
    if not judged:
        return (Figure("Commits", f"{len(trend.points):,}", "none could be judged"),)
    first, last = judged[0], judged[-1]
    change = (last.debt or 0.0) - (first.debt or 0.0)
    came = sum(bool(life.absent_at) for life in trend.lives)
    fixed = sum(life.end == "fixed" for life in trend.lives)
    return (
        Figure("Debt", decimal(last.debt), f"range {span(last.low, last.high)}, grade {plain(last.grade)}"),
        Figure(
            "Since the first commit",
            f"{change:+.1f}" if abs(change) >= 0.05 else "±0",
            f"{_day(first.time)} to {_day(last.time)}",
        ),
        Figure("Findings that came", f"{came:,}", f"{fixed:,} were fixed"),
        Figure("Work to pay all off", hours(last.hours_p50), f"ninth decile {hours(last.hours_p90)}"),
    )


def _debt(judged: Sequence[Point]) -> Part | None:
    if not judged:
        return None
    top = next((top for top in _TOPS if top >= max(point.high for point in judged)), 100)
    scale = _scale(judged, top)
    curves = [
        Curve(
            "debt", scale.line([(point.time, point.debt) for point in judged]),
            scale.band([(point.time, point.low, point.high) for point in judged]),
        )
    ]  # fmt: skip
    if any(
        point.net is not None and point.debt is not None and abs(point.net - point.debt) >= 0.05 for point in judged
    ):
        curves.append(Curve("net of accepted risks", scale.line([(p.time, p.net) for p in judged]), solid=False))
    if any(point.reported is not None for point in judged):
        curves.append(Curve("as reported then", scale.line([(p.time, p.reported) for p in judged]), solid=False))
    said = f"Debt from {_day(judged[0].time)} to {_day(judged[-1].time)}: {decimal(judged[0].debt)} to {decimal(judged[-1].debt)} of 100."
    dots = _dots(judged, scale, lambda point: point.debt or 0.0)
    up = tuple(Tick(scale.y(value), str(value)) for value in range(0, top + 1, top // 5 if top % 4 else top // 4))
    intro = "0 is no debt found, 100 the most there can be; the band is what could not be determined. A broken line, where there is one, is the net of accepted risks, or what was reported under the rules of then."
    return Part("debt", "Debt", intro, lines=Lines(said, tuple(curves), dots, _across(judged, scale), up))


def _counts(judged: Sequence[Point]) -> Part | None:
    most = max((sum(point.counts.get(word, 0) for word in _GRAVE) for point in judged), default=0)
    if not most:
        return None
    scale = _scale(judged, most)
    grave = [(point.time, float(sum(point.counts.get(word, 0) for word in _GRAVE[:2]))) for point in judged]
    whole = [(point.time, float(sum(point.counts.get(word, 0) for word in _GRAVE))) for point in judged]
    curves = (Curve("critical and high", scale.line(grave)), Curve("with medium ones", scale.line(whole), solid=False))
    last = judged[-1].counts
    said = (
        "Open findings of medium severity and above; at last "
        + ", ".join(f"{last.get(w, 0)} {w}" for w in _GRAVE)
        + "."
    )
    marks = {0, most, *({most // 2} if most % 2 == 0 else ())}
    up = tuple(Tick(scale.y(value), f"{value:,}") for value in sorted(marks))
    intro = "Open findings: the strong line counts critical and high ones, the broken line medium ones too."
    return Part("findings", "Findings", intro, lines=Lines(said, curves, (), _across(judged, scale), up))


def _families(trend: Trend, judged: Sequence[Point]) -> Part | None:
    ages = {age.family: age for age in trend.half_lives}
    names = sorted({name for point in judged for name, debt in point.families.items() if debt is not None} | set(ages))
    columns = (
        Column("Family", "head"), Column("First", "number"), Column("Last", "number"), Column("Most", "number"),
        Column("Findings with a known birth", "number"), Column("Fixed", "number"), Column("Half are gone after"),
    )  # fmt: skip
    rows, clean = [], list[str]()
    for name in names:
        known = [debt for point in judged if (debt := point.families.get(name)) is not None]
        ends = (known[0], known[-1], max(known)) if known else (None, None, None)
        age = ages.get(name)
        if age is None and not any(known):
            clean.append(name)
            continue
        days = (
            "more than half are still there"
            if age and age.days is None
            else f"{age.days:,.0f} days"
            if age and age.days is not None
            else ""
        )
        counts = (f"{age.findings:,}", f"{age.fixed:,}") if age else ("", "")
        rows.append((text(name), *(text(decimal(end)) for end in ends), *map(text, counts), text(days)))
    made = table("Debt by family, and its half-life (the median of Kaplan and Meier)", columns, rows)
    notes = (f"No debt at any of these commits: {', '.join(map(plain, clean))}.",) if clean and rows else ()
    intro = "Findings that were there at the first commit have no known age and do not enter the half-life; what is still open counts as long as it was seen."
    return Part("families", "Families", intro, tables=(made,), notes=notes) if made else None


def _lives(trend: Trend) -> Part | None:
    columns = (
        Column("Rule", "head"), Column("Severity"), Column("Where"), Column("What"), Column("Came with"), Column("Went with"),
    )  # fmt: skip
    order = sorted(
        trend.lives, key=lambda life: (life.end != "open", _ORDER.get(life.severity, 9), life.introduced_time)
    )
    rows = [
        (
            code(life.rule),
            text(life.severity),
            code(life.path or "."),
            text(plain(life.entity.replace("|", ", "), 80)),
            _came(life),
            _went(life),
        )
        for life in order
    ]
    made = table("Each finding: the first audited commit with it, and the first without", columns, rows, _MOST_LIVES)
    intro = "What is still open comes first. With --exact, the commits are those that brought and removed the finding, not just the first ones audited after."
    return Part("lives", "What came and went", intro, tables=(made,)) if made else None


def _came(life: Life) -> Inline:
    if not life.absent_at:
        return text(f"before {_day(life.introduced_time)}")
    return (*text(f"{_day(life.introduced_time)} "), *code(life.introduced[:12]))


def _went(life: Life) -> Inline:
    if life.resolved_time is None:
        return text("still open" if life.end == "open" else "not looked at any more")
    word = "" if life.end == "fixed" else " (with its file or its rule)"
    return (*text(f"{_day(life.resolved_time)} "), *code(life.resolved[:12]), *text(word))


def _commits(trend: Trend) -> Part | None:
    columns = (
        Column("Day", "head"), Column("Commit"), Column("Tags"), Column("Debt", "number"), Column("Range"), Column("Grade"),
        Column("Critical", "number"), Column("High", "number"), Column("Medium", "number"), Column("New", "number"),
        Column("Fixed", "number"), Column("Hours", "number"), Column("Lines", "number"), Column("Not audited"),
    )  # fmt: skip
    rows = [
        (
            text(_day(point.time)), code(point.commit[:12]), text(" ".join(point.tags)), text(decimal(point.debt)),
            text(span(point.low, point.high)), text(point.grade), *(text(f"{point.counts.get(word, 0):,}") for word in _GRAVE),
            text(f"{point.new:,}"), text(f"{point.fixed:,}"), text(hours(point.hours_p50)), text(f"{point.lines:,}"),
            text(point.problem),
        )
        for point in reversed(trend.points)
    ]  # fmt: skip
    made = table("Audited commits, newest first", columns, rows, _MOST_POINTS)
    return Part("commits", "Commits", tables=_only(made), notes=tuple(_notes(trend.points)))


def _notes(points: Sequence[Point]) -> Iterator[str]:
    """What must be known of some of the commits."""
    other, failed = sum(bool(p.reported_under) for p in points), sum(bool(p.problem) for p in points)
    if other:
        yield f"{plural(other, 'commit')} had been reported under other rules or weights; the scores here are restated under today's."
    unread = [p.unread for p in points if p.unread]
    if unread:
        yield (
            f"At {plural(len(unread), 'commit')} up to {plural(max(unread), 'file')} could not be read, because this clone lacks the contents "
            "or they are too large; what stands in them is not judged."
        )
    if failed:
        yield f"{plural(failed, 'commit')} could not be audited."


def _only(*tables: Table | None) -> tuple[Table, ...]:
    return tuple(one for one in tables if one is not None)


def _scale(judged: Sequence[Point], most: float) -> Scale:
    times = [point.time for point in judged]  # along the line, clocks may have gone back
    return Scale(min(times), max(times), most)


def _dots(judged: Sequence[Point], scale: Scale, value: Callable[[Point], float]) -> tuple[Dot, ...]:
    if len(judged) > _DOTS:
        return ()
    return tuple(
        Dot(
            scale.x(point.time), scale.y(value(point)),
            f"{_day(point.time)} {' '.join(plain(tag) for tag in point.tags) or point.commit[:12]}: {decimal(point.debt)}",
        )
        for point in judged
    )  # fmt: skip


def _across(judged: Sequence[Point], scale: Scale) -> tuple[Tick, ...]:
    times = [point.time for point in judged]
    first, last = min(times), max(times)
    if first == last:
        return (Tick(scale.x(first), _day(first)),)
    marks = [first + (last - first) * at // (_TICKS - 1) for at in range(_TICKS)]
    days = [_day(mark) for mark in marks]
    return tuple(
        Tick(scale.x(mark), "" if days[at - 1 : at] == [day] else day)
        for at, (mark, day) in enumerate(zip(marks, days, strict=True))
    )


def _day(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).date().isoformat()
