"""How a fleet scales, and whether every engine says the same.

`python tests/bench/bench_fleet.py REPOSITORY…` audits all with empty caches: on the pool with one and with two processes, and on a
Dask LocalCluster with two workers, one of which is killed when the first result is there (left out where Dask is not
installed). Prints seconds on the clock, and whether comparison and audits are equal. Exits with 1 where they are not.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from auditor.facts.version import code_version
from auditor.fleet.engines import Engine, Pool, engine
from auditor.fleet.results import Results
from auditor.fleet.walk import walk
from auditor.fleet.work import Job, Result, Terms
from auditor.model.fleet import Fleet, Member
from auditor.score import DEFAULT_PROFILE

DAY = "2026-01-01"


def audited(members: list[Member], folder: Path, by: Engine) -> tuple[float, Fleet, dict[str, bytes]]:
    """Seconds on the clock, the comparison, and each audit as it was written."""
    results = Results(folder / "results", code=code_version(), profile=DEFAULT_PROFILE, as_of=DAY)
    begun = time.perf_counter()
    fleet = walk(members, results, by, Terms(cache_dir=str(folder / "cache")))
    spent = time.perf_counter() - begun
    return spent, fleet, {path.name: path.read_bytes() for path in (folder / "results" / "audits").iterdir()}


def on_dask(members: list[Member], folder: Path) -> tuple[float, Fleet, dict[str, bytes]]:
    """The same on a cluster of two workers, one of which does not live to see the end."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        victim = next(iter(cluster.workers.values()))
        dask = engine(cluster.scheduler_address.replace("tcp://", "dask://"), 1)

        def losing_one(jobs: Iterable[Job]) -> Iterator[Result]:
            for number, result in enumerate(dask(jobs)):
                if number == 0:
                    os.kill(victim.process.pid, signal.SIGKILL)
                yield result

        return audited(members, folder, losing_one)


def main() -> int:
    """Prints a row for each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", metavar="REPOSITORY")
    members = [Member(target) for target in parser.parse_args().targets]
    ways: dict[str, Callable[[Path], tuple[float, Fleet, dict[str, bytes]]]] = {
        "pool of one": lambda folder: audited(members, folder, Pool(1)),
        "pool of two": lambda folder: audited(members, folder, Pool(2)),
    }
    if find_spec("distributed"):
        ways["Dask, two workers, one killed"] = lambda folder: on_dask(members, folder)
    print(f"| {len(members)} repositories | seconds | × pool of one | same comparison | same audits |")
    print("|---|---:|---:|---|---|")
    first: tuple[float, Fleet, dict[str, bytes]] | None = None
    agree = True
    for name, way in ways.items():
        with tempfile.TemporaryDirectory() as folder:
            found = way(Path(folder))
        first = first or found
        same = found[1] == first[1], found[2] == first[2]
        agree = agree and all(same)
        words = ["yes" if one else "NO" for one in same]
        print(f"| {name} | {found[0]:.1f} | {found[0] / first[0]:.2f} | {words[0]} | {words[1]} |", flush=True)
    return int(not agree)


if __name__ == "__main__":
    sys.exit(main())
