"""`auditor fix`: a diff, and with --write the change itself; nothing else is touched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from auditor import cli

BEFORE = (
    "import pandas as pd\n\nframe = pd.read_csv('x.csv')\nframe['a'].fillna(0, inplace=True)\nprint(frame.values)\n"
)
AFTER = BEFORE.replace("frame['a'].fillna(0, inplace=True)", "frame['a'] = frame['a'].fillna(0)")


def call(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        cli.main(["fix", *[str(arg) for arg in args], "--no-cache", "--jobs", "1"])
    assert isinstance(left.value.code, int)
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "work.py").write_text(BEFORE)
    return tmp_path


def test_shows_a_diff_and_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, project)
    assert code == 0
    assert out.splitlines()[:2] == ["--- a/work.py", "+++ b/work.py"]
    assert "+frame['a'] = frame['a'].fillna(0)" in out
    assert err.endswith("1 finding can be mended with --write\n")
    assert (project / "work.py").read_text() == BEFORE


def test_the_diff_can_be_applied(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(capsys, project, "-q")
    subprocess.run(["git", "apply"], input=out, cwd=project, text=True, check=True)
    assert (project / "work.py").read_text() == AFTER


def test_writes_when_told_and_is_done_then(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, project, "--write")[2].endswith("1 finding mended\n")
    assert (project / "work.py").read_text() == AFTER
    code, out, err = call(capsys, project, "--write")
    assert (code, out) == (0, "")
    assert err.endswith("0 findings mended\n")


def test_links_out_of_the_target_stay(
    project: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "other.py"
    outside.write_text(BEFORE)
    (project / "linked.py").symlink_to(outside)
    call(capsys, project, "--write")
    assert outside.read_text() == BEFORE
    assert (project / "linked.py").is_symlink()


@pytest.mark.parametrize("args", [["--rule", "PIP001"], ["--rule", "nothing"]])
def test_a_rule_without_a_mechanical_remedy_is_a_mistake(
    project: Path, args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = call(capsys, project, *args)
    assert code == 2
    assert "has no mechanical remedy" in err


def test_one_rule_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, project, "--rule", "COD005")[1] == ""
    assert call(capsys, project, "--rule", "COD002")[1] != ""


def test_a_git_directory_has_no_files_to_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "bare.git"
    work = tmp_path / "work"
    work.mkdir()
    (work / "work.py").write_text(BEFORE)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=work, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(bare)], check=True)
    code, _, err = call(capsys, bare)
    assert code == 2
    assert "no folder of files" in err
