"""How a fleet scales, and whether every engine says the same whatever happens to it.

`python tests/bench/bench_fleet.py REPOSITORY…` audits all with empty caches, and with them a damaged copy of the first: on the pool
with one and with two processes, and on a Dask LocalCluster with two workers, one of which is killed in the middle of its work
(left out where Dask is not installed). Prints seconds on the clock, the most memory that one audit took and that this process took,
how many repositories besides the damaged copy had no audit, and whether comparison and audits are equal. Exits with 1 where they
are not.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

sys.path.insert(
    0, str(Path(__file__).parents[2])
)  # so that it runs as a file, and the audits' processes import what it does

from auditor.facts.version import code_version
from auditor.fleet.engines import Engine, Pool, engine
from auditor.fleet.results import Results
from auditor.fleet.walk import walk
from auditor.fleet.work import Job, Result, Terms
from auditor.model.fleet import Fleet, Member
from auditor.score import DEFAULT_PROFILE

DAY = "2026-01-01"
COLUMNS = ("seconds", "× pool of one", "MB of an audit", "MB here", "no audit", "same comparison", "same audits")


class Run(NamedTuple):
    """Seconds on the clock, the comparison, each audit as it was written, MB of the largest audit."""

    seconds: float
    fleet: Fleet
    files: dict[str, bytes]
    peak: float


def audited(members: list[Member], folder: Path, by: Engine) -> Run:
    """The fleet with an empty cache."""
    results = Results(folder / "results", code=code_version(), profile=DEFAULT_PROFILE, as_of=DAY)
    peaks = [0.0]

    def watched(jobs: Iterable[Job]) -> Iterator[Result]:
        for result in by(jobs):
            peaks.append(result.peak_mb)
            print(f"{result.seconds:7.1f} s  {result.peak_mb:5.0f} MB  {result.member.target}", file=sys.stderr)
            yield result

    begun = time.perf_counter()
    fleet = walk(members, results, watched, Terms(cache_dir=str(folder / "cache")))
    spent = time.perf_counter() - begun
    files = {path.name: path.read_bytes() for path in (folder / "results" / "audits").iterdir()}
    return Run(spent, fleet, files, max(peaks))


def on_dask(members: list[Member], folder: Path) -> Run:
    """The same on a cluster of two workers, one of which does not live to see the end."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        victim = next(iter(cluster.workers.values()))
        dask = engine(cluster.scheduler_address.replace("tcp://", "dask://"), 1)

        def losing_one(jobs: Iterable[Job]) -> Iterator[Result]:
            for number, result in enumerate(dask(jobs)):
                if number == len(members) // 2:
                    os.kill(victim.process.pid, signal.SIGKILL)
                yield result

        return audited(members, folder, losing_one)


def damaged(target: str, folder: Path) -> Path:
    """A copy of a repository in whose packs the middle is gone."""
    place = Path(target)
    copy = folder / "damaged.git"
    shutil.copytree(place / ".git" if (place / ".git").is_dir() else place, copy)
    for pack in copy.glob("objects/pack/*.pack"):
        data = bytearray(pack.read_bytes())
        data[len(data) // 4 : -len(data) // 4] = bytes(len(data[len(data) // 4 : -len(data) // 4]))
        pack.chmod(0o644)
        pack.write_bytes(data)
    for loose in copy.glob("objects/??/*"):
        loose.unlink()
    return copy


class Way(NamedTuple):
    """One engine's run, whether it says what the first one says, and who has no audit besides the damaged copy."""

    name: str
    run: Run
    comparison: bool
    audits: bool
    failed: tuple[str, ...]


def ways(targets: list[str]) -> Iterator[Way]:
    """The fleet and a damaged copy of its first repository, on each engine."""
    known: dict[str, Callable[[list[Member], Path], Run]] = {
        "pool of one": lambda members, folder: audited(members, folder, Pool(1)),
        "pool of two": lambda members, folder: audited(members, folder, Pool(2)),
    }
    if find_spec("distributed"):
        known["Dask, two workers, one killed"] = on_dask
    first: Run | None = None
    with tempfile.TemporaryDirectory() as name:
        broken = str(damaged(targets[0], Path(name)))
        members = [Member(target) for target in (*targets[:1], broken, *targets[1:])]
        for engine_name, way in known.items():
            with tempfile.TemporaryDirectory() as folder:
                run = way(members, Path(folder))
            first = first or run
            failed = tuple(
                f"{one.name}: {one.problem}"
                for one in run.fleet.standings
                if one.problem and one.member.target != broken
            )
            yield Way(engine_name, run, run.fleet == first.fleet, run.files == first.files, failed)


def main() -> int:
    """Prints a row for each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", metavar="REPOSITORY")
    targets = parser.parse_args().targets
    print(f"| {len(targets) + 1} repositories | {' | '.join(COLUMNS)} |")
    print(f"|---|{'---:|' * (len(COLUMNS) - 2)}---|---|")
    first, agree = 0.0, True
    for way in ways(targets):
        first = first or way.run.seconds
        agree = agree and way.comparison and way.audits and not way.failed
        here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        words = ["yes" if one else "NO" for one in (way.comparison, way.audits)]
        figures = f"{way.run.seconds:.1f} | {way.run.seconds / first:.2f} | {way.run.peak:.0f} | {here:.0f}"
        print(f"| {way.name} | {figures} | {len(way.failed)} | {words[0]} | {words[1]} |", flush=True)
        for line in way.failed:
            print(line, file=sys.stderr, flush=True)
    return int(not agree)


if __name__ == "__main__":
    sys.exit(main())
