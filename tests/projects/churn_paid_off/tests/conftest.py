"""A working folder with raw data and parameters, and a pipeline that has run in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import synthetic

from churn.stages import clean, evaluate, featurise, promote, score, split, train, watch_drift, watch_quality

HOME = Path(__file__).parents[1]
STAGES = (clean, featurise, split, train, evaluate, promote, score, watch_drift, watch_quality)


def write_raw(folder: Path) -> None:
    """Raw tables and parameters in an empty folder."""
    raw = folder / "data/raw"
    raw.mkdir(parents=True)
    for name, frame in zip(("customers", "usage", "tickets"), synthetic.tables(), strict=True):
        frame.to_csv(raw / f"{name}.csv", index=False)
    (folder / "data/feedback").mkdir()
    synthetic.outcomes().to_csv(folder / "data/feedback/outcomes.csv", index=False)
    (folder / "registry").mkdir()
    shutil.copyfile(HOME / "params.yaml", folder / "params.yaml")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage has run once."""
    folder = tmp_path_factory.mktemp("run")
    write_raw(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("sys.argv", ["stage"])
        for stage in STAGES:
            stage.main()
    return folder
