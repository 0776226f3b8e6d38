"""Two audits side by side, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.formats.screen import COLUMNS, Screen
from auditor.formats.text import clip, decimal, plain, plural
from auditor.model.delta import Delta, Side
from auditor.model.finding import Finding

_SHOWN = 12


def render(delta: Delta, *, color: bool = False, columns: int = COLUMNS) -> str:
    """What is new, fixed, removed and not looked at, family by family, and where the difference comes from."""
    screen = Screen(color=color, columns=columns)
    screen.line(f"before  {_side(delta.before)}")
    screen.line(f"after   {_side(delta.after)}")
    if not delta.comparable:
        screen.add(
            "The two were scored under different rules or weights: compare them by the parts below.", style="warn"
        )
    _attribution(screen, delta)
    _families(screen, delta)
    for title, found in (
        ("New", delta.new), ("Only detected now", delta.detected), ("Fixed", delta.fixed), ("Removed with what they were about", delta.removed), ("Not looked at, so still open", delta.stale),
    ):  # fmt: skip
        _findings(screen, title, found)
    graded = [pair for pair in delta.kept if pair.before.severity is not pair.after.severity]
    if graded:
        screen.title(f"Of another severity ({len(graded)})")
    for pair in graded[:_SHOWN]:
        one = pair.after
        screen.add(
            f"{plain(str(one.place))} {one.rule} {pair.before.severity.value} -> {one.severity.value} {plain(one.message, 200)}",
            indent=2,
            hang=4,
        )
    moved = sum(pair.how in ("renamed", "moved") for pair in delta.kept)
    screen.line()
    screen.add(f"{plural(len(delta.kept), 'finding')} in both, {moved} of them at another place.")
    if delta.unreadable:
        screen.add(f"No longer readable: {', '.join(map(plain, delta.unreadable[:5]))}.", style="warn")
    return screen.text()


def _side(side: Side) -> str:
    at = plain(side.target.revision or side.as_of)[:10]
    return f"{at:<11} debt {decimal(side.score.debt):>5}  grade {plain(side.score.grade)}"


def _attribution(screen: Screen, delta: Delta) -> None:
    parts = [share for share in delta.attribution if abs(share.points) >= 0.05]
    if not delta.attribution:
        return
    whole = sum(share.points for share in delta.attribution)
    screen.title(f"Debt {whole:+.1f} points")
    for share in parts:
        screen.add(f"{share.points:+6.1f}  {share.says}", indent=2, hang=8)


def _families(screen: Screen, delta: Delta) -> None:
    rows = [
        f for f in delta.families if f.before is not None and f.after is not None and abs(f.after - f.before) >= 0.05
    ]
    if not rows:
        return
    screen.title("By family")
    for family in rows:
        change = (family.after or 0.0) - (family.before or 0.0)
        screen.line(
            f"  {family.id:<4} {clip(plain(family.title), 34):<34} {decimal(family.before):>5} -> {decimal(family.after):>5}  {change:+.1f}"
        )


def _findings(screen: Screen, title: str, found: Sequence[Finding]) -> None:
    if not found:
        return
    screen.title(f"{title} ({len(found)})")
    ordered = sorted(found, key=lambda f: (-f.severity.rank, f.rule, str(f.place)))
    for finding in ordered[:_SHOWN]:
        screen.add(
            f"{plain(str(finding.place))} {finding.rule} {finding.severity.value} {plain(finding.message, 200)}",
            indent=2,
            hang=4,
        )
    if len(ordered) > _SHOWN:
        screen.line(f"  and {len(ordered) - _SHOWN} more")
