"""Whether the cost of an audit grows with the code and no faster.

`python tests/bench/bench_growth.py [--lines N…] [--runs N]` makes repositories of so many lines (features, models, a pipeline, tests,
configuration; every module imports a few others), audits each cold and once more with its facts known, and prints per thousand
lines: CPU of ast.parse, of reading, of all that is not reading (program, graph, questions, rules), and peak memory. Medians of
the runs, each a process of its own. Exits with 1 where a thousand lines of the largest cost over 1.3 times what they cost in the
smallest.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that it runs as a file

from tests.bench.bench_audit import RUNS, Bench, middle, parse_all, readable

LINES = (2_000, 10_000, 40_000, 100_000)
MOST_GROWTH = 1.3
SPAN = 25  # modules of one package; a package is one stage
AGAIN = """
import sys, pathlib, datetime, auditor
target, cache = sys.argv[1], pathlib.Path(sys.argv[3])
auditor.audit(target, as_of=datetime.date(2020, 1, int(sys.argv[2])), cache_dir=cache)
print(0)
"""

MODULE = '''"""Features of part {n}."""

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

{imports}

SOURCE = "data/part_{p}/raw_{n}.csv"
TARGET = "data/part_{p}/features_{n}.csv"


class Settings{n}:
    """What this part can be told."""

    def __init__(self, depth=3, rate=0.1, seed={n}):
        self.depth = depth
        self.rate = rate
        self.seed = seed

    def rows(self, frame):
        kept = frame[frame["value"] > self.rate]
        return kept.assign(scaled=kept["value"] / (1 + self.depth))


def load_{n}(path=SOURCE):
    frame = pd.read_csv(path)
    frame["day"] = pd.to_datetime(frame["day"])
    return frame.sort_values("day")


def features_{n}(frame, settings=None):
    settings = settings or Settings{n}()
    kept = settings.rows(frame)
    for column in ("value", "count", "share"):
        if column in kept:
            kept[column + "_log"] = np.log1p(kept[column].clip(lower=0))
        else:
            kept[column + "_log"] = 0.0
    return kept


def train_{n}(frame):
    x, y = frame[["value_log", "count_log"]], frame["label"]
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state={n})
    scaler = StandardScaler().fit(x_train)
    model = RandomForestClassifier(random_state={n}).fit(scaler.transform(x_train), y_train)
    return model, model.score(scaler.transform(x_test), y_test)


def run_{n}(settings=None):
    frame = features_{n}(load_{n}(), settings)
{calls}
    frame.to_csv(TARGET, index=False)
    return train_{n}(frame)


if __name__ == "__main__":
    print(run_{n}())
'''
TEST = "from stages.part_{p}.module_{n} import features_{n}, load_{n}\n\n\ndef test_part_{n}(tmp_path):\n    assert len(features_{n}(load_{n}())) > 0\n"
STAGE = "  part_{n}:\n    cmd: python -m stages.part_{p}.module_{n}\n    deps:\n      - stages/part_{p}/module_{n}.py\n      - data/part_{p}/raw_{n}.csv\n    outs:\n      - data/part_{p}/features_{n}.csv\n"


def write(root: Path, lines: int) -> None:
    """A repository of about so many lines of Python."""
    length = MODULE.count("\n") + TEST.count("\n") + 2
    stages = ["stages:\n"]
    for n in range(max(1, lines // length)):
        part = n // SPAN
        near = [m for m in (n - 1, n - 7, n - SPAN) if m >= 0]
        imports = "\n".join(f"from stages.part_{m // SPAN}.module_{m} import features_{m}" for m in near)
        calls = "\n".join(f"    frame = features_{m}(frame)" for m in near) or "    frame = frame.dropna()"
        package = root / "stages" / f"part_{part}"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        (package / f"module_{n}.py").write_text(MODULE.format(n=n, p=part, imports=imports, calls=calls))
        tests = root / "tests"
        tests.mkdir(exist_ok=True)
        (tests / f"test_module_{n}.py").write_text(TEST.format(n=n, p=part))
        if n % 3 == 0:
            stages.append(STAGE.format(n=n, p=part))
    (root / "stages" / "__init__.py").touch()
    (root / "dvc.yaml").write_text("".join(stages))
    (root / "requirements.txt").write_text("numpy==1.26.4\npandas==2.2.0\nscikit-learn==1.5.0\n")


def measured(bench: Bench, lines: int) -> tuple[int, float, float, float, float]:
    """Lines, and per thousand of them: CPU of parsing, of reading, of the rest; then the peak in MB."""
    root, cache = bench.folder / f"lines{lines}", bench.folder / "cache"
    root.mkdir()
    write(root, lines)
    parse = parse_all(dict(readable(str(root), "", bench.folder / "list")))
    firsts, linkeds = [], []
    for number in range(bench.runs):
        shutil.rmtree(cache, ignore_errors=True)
        firsts.append(bench.audit(str(root), "", cache))
        linkeds.append(bench.audit(str(root), str(2 + number), cache, AGAIN))
    first, linked = middle(firsts), middle(linkeds)
    thousands = parse.lines / 1000
    rest = max(0.0, linked.cpu - bench.start)
    read = max(0.0, first.cpu - linked.cpu)
    return parse.lines, parse.python / thousands, read / thousands, rest / thousands, first.peak


def main() -> int:
    """Prints a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=LINES)
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.runs)
        print(f"start {bench.start:.2f} s; below, milliseconds of CPU per thousand lines\n")
        print("| lines | ast.parse | reading | program, graph, rules | all | × smallest | peak MB |")
        print("|---:|---:|---:|---:|---:|---:|---:|")
        least = growth = 0.0
        for lines in sorted(arguments.lines):
            count, parse, read, rest, peak = measured(bench, lines)
            least = least or read + rest
            growth = (read + rest) / least
            row = [f"{1000 * value:.1f}" for value in (parse, read, rest, read + rest)]
            print(f"| {count:,} | {' | '.join(row)} | {growth:.2f} | {peak:.0f} |", flush=True)
    return int(growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
