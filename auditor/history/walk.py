"""Audits the chosen commits of a repository from git objects, as many at once as there are processes, and stores each."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.history.choice import choose
from auditor.history.lives import Audited, half_lives, lives
from auditor.history.store import Key, Reported, Runs, packed, unpacked
from auditor.model.audit import Audit, Versions
from auditor.model.errors import UsageError
from auditor.model.trend import SCHEMA, Point, Trend
from auditor.tree import Station, between, line, repository_of

if TYPE_CHECKING:
    from auditor.run import Options

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
    walk.audit(chosen)
    policy, titles = load_policy(), {family.id: family.title for family in registry().families}
    while exact:
        audited = walk.audited(chosen)
        found, _ = lives(audited, policy, titles, walk.renames(audited))
        more = _between(along.stations, chosen, [(life.absent_at, life.introduced) for life in found]
                        + [(life.present_at, life.resolved) for life in found])  # fmt: skip
        if not more:
            break
        walk.audit(more)
        chosen = sorted({*chosen, *more}, key=along.stations.index)
    audited = walk.audited(chosen)
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
        score.hours_p50, score.hours_p90, audit.coverage.logical_lines, counts,
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
        self.problems: dict[str, str] = {}

    def audit(self, stations: Sequence[Station]) -> None:
        """Audit and store what is not stored yet."""
        missing = [station for station in stations if not self._store.has(station.commit, self._key)]
        for done, (station, data, problem) in enumerate(self._made(missing), 1):
            if problem:
                self.problems[station.commit] = problem
            else:
                self._store.put(station.commit, station.time, self._key.scope, unpacked(data))
            self._tell("auditing commits", done, len(missing))

    def audited(self, stations: Sequence[Station]) -> list[Audited]:
        """The stored audits of stations, those that failed left out."""
        found = ((station, self._store.get(station.commit, self._key)) for station in stations)
        return [Audited(station.commit, station.time, audit) for station, audit in found if audit is not None]

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

    def _made(self, stations: Sequence[Station]) -> Iterator[tuple[Station, bytes, str]]:
        """The audit of each station in stored form, or why there is none, as they are done."""
        if self._jobs == 1 or len(stations) < 2:
            for station in stations:
                yield station, *_audit(self._target, station.commit, station.time, self._options)
            return
        with ProcessPoolExecutor(self._jobs, mp_context=get_context("spawn"), initializer=_stay_with_parent) as pool:
            waiting: dict[Future[tuple[bytes, str]], Station] = {
                pool.submit(_audit, self._target, station.commit, station.time, self._options): station
                for station in stations
            }
            while waiting:
                finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    station = waiting.pop(future)
                    try:
                        yield station, *future.result()
                    except BrokenProcessPool:
                        yield station, b"", "the process that audited it was ended"


def _stay_with_parent() -> None:
    """Ends this process when the one that started it is gone, however that ended: its pipes alone would not tell."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent.sentinel,), daemon=True).start()


def _leave_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _audit(target: str, commit: str, time: int, options: Options) -> tuple[bytes, str]:
    """One commit, as of the day it was committed: (stored form, "") or (b"", what went wrong)."""
    from auditor.run import audit

    day = dt.datetime.fromtimestamp(time, tz=dt.UTC).date()
    whole: Options = {**options, "as_of": day}
    try:
        return packed(audit(target, rev=commit, **whole)), ""
    except UsageError as error:
        return b"", str(error)


def _versions() -> Versions:
    from auditor import __version__
    from auditor.engine import ruleset
    from auditor.score import load_policy

    policy = load_policy()
    return Versions(__version__, ruleset(), policy.score_model, policy.profile.calibration, policy.name)
