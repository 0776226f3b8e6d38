"""Which commits of a line are audited."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.tree import Station

WEEK = 7 * 86_400
MONTH = 30 * 86_400


def choose(
    stations: Sequence[Station], *, every: str = "week", points: int | None = None, since: int | None = None
) -> tuple[Station, ...]:
    """Of a line from oldest to newest: all, the last of each week or month, or what is tagged; always the newest.

    `points` thins what is chosen to as many, evenly by position, ends kept; `since` leaves out what is older (seconds).
    """
    recent = [station for station in stations if since is None or station.time >= since]
    if not recent:
        return ()
    if every == "commit":
        chosen = recent
    elif every == "tag":
        chosen = [station for station in recent if station.tags]
    else:
        length = WEEK if every == "week" else MONTH
        last: dict[int, Station] = {}
        for station in recent:
            last[station.time // length] = station
        tagged = [station for station in recent if station.tags]
        kept = {*last.values(), *tagged}
        chosen = [station for station in recent if station in kept]
    if not chosen or chosen[-1] != recent[-1]:
        chosen = [*chosen, recent[-1]]
    return tuple(thinned(chosen, points))


def thinned(stations: Sequence[Station], points: int | None) -> Sequence[Station]:
    """As many as asked for, evenly by position, the first and the last among them."""
    if points is None or points >= len(stations):
        return stations
    if points <= 1:
        return stations[-1:]
    step = (len(stations) - 1) / (points - 1)
    return [stations[round(at * step)] for at in range(points)]
