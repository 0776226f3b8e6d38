"""How fast an audit is, against parsing the same Python.

`python tests/bench/bench_audit.py TARGET…`, with `TARGET@REV` for a revision.

Floor: the CPU of a cold audit (all processes, rendering left out) is at most 0.6 s of start plus 10 times the CPU that
`ast.parse` takes over the same Python with the garbage collector off; code cells of notebooks count as Python. From
40,000 lines on, the second audit takes at most a quarter of the time of the first. Exits with 1 where that fails.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

START_SECONDS = 0.6
MOST_TIMES = 10.0
WARM_LINES = 40_000
WARM_SHARE = 0.25

ONCE = """
import sys, pathlib, auditor
auditor.audit(sys.argv[1], rev=sys.argv[2] or None, cache_dir=pathlib.Path(sys.argv[3]))
"""


class Run(NamedTuple):
    """One audit in a process of its own: CPU seconds of it and its children, and seconds on the clock."""

    cpu: float
    wall: float


class Parse(NamedTuple):
    """What `ast.parse` alone needs: CPU seconds, and how much Python that was."""

    cpu: float
    files: int
    lines: int


def audit_once(target: str, rev: str, cache: str) -> Run:
    """Audits in a fresh process with this cache folder; raises if the audit fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", ONCE, target, rev, cache], check=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def parse_all(target: str, rev: str, cache: str) -> Parse:
    """Parses all Python of the target with the collector off; text that does not parse counts as far as it was read."""
    texts = list(python_texts(target, rev, cache))
    gc.collect()
    gc.disable()
    started = time.process_time()
    for text in texts:
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
    cpu = time.process_time() - started
    gc.enable()
    return Parse(cpu, len(texts), sum(text.count("\n") + 1 for text in texts))


def python_texts(target: str, rev: str, cache: str) -> Iterator[str]:
    """The Python of a target: modules, and the code of each notebook with its magics blanked."""
    from auditor.model.listing import Content
    from auditor.tree import open_tree

    with open_tree(target, rev=rev or None, cache_dir=Path(cache)) as tree:
        paths = [
            entry.path
            for entry in tree.listing.entries
            if entry.content is Content.HERE and entry.path.endswith((".py", ".ipynb"))
        ]
        for path, data in tree.read(paths):
            if data is not None:
                text = data.decode("utf-8", "replace")
                yield text if path.endswith(".py") else notebook_code(text)


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


def measure(target: str) -> bool:
    """Prints one row; is it within the floor?"""
    place, _, rev = target.partition("@")
    with tempfile.TemporaryDirectory() as cache:
        cold = audit_once(place, rev, cache)
        warm = audit_once(place, rev, cache)
        parse = parse_all(place, rev, cache)
    times = max(cold.cpu - START_SECONDS, 0.0) / parse.cpu if parse.cpu else 0.0
    share = warm.wall / cold.wall
    fine = times <= MOST_TIMES and (parse.lines < WARM_LINES or share <= WARM_SHARE)
    print(
        f"{place[-44:]:<44} {parse.files:>6,} {parse.lines:>9,} {parse.cpu:>8.2f} {cold.cpu:>8.2f} {times:>7.1f}"
        f" {cold.wall:>8.2f} {warm.wall:>8.2f} {share:>6.2f}  {'ok' if fine else 'TOO SLOW'}",
        flush=True,
    )
    return fine


def main() -> int:
    """Measures all targets of the command line."""
    parser = argparse.ArgumentParser(description="CPU and wall seconds of audits, against ast.parse.")
    parser.add_argument("targets", nargs="+", metavar="TARGET[@REV]")
    targets = parser.parse_args().targets
    warnings.simplefilter("ignore")  # of the parsed code: invalid escapes and the like
    print(
        f"{'target':<44} {'python':>6} {'lines':>9} {'ast cpu':>8} {'cold cpu':>8} {'times':>7}"
        f" {'cold':>8} {'warm':>8} {'share':>6}"
    )
    rows = [measure(target) for target in targets]
    return 0 if all(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
