"""Prints what `auditor.source` costs beside `ast.parse` (both with the collector off) on a folder or a git directory.

Usage: python tests/bench/bench_source.py PATH [PATH …] [--files N]
"""

from __future__ import annotations

import argparse
import ast
import gc
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from auditor.source import parse
from auditor.source.comments import comments
from auditor.source.complexity import complexities
from auditor.source.decode import decode
from auditor.source.program import read_program
from auditor.source.statements import lower_module


def python_files(path: Path, most: int) -> Iterator[bytes]:
    """The Python files of a folder, or of HEAD where the path is a git directory."""
    if not (path / "objects").is_dir():
        yield from (file.read_bytes() for file in sorted(path.rglob("*.py"))[:most])
        return
    git = ["git", f"--git-dir={path}"]
    listed = subprocess.run([*git, "ls-tree", "-rz", "HEAD"], check=True, capture_output=True).stdout
    entries = [row.split(b"\t") for row in listed.split(b"\0") if row.endswith(b".py")]
    for meta, _ in entries[:most]:
        blob = subprocess.run([*git, "cat-file", "blob", meta.split()[2]], check=False, capture_output=True)
        if blob.returncode == 0:  # partial clones lack some
            yield blob.stdout


def cpu(work: Callable[[], object]) -> float:
    """The least CPU seconds of three runs."""
    best = float("inf")
    for _ in range(3):
        gc.collect()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def measure(files: list[bytes]) -> None:
    """Print the ratios for these files."""
    sound = []
    for data in files:
        text = decode(data).text
        if text is not None and read_program(data)[0] is not None:
            sound.append((data, text, text.count("\n")))
    gc.disable()
    parsed = cpu(lambda: [ast.parse(text) and None for _, text, _ in sound])
    noted = cpu(lambda: [comments(text) and None for _, text, _ in sound])
    lowered = cpu(lambda: [lower_module(parse.module(text), 1) and None for _, text, _ in sound]) - parsed
    measured = cpu(lambda: [complexities(lower_module(parse.module(text), 1)) and None for _, text, _ in sound])
    whole = cpu(lambda: [read_program(data) and None for data, _, _ in sound])
    gc.enable()
    lines = sum(count for _, _, count in sound)
    print(
        f"{len(sound)} of {len(files)} files, {lines:,} lines; ast.parse {parsed:.2f} s ({lines / parsed:,.0f} lines/s)"
    )
    print(
        f"  lowering {lowered / parsed:.2f}  comments {noted / parsed:.2f}  complexity {(measured - lowered) / parsed - 1:.2f}"
    )
    print(f"  read_program {whole / parsed:.2f} x ast.parse")


def main() -> None:
    """Measure each path of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    for path in arguments.paths:
        print(path)
        measure(list(python_files(path, arguments.files)))


if __name__ == "__main__":
    main()
