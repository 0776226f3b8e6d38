"""How fast an audit is, against parsing the same files.

`python tests/bench/bench_audit.py TARGET… [--runs N]`, with `TARGET@REV` for a revision. Each figure is the median of
five runs, each a process of its own, rendering left out:

- ast, data: CPU of `ast.parse` over all Python (code cells of notebooks too) with the garbage collector off; of PyYAML's C
  composer over all YAML and `json.loads` over all notebooks. What an audit has to do at least.
- cold: CPU of the first audit (all processes). `x ast` is that without the start, as a multiple of ast; `x both` of ast and
  data together. start: CPU of an audit of one empty file.
- peak: memory of the process of a cold audit; where it has others read for it, they come on top.
- warm, changed: seconds on the clock of an audit of the same revision once more, and of a working copy in which the largest
  Python file has just got a line. Both find the cache filled. `its CPU` is that of the changed copy's audit: on a machine that
  does other work too it says more than the clock.

Python's own compiled files are kept in a folder of this run: they are what an installed package has from the start.
Exits with 1 where cold exceeds 10 times ast, or, from 40,000 lines on, warm 0.5 s or changed 1 s.
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
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

RUNS = 5
MOST_TIMES = 10.0
MANY_LINES = 40_000
WARM_SECONDS = 0.5
CHANGED_SECONDS = 1.0

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


class Bench:
    """Audits in fresh processes, all with the same compiled files of Python."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        self.environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        empty = folder / "empty"
        empty.mkdir()
        (empty / "empty.py").touch()
        self.audit(str(empty), "", folder / "first")  # compiles
        self.start = self.median(lambda n: self.audit(str(empty), "", folder / f"start{n}")).cpu

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
        return Run(*(statistics.median(figures) for figures in zip(*map(once, range(self.runs)), strict=True)))

    def measure(self, target: str) -> bool:
        """Prints one row; is it within the floors?"""
        place, _, rev = target.partition("@")
        cache = self.folder / "cache"
        contents = dict(readable(place, rev, cache))
        parse = parse_all(contents)

        def cold_once(_number: int) -> Run:
            shutil.rmtree(cache, ignore_errors=True)
            return self.audit(place, rev, cache)

        cold = self.median(cold_once)
        warm = self.median(lambda _: self.audit(place, rev, cache))
        changed = self.changed(contents) if parse.files else warm
        times = max(cold.cpu - self.start, 0.0) / (parse.python or 1)
        both = max(cold.cpu - self.start, 0.0) / (parse.python + parse.data or 1)
        many = parse.lines >= MANY_LINES
        slow = times > MOST_TIMES or (many and (warm.wall > WARM_SECONDS or changed.wall > CHANGED_SECONDS))
        print(
            f"{place[-44:]:<44} {parse.files:>9,} {parse.lines:>9,} {parse.python:>9.2f} {parse.data:>9.2f} {cold.cpu:>9.2f}"
            f" {times:>9.1f} {both:>9.1f} {cold.peak:>9.0f} {cold.wall:>9.2f} {warm.wall:>9.2f} {changed.wall:>9.2f} {changed.cpu:>9.2f}"
            f"  {'TOO SLOW' if slow else 'ok'}",
            flush=True,
        )
        return not slow

    def changed(self, contents: Mapping[str, bytes]) -> Run:
        """Audits of a working copy, before each of which its largest Python file has changed."""
        copy, cache = self.folder / "copy", self.folder / "copied"
        shutil.rmtree(copy, ignore_errors=True)
        for path, data in contents.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(data)
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


def readable(target: str, rev: str, cache: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a target that an audit may read, with their contents."""
    from auditor.model.listing import Content
    from auditor.tree import open_tree

    with open_tree(target, rev=rev or None, cache_dir=cache) as tree:
        paths = [entry.path for entry in tree.listing.entries if entry.content is Content.HERE]
        yield from ((path, data) for path, data in tree.read(paths) if data is not None)


def parse_all(contents: Mapping[str, bytes]) -> Parse:
    """Parses everything with the collector off; what does not parse counts as far as it was read."""
    import yaml

    texts = {path: data.decode("utf-8", "replace") for path, data in contents.items()}
    notebooks = [text for path, text in texts.items() if path.endswith(".ipynb")]
    python = [text for path, text in texts.items() if path.endswith(".py")] + [notebook_code(t) for t in notebooks]
    documents = [text for path, text in texts.items() if path.endswith((".yaml", ".yml"))]
    known = sum(path.endswith((".py", ".ipynb")) for path in texts)
    seconds = [cpu(ast.parse, python)]
    seconds.append(cpu(json.loads, notebooks) + cpu(lambda t: list(yaml.compose_all(t, yaml.CSafeLoader)), documents))
    return Parse(seconds[0], seconds[1], known, sum(text.count("\n") for text in python))


def cpu(parse: Callable[[str], object], texts: list[str]) -> float:
    """The least CPU seconds of three passes over some texts."""
    import yaml

    best = float("inf")
    for _ in range(3):
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


def main() -> int:
    """Measures all targets of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", metavar="TARGET[@REV]")
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of the parsed code: invalid escapes and the like
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.runs)
        print(f"{f'start {bench.start:.2f} s of CPU':<44} {' '.join(f'{name:>9}' for name in COLUMNS)}")
        rows = [bench.measure(target) for target in arguments.targets]
    return 0 if all(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
