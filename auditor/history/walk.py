"""Audits the chosen commits of a repository from git objects, as many at once as there are processes, and stores each."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.history.choice import choose
from auditor.history.lives import Audited, half_lives, lives
from auditor.history.store import DamagedError, Key, Reported, Runs, unpacked
from auditor.history.workers import made
from auditor.model.audit import Audit, Versions
from auditor.model.errors import UsageError
from auditor.model.trend import SCHEMA, Point, Trend
from auditor.tree import Line, Station, between, line, repository_of

if TYPE_CHECKING:
    from auditor.run import Options
    from auditor.score import Policy

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


def trend(
    target: str,
    store: Runs,
    *,
    rev: str | None = None,
    every: str = "week",
    points: int | None = None,
    since: int | None = None,
    exact: bool = False,
    jobs: int = 1,
    use_cache: bool = True,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> Trend:
    """Debt over the chosen commits of a local repository. What is stored is not audited again; an interruption loses nothing.

    With `exact`, commits between two points are audited too until each finding's first and last commit are known. Raises
    UsageError where the target is no local repository.
    """
    from auditor.engine import registry
    from auditor.score import load_policy

    along = line(target, rev)
    if not along.stations:
        raise UsageError(f"{target} has no commit yet, so there is no history to look at.")
    walk = _Walk(target, store, jobs=jobs, use_cache=use_cache, cache_dir=cache_dir, tell=progress or _silent)
    chosen = list(choose(along.stations, every=every, points=points, since=since))
    if not chosen:
        newest = dt.datetime.fromtimestamp(along.stations[-1].time, tz=dt.UTC).date()
        raise UsageError(f"{target} has no commit since then; its newest is of {newest}.")
    walk.audit(chosen)
    policy, titles = load_policy(), {family.id: family.title for family in registry().families}
    while exact:
        audited = walk.mended(chosen)
        found, _ = lives(audited, policy, titles, walk.renames(audited))
        more = _between(along.stations, chosen, [(life.absent_at, life.introduced) for life in found]
                        + [(life.present_at, life.resolved) for life in found])  # fmt: skip
        if not more:
            break
        walk.audit(more)
        chosen = sorted({*chosen, *more}, key=along.stations.index)
    return _told(target, walk, along, chosen, walk.mended(chosen), policy, titles)


def known(target: str, store: Runs) -> Trend | None:
    """The trend over the commits that are stored, None where fewer than two are; nothing is audited."""
    from auditor.engine import registry
    from auditor.score import load_policy

    try:
        along = line(target, None)
        walk = _Walk(target, store, jobs=1, use_cache=True, cache_dir=None, tell=_silent)
    except UsageError:  # the folder is no repository, or not that of the history
        return None
    chosen = [station for station in along.stations if walk.has(station)]
    if len(chosen) < 2:
        return None
    titles = {family.id: family.title for family in registry().families}
    audited = walk.audited(chosen)
    for commit, problem in walk.problems.items():
        log.warning("commit %s is left out of the history: %s", commit[:12], problem)
    return _told(target, walk, along, chosen, audited, load_policy(), titles)


def _told(
    target: str,
    walk: _Walk,
    along: Line,
    chosen: Sequence[Station],
    audited: Sequence[Audited],
    policy: Policy,
    titles: Mapping[str, str],
) -> Trend:
    """The trend over audited commits."""
    found, steps = lives(audited, policy, titles, walk.renames(audited))
    families = {rule.id: rule.family for audit in audited for rule in audit.audit.rules}
    by_commit = {one.commit: (one.audit, step) for one, step in zip(audited, steps, strict=True)}
    return Trend(
        schema=SCHEMA,
        name=audited[-1].audit.target.name if audited else target,
        versions=audited[-1].audit.versions if audited else None,
        points=tuple(
            _point(station, *by_commit[station.commit], walk.reported(station)) if station.commit in by_commit
            else Point(station.commit, station.time, station.tags, problem=walk.problems.get(station.commit, "not audited"))
            for station in chosen
        ),
        lives=found,
        half_lives=half_lives(found, chosen[-1].time, families),
        history=along.history,
        skipped=len(along.stations) - len(chosen),
    )  # fmt: skip


def _silent(_what: str, _done: int, _whole: int) -> None:
    return None


def _between(stations: Sequence[Station], chosen: Sequence[Station], spans: Sequence[tuple[str, str]]) -> list[Station]:
    """The middle commit of every span that is still open: after the first of the pair, before the second."""
    place = {station.commit: at for at, station in enumerate(stations)}
    known = {station.commit for station in chosen}
    middle = {
        (place[first] + place[second]) // 2
        for first, second in spans
        if first in place and second in place and place[second] - place[first] > 1
    }
    return [stations[at] for at in sorted(middle) if stations[at].commit not in known]


def _point(station: Station, audit: Audit, step: tuple[int, int], then: Reported | None) -> Point:
    score = audit.score
    counts: dict[str, int] = {}
    for finding in audit.findings:
        if finding.state == "open":
            counts[finding.severity.value] = counts.get(finding.severity.value, 0) + 1
    return Point(
        station.commit, station.time, station.tags, score.debt, score.low, score.high, score.net, score.grade, score.coverage,
        score.hours_p50, score.hours_p90, audit.coverage.logical_lines, audit.coverage.files_unknown, counts,
        {family.id: family.debt for family in audit.families}, *step, then.debt if then else None, then[1:] if then else (),
    )  # fmt: skip


class _Walk:
    """The audits of one walk: stored, or made by processes of their own."""

    def __init__(
        self, target: str, store: Runs, *, jobs: int, use_cache: bool, cache_dir: Path | None, tell: Progress
    ) -> None:
        self._target, self._store, self._jobs, self._tell = target, store, max(1, jobs), tell
        self._options: Options = {"use_cache": use_cache, "cache_dir": cache_dir, "jobs": 1}
        self._key = Key.of(_versions(), repository_of(target)[1])
        self._renames: dict[tuple[str, str], Mapping[str, str]] = {}
        self._damaged: list[Station] = []
        self.problems: dict[str, str] = {}

    def has(self, station: Station) -> bool:
        """Whether a commit is stored under today's versions."""
        return self._store.has(station.commit, self._key)

    def audit(self, stations: Sequence[Station]) -> None:
        """Audit and store what is not stored yet."""
        self._make([station for station in stations if not self.has(station)])

    def _make(self, missing: Sequence[Station]) -> None:
        for done, one in enumerate(made(self._target, missing, self._options, self._jobs), 1):
            if one.problem:
                self.problems[one.station.commit] = one.problem
            else:
                self._store.put(one.station.commit, one.station.time, self._key.scope, unpacked(one.data))
            self._tell("auditing commits", done, len(missing))

    def audited(self, stations: Sequence[Station]) -> list[Audited]:
        """The stored audits of stations, those that failed or cannot be read left out."""
        found = ((station, self._get(station)) for station in stations)
        return [Audited(station.commit, station.time, audit) for station, audit in found if audit is not None]

    def mended(self, stations: Sequence[Station]) -> list[Audited]:
        """As `audited`, after what cannot be read was audited again."""
        found = self.audited(stations)
        if not self._damaged:
            return found
        damaged, self._damaged = self._damaged, []
        self._make(damaged)
        return self.audited(stations)

    def _get(self, station: Station) -> Audit | None:
        try:
            return self._store.get(station.commit, self._key)
        except DamagedError as error:
            self._damaged.append(station)
            self.problems[station.commit] = str(error)
            return None

    def reported(self, station: Station) -> Reported | None:
        """What was said of a commit when it was first audited, where that was under other versions than today's."""
        said = self._store.reported(station.commit, self._key.scope)
        return said if said is not None and said[1:] != self._key[:4] else None

    def renames(self, audited: Sequence[Audited]) -> Mapping[tuple[str, str], Mapping[str, str]]:
        """What was renamed between each audited commit and the next."""
        for before, after in itertools.pairwise(audited):
            pair = before.commit, after.commit
            if pair not in self._renames:
                self._renames[pair] = between(self._target, before.commit, after.commit).renames
        return self._renames


def _versions() -> Versions:
    from auditor import __version__
    from auditor.engine import ruleset
    from auditor.score import load_policy

    policy = load_policy()
    return Versions(__version__, ruleset(), policy.score_model, policy.profile.calibration, policy.name)
