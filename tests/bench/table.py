"""The table of ratios in the README: measured, and written between its two markers, by one command.

`python tests/bench/table.py [--write] TARGET… [--history TARGET] [--growth] [--fleet LIST]`

TARGETs are repositories of several sizes (bench_audit.py says what is measured of each). With --history, points of that
repository's past; with --growth, made repositories of 2,000 to 100,000 lines; with --fleet, the repositories of a list as `auditor
fleet` takes it, on the pool and on Dask. Each of them adds a line below the table. Without --write, prints what would be written.
All in one run and on a machine that does nothing else. Four repositories of 2,000 to 100,000 lines, 500 points and a fleet of 29 take
some ten minutes on two cores; --growth takes as long again, most of it for its largest repository.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that it runs as a file

from tests.bench import bench_fleet, bench_growth, bench_history, others
from tests.bench.bench_audit import RUNS, Bench, Row

README = Path(__file__).parents[2] / "README.md"
BEGIN = "<!-- measured: begin (python tests/bench/table.py --write) -->"
END = "<!-- measured: end -->"
GROWTH_RUNS = 3  # each takes as long as all else together
COLUMNS = (
    "repository", "lines of Python", "CPU, × ast.parse", "with YAML and notebooks", "seconds, cold", "unchanged", "one file changed",
    "MB", *(f"{name}, × ast.parse" for name in others.OTHERS),
)  # fmt: skip


def header() -> list[str]:
    """The two lines that a table begins with."""
    return [f"| {' | '.join(COLUMNS)} |", f"|---|{'---:|' * (len(COLUMNS) - 1)}"]


def line(row: Row) -> str:
    """One repository."""
    told = [others.NOT_INSTALLED if times is None else f"{times:.1f}" for times in row.others.values()]
    figures = (
        _name(row.target), f"{row.parse.lines:,}", f"{row.times:.1f}", f"{row.times_both:.1f}", f"{row.cold.wall:.1f}",
        f"{row.warm.wall:.2f}", f"{row.changed.wall:.2f}", f"{row.cold.peak:.0f}", *told,
    )  # fmt: skip
    return f"| {' | '.join(figures)} |"


def _name(target: str) -> str:
    """What people call a repository, wherever its clone lies."""
    from auditor.tree.names import repository_name

    return repository_name(Path(target), None)


def written(text: str, lines: Iterable[str]) -> str:
    """A text with what stands between the markers replaced. Raises ValueError where they are not there once each."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError("the two markers must stand in the text once each, in their order")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join((f"{before}{BEGIN}", "", *lines, "", f"{END}{after}"))


def measured(targets: Sequence[str], runs: int) -> Iterator[str]:
    """The table, a line at a time, and what it was measured with."""
    yield from header()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), runs)
        for target in targets:
            row = bench.measure(target)
            if row.over():
                _say(f"{_name(target)} exceeds its bounds: {', '.join(row.over())}")
            yield line(row)
        start = bench.start
    tools = ", ".join(f"{name} {others.version(name)}" for name in others.OTHERS)
    yield ""
    yield (
        f"Medians of {runs}, {dt.datetime.now(tz=dt.UTC).date()}, Python {platform.python_version()}, {os.cpu_count()} cores; {tools}. CPU without the start "
        f"of each tool (`auditor`: {start:.2f} s)."
    )


def past(target: str, points: int, runs: int) -> str:
    """A history, in a sentence."""
    found = bench_history.past(target, points, 10, runs)
    return (
        f"History of {_name(target)}: {found.points} commits at {found.mean / found.head:.3f} of the CPU of a cold audit of the head each; "
        f"{found.same} of {found.checked} equal to fresh audits, bit for bit."
    )


def growth(runs: int) -> str:
    """Growth, in a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), runs)
        rows = [bench_growth.measured(bench, lines) for lines in bench_growth.LINES]
    costs = [read + rest for _, _, read, rest, _ in rows]
    told = ", ".join(f"{cost / costs[0]:.2f} at {row[0]:,}" for row, cost in zip(rows, costs, strict=True))
    return f"CPU of a thousand lines against the smallest of some made repositories (medians of {runs}): {told} lines."


def fleet(listed: Path) -> str:
    """A fleet, in a sentence."""
    from auditor.fleet.members import read_list

    targets = [member.target for member in read_list(listed.read_text(encoding="utf-8"))]
    found = list(bench_fleet.ways(targets))
    for failed in (text for way in found for text in way.failed):
        _say(failed)
    equal = all(way.comparison and way.audits for way in found)
    seconds = ", ".join(f"{way.name} {way.run.seconds:.0f} s" for way in found)
    return (
        f"Fleet of {len(targets)} repositories and a damaged one: {seconds}; results {'the same' if equal else 'NOT the same'}, "
        f"at most {max(way.run.peak for way in found):.0f} MB an audit."
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Measures what is asked for, prints it, and writes it into the README if told to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", metavar="TARGET")
    parser.add_argument("--write", action="store_true", help="replace what stands between the markers of the README")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--history", metavar="TARGET")
    parser.add_argument("--points", type=int, default=500)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--growth-runs", type=int, default=GROWTH_RUNS, metavar="N")
    parser.add_argument("--fleet", type=Path, metavar="LIST")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # of the parsed code: invalid escapes and the like
    lines = []
    for text in _all(asked):
        lines.append(text)
        print(text, flush=True)
    if asked.write:
        README.write_text(written(README.read_text(encoding="utf-8"), lines), encoding="utf-8")
    return 0


def _all(asked: argparse.Namespace) -> Iterator[str]:
    yield from measured(asked.targets, asked.runs)
    if asked.history:
        yield from ("", past(asked.history, asked.points, asked.runs))
    if asked.growth:
        yield from ("", growth(asked.growth_runs))
    if asked.fleet:
        yield from ("", fleet(asked.fleet))


if __name__ == "__main__":
    sys.exit(main())
