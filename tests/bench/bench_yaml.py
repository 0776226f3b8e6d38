"""What reading the YAML of a target costs, against composing it.

`python tests/bench/bench_yaml.py TARGET… [--runs N]`, with `TARGET@REV` for a revision. The figures are CPU milliseconds, the
medians of some runs that take turns, each a process of its own with the collector off:

- compose: PyYAML's C composer on the bytes of all YAML files.
- parse, read: what an audit does, which chooses readers for every file and reads equal contents once (`distinct` are left). parse:
  our nodes alone, without a meaning. read: all that readers do, up to the facts, credentials taken out and shell texts followed.
- start: a process that imports the readers and reads nothing.

`floor` is twice compose plus start. Exits with 1 where read, its start included, costs more.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median

RUNS = 5
WORK = ("compose", "parse", "read", "nothing")


def yaml_files(target: str, rev: str, cache: Path) -> Iterator[tuple[str, bytes]]:
    """The YAML files of a target with their contents."""
    from auditor.model.listing import Content
    from auditor.tree import open_tree

    with open_tree(target, rev=rev or None, cache_dir=cache) as tree:
        entries = [entry for entry in tree.listing.entries if entry.content is Content.HERE]
        paths = [entry.path for entry in entries if entry.path.endswith((".yaml", ".yml"))]
        yield from ((path, data) for path, data in tree.read(paths) if data is not None)


def firsts(files: list[tuple[str, bytes]]) -> Iterator[bool]:
    """For each file, whether it is the first of its content that the same readers are asked about."""
    from auditor.readers import candidates

    known = set()
    for path, data in files:
        key = data, tuple(reader.name for reader in candidates(path))
        yield key not in known
        known.add(key)


def work(kind: str, files: list[tuple[str, bytes, bool]]) -> None:
    """One of the four works over all files."""
    import yaml

    from auditor.language.text import read_text
    from auditor.language.yaml import read_yaml
    from auditor.readers import candidates, read_file

    for path, data, first in files if kind != "nothing" else ():
        if kind == "read":
            readers = candidates(path)
            if first:
                read_file(readers, data)
        elif kind == "parse" and first:
            read_yaml(read_text(data)[0])
        elif kind == "compose":
            with suppress(yaml.YAMLError, UnicodeDecodeError):
                list(yaml.compose_all(data, yaml.CSafeLoader))


def once(kind: str, store: Path) -> float:
    """CPU milliseconds of a process of its own for one work; the time to load the files is left out."""
    command = [sys.executable, __file__, "--work", kind, str(store)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(target: str, runs: int, folder: Path) -> bool:
    """Prints one row; is it within the floor?"""
    place, _, rev = target.partition("@")
    files = list(yaml_files(place, rev, folder / "cache"))
    store = folder / "files.json"
    first = list(firsts(files))
    store.write_text(
        json.dumps([(path, data.decode("latin-1"), new) for (path, data), new in zip(files, first, strict=True)])
    )
    turns = [[once(kind, store) for kind in WORK] for _ in range(runs)]
    compose, parse, read, start = (float(median(figures)) for figures in zip(*turns, strict=True))
    compose, parse = compose - start, parse - start
    floor = 2 * compose + start
    size = sum(len(data) for _, data in files)
    print(
        f"{place[-40:]:<40} {len(files):>7,} {sum(first):>9,} {size:>11,} {start:>8.0f} {compose:>8.0f} {parse:>8.0f} {read - start:>8.0f}"
        f" {parse / compose:>9.2f} {(read - start) / compose:>9.2f} {read / floor:>9.2f}"
    )
    return read <= floor


def main() -> int:
    """Measures all targets of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", metavar="TARGET[@REV]")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        stored = json.loads(Path(arguments.targets[0]).read_text())
        files = [(path, text.encode("latin-1"), first) for path, text, first in stored]
        gc.disable()
        before = time.process_time()
        work(arguments.work, files)
        spent = time.process_time() - before
        print(spent * 1000)
        return 0
    columns = ("files", "distinct", "bytes", "start", "compose", "parse", "read", "parse x", "read x", "of floor")
    widths = (7, 9, 11, 8, 8, 8, 8, 9, 9, 9)
    print(" " * 40, *(f"{name:>{width}}" for name, width in zip(columns, widths, strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(target, arguments.runs, Path(folder)) for target in arguments.targets]
    return 0 if all(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
