"""`auditor audit` from the outside, over a small project."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

import auditor.run
from auditor import audit, cli
from auditor.model.audit import Audit

FILES = {
    "train.py": "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n\n"
    "data = pd.read_csv('data/raw.csv')\nmodel = LogisticRegression().fit(data[['a']], data['b'])\n",
    "requirements.txt": "pandas==2.2.0\nscikit-learn==1.5.0\n",
    "data/raw.csv": "a,b\n1,0\n2,1\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / "project" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / path).write_text(text)
    return tmp_path / "project"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of the command: empty, and not the project."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return here


def call(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        cli.main(["audit", *map(str, args)])
    assert isinstance(left.value.code, int)
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


def test_prints_a_summary_and_writes_two_reports(
    project: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(capsys, project)
    assert code == 0
    assert "debt" in out
    assert "\x1b" not in out
    assert err == "wrote debt-report.html and debt-report.json\n"
    assert sorted(path.name for path in elsewhere.iterdir()) == ["debt-report.html", "debt-report.json"]
    assert "<html" in (elsewhere / "debt-report.html").read_text(encoding="utf-8")
    assert json.loads((elsewhere / "debt-report.json").read_text(encoding="utf-8"))["schema"] == "auditor/audit/1"


def test_a_bare_format_goes_to_stdout_alone(project: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, project, "-o", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["target"]["name"] == "project"
    assert list(elsewhere.iterdir()) == []


def test_several_outputs_at_once(project: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, project, "-o", "json=a.json", "-o", "markdown=-", "-o", "html=b.html")
    assert code == 0
    assert out.startswith("#")
    assert sorted(path.name for path in elsewhere.iterdir()) == ["a.json", "b.html"]


def test_runs_twice_and_without_cache_with_equal_bytes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = call(capsys, project, "-o", "json", "--as-of", "2026-01-31")
    assert call(capsys, project, "-o", "json", "--as-of", "2026-01-31") == first
    assert call(capsys, project, "-o", "json", "--as-of", "2026-01-31", "--no-cache", "--jobs", "1") == first
    assert json.loads(first[1])["as_of"] == "2026-01-31"


def test_no_cache_leaves_nothing_behind(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, project, "-o", "json", "--no-cache", "--cache-dir", tmp_path / "c")
    assert not (tmp_path / "c").exists()
    call(capsys, project, "-o", "json", "--cache-dir", tmp_path / "c")
    assert (tmp_path / "c").is_dir()


def test_the_target_is_left_as_it_was(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, project)
    found = {str(path.relative_to(project)): path.read_text() for path in project.rglob("*") if path.is_file()}
    assert found == FILES


def test_quiet_writes_the_reports_and_only_the_summary(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, project, "--quiet")
    assert (code, err) == (0, "")
    assert "debt" in out


def test_an_unknown_target_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "no-such-folder")
    assert (code, out) == (2, "")
    assert err.startswith("auditor: no-such-folder does not exist")
    assert err.count("\n") == 1


def test_an_unknown_profile_is_a_mistake(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, project, "--profile", "1999.1")
    assert code == 2
    assert "1999.1" in err


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    project: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(auditor.run, "audit", lambda *_, **__: pytest.fail("the work has begun"))
    (elsewhere / "debt-report.html").mkdir()
    code, _, err = call(capsys, project)
    assert code == 2
    assert "is a folder" in err


def test_internal_errors_are_named_and_exit_with_3(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result: Audit = msgspec.structs.replace(audit(str(project)), errors=("PIP001 failed on component .: boom",))
    monkeypatch.setattr(auditor.run, "audit", lambda *_, **__: result)
    code, out, err = call(capsys, project, "-o", "json")
    assert code == 3
    assert json.loads(out)["errors"] == ["PIP001 failed on component .: boom"]
    assert err == "auditor: PIP001 failed on component .: boom\n"


def test_rules_of_a_folder_named_by_the_user_are_applied(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(capsys, project, "-o", "json", "--rules", tmp_path / "missing")
    assert code == 2
    assert "missing" in err
    assert out == ""


def test_the_machine_does_not_matter(project: Path, tmp_path: Path) -> None:
    """Hash seeds, time zones, languages, numbers of processes and the place of the folder leave every byte as it is."""
    import os
    import shutil
    import subprocess
    import sys

    said = set()
    for number, (seed, zone, language, jobs) in enumerate(
        (("1", "UTC", "C", "1"), ("2", "Asia/Tokyo", "C.UTF-8", "2"))
    ):
        moved = shutil.copytree(project, tmp_path / str(number) / "project")
        words = ["audit", ".", "-q", "--no-cache", "--jobs", jobs, "--as-of", "2026-03-01", "-o", "json=-"]
        home = str(Path(auditor.__file__).parents[1])
        machine = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONPATH": home}
        done = subprocess.run(
            [sys.executable, "-m", "auditor", *words],
            env=machine,
            check=True,
            capture_output=True,
            cwd=moved,
        )
        said.add(done.stdout)
    assert len(said) == 1
    assert next(iter(said)).startswith(b"{")
