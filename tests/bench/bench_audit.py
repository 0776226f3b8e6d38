"""How fast an audit is, against parsing the same files and against other tools that read them.

`python tests/bench/bench_audit.py TARGET… [--runs N]`, with `TARGET@REV` for a revision. Each figure is the median of
five rounds; in each round everything is measured once, one after the other, so that what else the machine does meanwhile
falls on all. Audits and tools are processes of their own, rendering left out:

- ast, data: CPU of `ast.parse` over all Python (code cells of notebooks too) with the garbage collector off; of PyYAML's C
  composer over all YAML and `json.loads` over all notebooks. What an audit has to do at least.
- cold: CPU of the first audit (all processes). `x ast` is that without the start, as a multiple of ast; `x both` of ast and
  data together. start: CPU of an audit of one empty file.
- peak: memory of the process of a cold audit; where it has others read for it, they come on top.
- warm, changed: seconds on the clock of an audit of the same revision once more, and of a working copy in which the largest
  Python file has just got a line. Both find the cache filled. `its CPU` is that of the changed copy's audit: on a machine that
  does other work too it says more than the clock.
- ruff, radon, ml-leakproof: CPU of each over a copy of the same files, that over a folder of one empty file taken off, as a
  multiple of ast.

Python's own compiled files are kept in a folder of this run: they are what an installed package has from the start.
Exits with 1 where a bound is exceeded: CPU of a cold audit 0.5 s and 6 times ast, its clock 0.5 s and 4 times, warm 0.5 s, one
file changed 1.0 s, memory 350 MB.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that it runs as a file, and audits with the code beside it

from tests.bench import others

RUNS = 5
START_SECONDS = 0.5
MOST_TIMES = 6.0
MOST_TIMES_CLOCK = 4.0
WARM_SECONDS = 0.5
CHANGED_SECONDS = 1.0
MOST_MB = 350.0

ONCE = """
import sys, pathlib, resource, auditor
auditor.audit(sys.argv[1], rev=sys.argv[2] or None, cache_dir=pathlib.Path(sys.argv[3]))
status = pathlib.Path("/proc/self/status")  # what the system counts for a process begins with the memory of its parent
told = status.read_text() if status.exists() else f"VmHWM: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}"
print(told.partition("VmHWM:")[2].split()[0])
"""
COLUMNS = (
    "files",
    "lines",
    "ast",
    "data",
    "cold",
    "x ast",
    "x both",
    "peak MB",
    "cold s",
    "warm s",
    "changed s",
    "its CPU",
)


class Run(NamedTuple):
    """One audit in a process of its own: CPU seconds of it and its children, seconds on the clock, MB at the most."""

    cpu: float
    wall: float
    peak: float


class Parse(NamedTuple):
    """What parsing alone needs: CPU seconds for Python and for data files, and how much Python that was."""

    python: float
    data: float
    files: int
    lines: int


class Row(NamedTuple):
    """What an audit of one target takes. `times` and `times_both` are multiples of parsing; None in `others`: not installed."""

    target: str
    parse: Parse
    start: Run
    cold: Run
    times: float
    times_both: float
    warm: Run
    changed: Run
    others: Mapping[str, float | None]

    def over(self) -> list[str]:
        """The bounds that are exceeded."""
        bounds = {
            "CPU": (self.cold.cpu, START_SECONDS + MOST_TIMES * self.parse.python),
            "clock": (self.cold.wall, START_SECONDS + MOST_TIMES_CLOCK * self.parse.python),
            "warm": (self.warm.wall, WARM_SECONDS),
            "changed": (self.changed.wall, CHANGED_SECONDS),
            "memory": (self.cold.peak, MOST_MB),
        }
        return [name for name, (found, most) in bounds.items() if found > most]


class Bench:
    """Audits in fresh processes, all with the same compiled files of Python."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        self.environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        self.environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        self.empty = folder / "empty"
        self.empty.mkdir()
        (self.empty / "empty.py").touch()
        self.audit(str(self.empty), "", folder / "first")  # compiles
        self._started = 0
        self.start = self.median(lambda _: self.started()).cpu

    def started(self) -> Run:
        """An audit of one empty file, with an empty cache."""
        self._started += 1
        return self.audit(str(self.empty), "", self.folder / f"start{self._started}")

    def audit(self, target: str, rev: str, cache: Path, program: str = ONCE) -> Run:
        """Audits with this cache folder; raises if the audit fails."""
        started = time.perf_counter()
        command = [sys.executable, "-c", program, target, rev, str(cache)]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            told = process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"the audit of {target} failed")
        return Run(used.ru_utime + used.ru_stime, time.perf_counter() - started, int(told) / 1024)

    def median(self, once: Callable[[int], Run]) -> Run:
        """The median of each figure over all runs."""
        return middle([once(number) for number in range(self.runs)])

    def measure(self, target: str) -> Row:
        """Measures one target."""
        place, _, rev = target.partition("@")
        cache = self.folder / "cache"
        # The name of a clone is evidence of what it is: a copy of another name is another audit.
        copy = self.folder / "copy" / called(place, rev, cache)
        contents = dict(readable(place, rev, cache))
        plant(contents, copy)
        rounds = [self._round(place, rev, cache, contents, copy) for _ in range(self.runs)]
        warm = self.median(lambda _: self.audit(place, rev, cache))
        parses = [one.parse for one in rounds]
        seconds = [max(one.cold.cpu - one.start.cpu, 0.0) for one in rounds]
        return Row(
            place,
            Parse(median(p.python for p in parses), median(p.data for p in parses), parses[0].files, parses[0].lines),
            middle([one.start for one in rounds]),
            middle([one.cold for one in rounds]),
            median(s / (p.python or 1) for s, p in zip(seconds, parses, strict=True)),
            median(s / (p.python + p.data or 1) for s, p in zip(seconds, parses, strict=True)),
            warm,
            self.changed(contents, copy) if parses[0].files else warm,
            {name: _times(name, rounds) for name in others.OTHERS},
        )

    def _round(self, place: str, rev: str, cache: Path, contents: Mapping[str, bytes], copy: Path) -> _Round:
        """Everything once."""
        parse, start = parse_all(contents, passes=1), self.started()
        shutil.rmtree(cache, ignore_errors=True)
        cold = self.audit(place, rev, cache)
        return _Round(parse, start, cold, {name: self._other(name, copy) for name in others.OTHERS})

    def _other(self, name: str, copy: Path) -> float | None:
        """CPU seconds of another tool over the same files, beyond its start."""
        start, whole = others.cpu(name, self.empty), others.cpu(name, copy)
        return None if start is None or whole is None else max(0.0, whole - start)

    def changed(self, contents: Mapping[str, bytes], copy: Path) -> Run:
        """Audits of a working copy, before each of which its largest Python file has changed."""
        cache = self.folder / "copied"
        shutil.rmtree(cache, ignore_errors=True)
        git = ["git", "-C", str(copy), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
        for command in (["init", "-q"], ["add", "-f", "."], ["commit", "-qm", "all"]):
            subprocess.run([*git, *command], check=True)
        self.audit(str(copy), "", cache)
        largest = copy / max((path for path in contents if path.endswith(".py")), key=lambda path: len(contents[path]))

        def once(number: int) -> Run:
            with largest.open("a") as file:
                file.write(f"\nCHANGED = {number}\n")
            return self.audit(str(copy), "", cache)

        return self.median(once)


class _Round(NamedTuple):
    parse: Parse
    start: Run
    cold: Run
    others: Mapping[str, float | None]


def _times(name: str, rounds: Sequence[_Round]) -> float | None:
    """CPU of another tool as a multiple of ast; None where it is not installed."""
    known = [(seconds, one.parse.python) for one in rounds if (seconds := one.others[name]) is not None]
    return median(seconds / (python or 1) for seconds, python in known) if known else None


def median(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def middle(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(*(statistics.median(figures) for figures in zip(*runs, strict=True)))


def plant(contents: Mapping[str, bytes], folder: Path) -> None:
    """Writes files into a folder that is empty then."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path, data in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def called(target: str, rev: str, cache: Path) -> str:
    """What a clone of a target is called."""
    from auditor.tree import open_tree

    with open_tree(target, rev=rev or None, cache_dir=cache) as tree:
        return tree.listing.target.name or "copy"


def readable(target: str, rev: str, cache: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a target that an audit may read, with their contents."""
    from auditor.model.listing import Content
    from auditor.tree import open_tree

    with open_tree(target, rev=rev or None, cache_dir=cache) as tree:
        paths = [entry.path for entry in tree.listing.entries if entry.content is Content.HERE]
        yield from ((path, data) for path, data in tree.read(paths) if data is not None)


def parse_all(contents: Mapping[str, bytes], passes: int = 3) -> Parse:
    """Parses everything with the collector off; what does not parse counts as far as it was read. The best of some passes."""
    import yaml

    texts = {path: data.decode("utf-8", "replace") for path, data in contents.items()}
    notebooks = [text for path, text in texts.items() if path.endswith(".ipynb")]
    python = [text for path, text in texts.items() if path.endswith(".py")] + [notebook_code(t) for t in notebooks]
    documents = [text for path, text in texts.items() if path.endswith((".yaml", ".yml"))]
    known = sum(path.endswith((".py", ".ipynb")) for path in texts)
    seconds = [cpu(ast.parse, python, passes)]
    composed = cpu(lambda t: list(yaml.compose_all(t, yaml.CSafeLoader)), documents, passes)
    seconds.append(cpu(json.loads, notebooks, passes) + composed)
    return Parse(seconds[0], seconds[1], known, sum(text.count("\n") for text in python))


def cpu(parse: Callable[[str], object], texts: list[str], passes: int) -> float:
    """The least CPU seconds of some passes over some texts."""
    import yaml

    best = float("inf")
    for _ in range(passes):
        gc.collect()
        gc.disable()
        started = time.process_time()
        for text in texts:
            try:
                parse(text)
            except (SyntaxError, ValueError, RecursionError, yaml.YAMLError):
                continue
        best = min(best, time.process_time() - started)
        gc.enable()
    return best


def notebook_code(text: str) -> str:
    """The code cells of a notebook as one text."""
    try:
        book = json.loads(text)
        cells = book.get("cells") or [cell for sheet in book.get("worksheets", ()) for cell in sheet.get("cells", ())]
        sources = ["".join(c.get("source", c.get("input", ()))) for c in cells if c.get("cell_type") == "code"]
    except (ValueError, AttributeError, TypeError):
        return ""
    lines = "\n".join(sources).split("\n")
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def told(row: Row) -> str:
    """One row for a terminal."""
    rest = ", ".join(
        f"{name} {others.NOT_INSTALLED if times is None else f'{times:.1f}'}" for name, times in row.others.items()
    )
    return (
        f"{row.target[-44:]:<44} {row.parse.files:>9,} {row.parse.lines:>9,} {row.parse.python:>9.2f} {row.parse.data:>9.2f} {row.cold.cpu:>9.2f}"
        f" {row.times:>9.1f} {row.times_both:>9.1f} {row.cold.peak:>9.0f} {row.cold.wall:>9.2f} {row.warm.wall:>9.2f} {row.changed.wall:>9.2f}"
        f" {row.changed.cpu:>9.2f}  {'over: ' + ', '.join(row.over()) if row.over() else 'ok'}; {rest}"
    )


def main() -> int:
    """Measures all targets of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", metavar="TARGET[@REV]")
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of the parsed code: invalid escapes and the like
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.runs)
        print(f"{f'start {bench.start:.2f} s of CPU':<44} {' '.join(f'{name:>9}' for name in COLUMNS)}")
        for target in arguments.targets:
            rows.append(bench.measure(target))
            print(told(rows[-1]), flush=True)
    return int(any(row.over() for row in rows))


if __name__ == "__main__":
    sys.exit(main())
