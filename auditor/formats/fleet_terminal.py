"""A fleet on a terminal: the ranking, how debt is spread, what the repositories have in common."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.formats.screen import COLUMNS, Screen
from auditor.formats.text import clip, decimal, hours, plain, plural, span
from auditor.model.fleet import Fleet, Shared, Spread, Standing

_ROWS = 40
_SHARED = 12


def render(fleet: Fleet, *, color: bool = False, columns: int = COLUMNS) -> str:
    """Most debt first; what could not be audited with its reason."""
    screen = Screen(color=color, columns=columns)
    judged = [one for one in fleet.standings if one.rank is not None]
    screen.pair("Technical debt of a fleet", plural(len(fleet.standings), "repository", "repositories"), "strong")
    if fleet.debt is not None:
        debt = fleet.debt
        screen.line(
            f"  debt {decimal(debt.median)} in the middle, half of them from {decimal(debt.q1)} to {decimal(debt.q3)}"
        )
    screen.title("Ranking: most debt first")
    wide = columns - 52
    head = f"{'':>3}  {'':<{wide}} {'debt':>5} {'':<3} {'range':>10} {'cr/hi/me':>8} {'work':>7} {'pct':>4}"
    screen.line(f"  {screen.painted(head, 'faint')}")
    for one in judged[:_ROWS]:
        _row(screen, one, columns)
    if len(judged) > _ROWS:
        screen.line(f"  and {plural(len(judged) - _ROWS, 'more', 'more')}")
    _others(screen, [one for one in fleet.standings if one.rank is None])
    _families(screen, fleet.families)
    _shared(screen, fleet.shared)
    if fleet.versions is not None:
        screen.title("Seen")
        screen.add(
            f"All as of {plain(fleet.as_of)} under rules {plain(fleet.versions.ruleset)}, profile {plain(fleet.versions.profile)}.",
            indent=2,
        )
    return screen.text()


def _row(screen: Screen, one: Standing, columns: int) -> None:
    grave = f"{one.counts.get('critical', 0)}/{one.counts.get('high', 0)}/{one.counts.get('medium', 0)}"
    name = clip(plain(one.name), columns - 52)
    mark = "?" if one.provisional else " "
    screen.line(
        f"  {one.rank:>3}  {name:<{columns - 52}} {decimal(one.debt):>5} {plain(one.grade, 2)}{mark} {span(one.low, one.high):>10}"
        f" {grave:>8} {hours(one.hours_p50):>7} {decimal(one.percentile, 0):>4}"
    )


def _others(screen: Screen, others: Sequence[Standing]) -> None:
    if not others:
        return
    screen.title("Not in the ranking")
    for one in others:
        reason = plain(one.problem, 300) or "nothing could be judged"
        screen.add(f"{plain(one.name, 60)}: {reason}", indent=2, hang=2)


def _families(screen: Screen, families: Sequence[Spread]) -> None:
    if not families:
        return
    screen.title("Debt by family: median, quartiles, most")
    for one in families:
        half = f"{decimal(one.q1)}–{decimal(one.q3)}"
        count = plural(one.repositories, "repository", "repositories")
        screen.line(
            f"  {plain(one.name, 5):<5} {decimal(one.median):>6} {half:>12} {decimal(one.most):>6}   in {count}"
        )


def _shared(screen: Screen, shared: Sequence[Shared]) -> None:
    if not shared:
        return
    screen.title("Problems that they share")
    for one in shared[:_SHARED]:
        screen.add(
            f"{one.rule} in {one.repositories} of {one.applicable} that it applies to, {plural(one.findings, 'finding')}: "
            f"{plain(one.title, 120)}",
            indent=2, hang=4,
        )  # fmt: skip
