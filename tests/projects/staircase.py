"""One project in seven steps from mess to well-run: the indebted twin, then the paid-off one as it came to be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.projects.builder import copy_project

WHOLE = "churn_paid_off"


class Step(NamedTuple):
    """A step up the staircase: its name, and the paths of the paid-off twin that are there from now on."""

    name: str
    brings: tuple[str, ...]


STEPS = (
    Step("the code is rewritten", ("churn", "service", "notebooks", "params.yaml", "Dockerfile", "Makefile", "README.md", ".gitignore", "requirements.in")),
    Step("the environment is pinned", ("requirements.txt", "requirements-dev.txt")),
    Step("data are versioned, steps are declared", (".dvc", ".dvcignore", "data", "DATA_CARD.md", "dvc.yaml", "dvc.lock", "reports", "registry")),
    Step("it is tested", ("tests", "pyproject.toml")),
    Step("tests run on every push", (".github/workflows/ci.yml",)),
    Step("it is retrained, watched, released in stages and owned", (".github", "deploy", "MODEL_CARD.md")),
)  # fmt: skip
"""What follows the mess. Together they bring all of the paid-off twin."""


def staircase(folder: Path) -> Iterator[tuple[str, Path]]:
    """The seven states below `folder`, the worst first, each with what was done."""
    yield "the mess", copy_project("churn_indebted", folder / "0")
    whole = copy_project(WHOLE, folder / "whole")
    for number, step in enumerate(STEPS, start=1):
        target = folder / str(number) / "churn"
        target.mkdir(parents=True)
        for path in (path for known in STEPS[:number] for path in known.brings):
            _copy(whole / path, target / path)
        yield step.name, target


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
