"""What a point of a history costs against a cold audit of the head, and whether points say what fresh audits say.

`python tests/bench/bench_history.py REPOSITORY… [--points N] [--check N]` audits up to N commits of each (500) from an empty cache,
as `auditor trend` does, and prints the mean CPU of a point, that of a cold audit of the head in a process of its own (median of five),
and their ratio. Then some points (10), evenly spread, are audited afresh without any cache and compared bit for bit. Exits with
1 where one differs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that it runs as a file

from tests.bench.bench_audit import RUNS, Bench

SPENT = re.compile(r"took ([\d.]+) s of CPU")


def walked(target: str, points: int, folder: Path) -> list[float]:
    """CPU seconds of each point of a history; the store and the trend lie in the folder then."""
    words = [
        "trend",
        target,
        "--every",
        "commit",
        "--points",
        str(points),
        "--cache-dir",
        str(folder / "cache"),
        "--debug",
    ]
    words += ["--store", str(folder / "history.db"), "-o", f"json={folder / 'trend.json'}"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-m", "auditor", *words], env=environment, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"the history of {target} failed: {done.stderr[-500:]}")
    return [float(spent) for spent in SPENT.findall(done.stderr)]


def equal(target: str, folder: Path, count: int) -> tuple[int, int]:
    """How many of some stored points are what a fresh audit says, bit for bit, and how many were compared."""
    import msgspec

    from auditor import audit
    from auditor.history.store import Key, Store, slim

    points = [p for p in json.loads((folder / "trend.json").read_text())["points"] if not p["problem"]]
    chosen = {round(at * (len(points) - 1) / max(1, count - 1)) for at in range(count)}
    same = 0
    with Store(folder / "history.db") as store:
        for point in (points[at] for at in sorted(chosen)):
            day = dt.datetime.fromtimestamp(point["time"], tz=dt.UTC).date()
            fresh = slim(audit(target, rev=point["commit"], as_of=day, use_cache=False))
            stored = store.get(point["commit"], Key.of(fresh.versions, ""))
            same += msgspec.msgpack.encode(stored) == msgspec.msgpack.encode(fresh)
    return same, len(chosen)


class Past(NamedTuple):
    """What a history takes: points with an audit, CPU seconds of one and of a cold audit of the head, equal ones of the checked."""

    points: int
    mean: float
    head: float
    same: int
    checked: int


def past(target: str, points: int, check: int, runs: int) -> Past:
    """Walks a history of commits, audits its head cold and some of its points afresh."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spent = walked(target, points, folder)
        bench = Bench(folder, runs)
        head = bench.median(lambda number: bench.audit(target, "HEAD", bench.folder / f"cold{number}")).cpu
        same, checked = equal(target, folder, check)
    return Past(len(spent), sum(spent) / max(1, len(spent)), head, same, checked)


def main() -> int:
    """Prints a row for each repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", metavar="REPOSITORY")
    parser.add_argument("--points", type=int, default=500)
    parser.add_argument("--check", type=int, default=10)
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    wrong = 0
    print("| repository | points | CPU of a point | of a cold audit of the head | ratio | equal to fresh audits |")
    print("|---|---:|---:|---:|---:|---:|")
    for target in arguments.targets:
        found = past(target, arguments.points, arguments.check, arguments.runs)
        wrong += found.checked - found.same
        print(
            f"| {target[-40:]} | {found.points} | {found.mean:.2f} s | {found.head:.2f} s | {found.mean / found.head:.2f} |"
            f" {found.same} of {found.checked} |",
            flush=True,
        )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
