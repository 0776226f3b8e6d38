"""The action, the template and the hook that this repository offers: they say what the commands know, and they run."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.cli.init import GITLAB, PRE_COMMIT

HOUSE = Path(__file__).resolve().parents[2]


def steps() -> dict[str, Any]:
    action = yaml.safe_load((HOUSE / "action.yml").read_text(encoding="utf-8"))
    return {step["name"]: step for step in action["runs"]["steps"]}


def project(folder: Path) -> Path:
    """A repository with one commit, after which a program was added that trains on what nothing pins."""
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    (folder / "README.md").write_text("# Prices\n", encoding="utf-8")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "begin"]):
        subprocess.run(["git", *who, *words], cwd=folder, check=True)
    return folder


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """What a runner sets, with this very auditor where the first step would have installed it."""
    bin_folder = tmp_path / "temp" / "auditor" / "bin"
    bin_folder.mkdir(parents=True)
    for name, words in {"python": "", "auditor": "-m auditor"}.items():
        tool = bin_folder / name
        tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {words} "$@"\n', encoding="utf-8")
        tool.chmod(0o755)
    (tmp_path / "code").mkdir()
    return {
        **os.environ,
        "PYTHONPATH": str(HOUSE),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "TARGET": str(project(tmp_path / "code")),
    }


def run(step: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = ["bash", "-e", "-o", "pipefail", "-c", steps()[step]["run"]]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def test_the_action_audits_and_tells_what_it_made(runner: dict[str, str]) -> None:
    done = run("Audit", runner)
    assert done.returncode == 0, done.stderr
    said = dict(line.split("=", 1) for line in Path(runner["GITHUB_OUTPUT"]).read_text(encoding="utf-8").splitlines())
    assert set(said) == {"debt", "grade", "html", "sarif", "comment"}
    assert all(Path(said[name]).stat().st_size for name in ("html", "sarif", "comment"))
    assert Path(runner["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8").startswith("<!-- auditor -->")


def test_the_action_judges_a_change(runner: dict[str, str]) -> None:
    assert run("Judge the change", {**runner, "BASE": "HEAD", "FAIL": "true"}).returncode == 0
    absent = {**runner, "BASE": "no-such-branch"}
    assert run("Judge the change", {**absent, "FAIL": "true"}).returncode == 2
    assert run("Judge the change", {**absent, "FAIL": "false"}).returncode == 0


def test_no_input_is_pasted_into_a_script() -> None:
    assert not any("${{" in step["run"] for step in steps().values())


def test_the_template_is_the_one_that_init_writes() -> None:
    assert (HOUSE / ".gitlab" / "ml-debt.yml").read_text(encoding="utf-8") == GITLAB


def test_the_hook_runs_what_init_would_write() -> None:
    (offered,) = yaml.safe_load((HOUSE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (written,) = yaml.safe_load(PRE_COMMIT)["repos"][0]["hooks"]
    assert (offered["id"], offered["entry"]) == (written["id"], written["entry"])
