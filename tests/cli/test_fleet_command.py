"""`auditor fleet` from the outside."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.test_judging_commands import call
from tests.fleet.projects import broken, project


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project(tmp_path / "good")
    project(tmp_path / "leaky", leaking=True)
    (tmp_path / "list.txt").write_text("good main  # the branch\nleaky\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "list.txt"


def test_all_that_it_writes(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "fleet", listed, "--jobs", "1")
    assert (code, "leaky" in out) == (0, True)
    assert "wrote" in err
    assert max(map(len, out.splitlines())) <= 80
    into = listed.parent / "fleet"
    said = json.loads((into / "fleet.json").read_text())
    assert [one["name"] for one in said["standings"]] == ["leaky", "good"]
    tables = {path.stem for path in into.iterdir() if path.suffix in (".csv", ".parquet")}
    assert tables == {"repositories", "shared", "findings"}
    stored = into / said["standings"][0]["audit"]
    code, again, _ = call(capsys, "report", stored, "-o", "json")
    assert (code, again) == (0, stored.read_text())


def test_tables_and_a_page(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("-o", "repositories=r.csv", "-o", "findings=f.csv", "-o", "shared=s.csv", "-o", "html=p.html")
    assert call(capsys, "fleet", "-q", listed, "--jobs", "1", *words)[0] == 0
    rows = list(csv.DictReader(io.StringIO(Path("r.csv").read_text())))
    assert [(row["name"], row["rank"]) for row in rows] == [("leaky", "1"), ("good", "2")]
    assert any(row["rule"] == "LKG005" for row in csv.DictReader(io.StringIO(Path("f.csv").read_text())))
    assert "Technical debt of a fleet" in Path("p.html").read_text()


def test_parquet(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="ml-debt-auditor[parquet] is not installed")
    words = ("-o", "repositories=r.parquet", "-o", "findings=f.parquet", "-o", "shared=s.parquet")
    assert call(capsys, "fleet", "-q", listed, "--jobs", "1", *words)[0] == 0
    assert parquet.read_table("r.parquet").column("name").to_pylist() == ["leaky", "good"]
    assert parquet.read_table("s.parquet").num_rows >= 0


def test_a_failure_is_told_and_stops_nobody(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(listed.parent / "broken")
    listed.write_text(f"broken/.git\nnowhere\n{listed.read_text()}")
    code, out, _ = call(capsys, "fleet", "-q", listed, "--jobs", "2", "-o", "json")
    assert code == 3
    problems = {one["name"]: one["problem"] for one in json.loads(out)["standings"]}
    assert [bool(problems[name]) for name in ("leaky", "good", "nowhere")] == [False, False, True]


@pytest.mark.parametrize(
    "words",
    [("nowhere.txt",), ("list.txt", "--engine", "moon"), ("list.txt", "--shard", "9/2"), ("list.txt", "-o", "shared")],
)
def test_mistakes(listed: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert call(capsys, "fleet", "-q", *words)[0] == 2
