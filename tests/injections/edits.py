"""How a debt is put into the paid-off project: edits of its files, and what must be found then."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from auditor.model.changes import Change, Commit, History
from tests.injections.paid_off import Said

Files: TypeAlias = dict[str, str]
Edit: TypeAlias = Callable[[Files], None]


class Injection(NamedTuple):
    """A debt: the edits that make it, and the findings that must be there. `sizes` in bytes, where a file is large."""

    name: str
    edits: tuple[Edit, ...]
    expected: tuple[Said, ...]
    sizes: Mapping[str, int] = {}
    history: History | None = None


def add(path: str, *lines: str) -> Edit:
    """A new file."""

    def edit(files: Files) -> None:
        assert path not in files
        files[path] = "".join(f"{line}\n" for line in lines)

    return edit


def replace(path: str, old: str, new: str) -> Edit:
    """Another text in a file, which must hold the old one."""

    def edit(files: Files) -> None:
        assert old in files[path], (path, old)
        files[path] = files[path].replace(old, new)

    return edit


def copy(path: str, other: str, old: str = "", new: str = "") -> Edit:
    """A file a second time, perhaps with another text in it."""

    def edit(files: Files) -> None:
        assert old in files[path]
        files[other] = files[path].replace(old, new) if old else files[path]

    return edit


def drop(path: str) -> Edit:
    """A file is gone."""

    def edit(files: Files) -> None:
        del files[path]

    return edit


def end(path: str, *lines: str) -> Edit:
    """Lines at the end of a file."""

    def edit(files: Files) -> None:
        files[path] += "".join(f"{line}\n" for line in lines)

    return edit


def depend(path: str) -> Edit:
    """Every stage of the pipeline depends on a file, and its record says so."""
    recorded = (
        f"    deps:\n    - path: {path}\n      hash: md5\n      md5: 0f5b5a1c1f3b1d6f2a7f0c0f2a5a9b11\n      size: 1\n"
    )

    def edit(files: Files) -> None:
        files["dvc.yaml"] = files["dvc.yaml"].replace("    deps:\n", f"    deps:\n      - {path}\n")
        files["dvc.lock"] = files["dvc.lock"].replace("    deps:\n", recorded)

    return edit


def book(path: str, *cells: str) -> Edit:
    """A new notebook."""
    made: list[dict[str, object]] = [
        {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None} for cell in cells
    ]
    return add(path, json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def together(one: str, other: str) -> History:
    """Two files that change in the same commits, among ninety of the last months."""
    commits = []
    for number in range(90):
        alone = f"churn/{('cleaning', 'evaluation', 'drift', 'gate')[number % 4]}.py"
        paths = (one, other) if number % 9 == 0 else (alone,)
        changes = tuple(Change(path, "M", f"{number:040x}") for path in paths)
        commits.append(Commit(f"{number:040x}", 1_760_000_000 - number * 86_400, number % 2, f"work {number}", changes))
    return History("full", tuple(commits))


PD = "import pandas as pd"
CLEAN, FEATURISE, SCORE, TRAIN = (f"churn/stages/{name}.py" for name in ("clean", "featurise", "score", "train"))

FIT = (
    "from sklearn.linear_model import LogisticRegression",
    "from churn import columns",
)
"""What programs that train beside the pipeline begin with."""
