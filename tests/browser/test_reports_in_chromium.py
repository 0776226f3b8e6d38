"""The reports in a real browser: valid, accessible, of use with and without script, and deaf to a hostile target.

Needs Chromium, Node and the packages of package.json beside this file (`npm ci` in this folder); says so where it is skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.formats import render
from tests.formats.sample_audits import PAGES, SAMPLES

HERE = Path(__file__).parent
NODE, CHROMIUM = (
    shutil.which("node"),
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"),
)
MODULES = Path(os.environ.get("BROWSER_MODULES") or HERE / "node_modules")

MISSING = [
    name
    for name, there in (("Node (node)", NODE), ("Chromium (chromium)", CHROMIUM), ("`npm ci` in tests/browser", (MODULES / "playwright-core").is_dir()))
    if not there
]  # fmt: skip
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"the browser tests need {', '.join(MISSING)}")

Drive = Callable[[str, str], Any]


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    """Does a piece of work on the report of a sample, and gives what came of it."""

    def work(name: str, sample: str) -> Any:
        report = tmp_path / f"{sample}.html"
        report.write_text(render(SAMPLES[sample](), "html", PAGES), encoding="utf-8")
        environment = {**os.environ, "NODE_PATH": str(MODULES), "CHROMIUM": CHROMIUM or ""}
        command = [NODE or "node", str(HERE / "drive.cjs"), name, str(report)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return work


def counted(group: str) -> int:
    """The number in the head of a group: `src/train.py (3)`."""
    return int(re.sub(r".*\((\d+)\)$", r"\1", group))


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_is_valid_html(drive: Drive, sample: str) -> None:
    assert drive("validate", sample) == []


@pytest.mark.parametrize("sample", ["service", "library", "unknown"])
def test_axe_finds_no_violation(drive: Drive, sample: str) -> None:
    assert drive("axe", sample) == {"answer": [], "trouble": []}


def test_findings_are_filtered_grouped_sorted_and_linked_and_the_map_opens(drive: Drive) -> None:
    told = drive("use", "service")
    assert told["trouble"] == []
    said, whole = told["answer"], len(SAMPLES["service"]().findings)
    assert (said["all"], said["again"], said["nothing"]) == (whole, whole, 0)
    assert 0 < said["gravest"] < whole
    assert said["told"] == f"{said['gravest']} of {whole} shown"
    assert sum(map(counted, said["groups"])) == said["gravest"]
    assert (said["sorted"], said["aria"]) == (True, "ascending")
    assert said["link"]["id"].startswith("f-")
    assert said["link"]["inView"]
    assert said["link"]["open"] == 1
    assert said["folders"] > 0
    assert said["opened"]
    assert said["crumbs"]
    assert "train" in said["chosen"]
    assert any(title.startswith("It depends on") for title in said["reaches"])
    assert said["pale"] > 0


def test_nothing_stands_out_of_a_narrow_window_however_long_a_path_is(drive: Drive) -> None:
    assert max(len(part) for excerpt in SAMPLES["deep"]().excerpts for part in excerpt.path.split("/")) > 24
    told = drive("narrow", "deep")
    assert told == {"answer": {"1400": 0, "800": 0, "500": 0, "320": 0}, "trouble": []}


def test_without_script_all_is_there_and_no_control_is_shown(drive: Drive) -> None:
    told = drive("bare", "service")
    assert told["trouble"] == []
    assert told["answer"]["rows"] == len(SAMPLES["service"]().findings)
    assert told["answer"]["boxes"] > 5
    assert told["answer"]["filters"] is False


def test_a_hostile_target_runs_nothing_and_loads_nothing(drive: Drive) -> None:
    told = drive("hostile", "hostile")
    assert told == {"answer": {"programs": 1, "foreign": 0, "handlers": 0, "addresses": 0}, "trouble": []}
