"""A few repositories to audit, one of them broken."""

from __future__ import annotations

from pathlib import Path

from auditor.fleet.work import Terms
from tests.cli.test_judging_commands import LEAKING, ROWS, TRAIN
from tests.tree.conftest import Repo


def terms(folder: Path, **wanted: float) -> Terms:
    """How they are audited: with a cache of their own."""
    return Terms(cache_dir=str(folder / "cache"), **wanted)  # type: ignore[arg-type]  # numbers by name


def project(folder: Path, *, leaking: bool = False) -> Path:
    """A repository that trains a model, well or not."""
    made = Repo(folder)
    text = LEAKING if leaking else TRAIN.format(scale="")
    made.commit({"train.py": text, "data/raw.csv": ROWS, "README.md": "# A model\n"})
    return folder


def broken(folder: Path) -> Path:
    """A repository whose objects are gone."""
    made = Repo(folder)
    made.commit({"train.py": LEAKING})
    for thing in (folder / ".git" / "objects").glob("??/*"):
        thing.unlink()
    return folder / ".git"
