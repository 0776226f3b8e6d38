"""`auditor trend` over a small repository: nothing checked out, nothing lost, nothing audited twice."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

import auditor.run
from auditor import audit
from tests.cli.test_judging_commands import LEAKING, TRAIN, call
from tests.tree.conftest import Repo


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Five commits: clean, clean, leaking, leaking, mended."""
    made = Repo(tmp_path / "project")
    clean = TRAIN.format(scale="")
    rows = "a,b\n" + "".join(f"{n},{n % 2}\n" for n in range(30))
    for at, text in enumerate((clean, clean, LEAKING, LEAKING, clean)):
        made.write({"train.py": text, "data/raw.csv": rows, "README.md": f"# {at}\n"})
        made.git("add", "-A")
        moment = f"2024-0{at + 1}-02T03:04:05Z"
        made.git("commit", "-q", "-m", f"change {at}", env={"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return made


def trend(repo: Repo, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    code, out, _ = call(capsys, "trend", "-q", repo.root, "--jobs", "1", "-o", "json", *words)
    assert code == 0
    read: dict[str, object] = json.loads(out)
    return read


def test_a_leak_comes_and_goes(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    said = json.loads(call(capsys, "trend", "-q", repo.root, "--jobs", "1", "--every", "commit", "-o", "json")[1])
    debts = [point["debt"] for point in said["points"]]
    assert debts[0] == debts[1] == debts[4] < debts[2] == debts[3]
    leak = next(life for life in said["lives"] if life["rule"] == "LKG005")
    commits = [point["commit"] for point in said["points"]]
    assert (leak["introduced"], leak["resolved"], leak["end"]) == (commits[2], commits[4], "fixed")
    assert repo.git("status", "--porcelain") == "?? .auditor/"


def test_between_two_points_the_exact_commits_are_found(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"train.py": LEAKING})
    few = json.loads(call(capsys, "trend", "-q", repo.root, "--jobs", "1", "--points", "2", "-o", "json")[1])
    assert len(few["points"]) == 2
    exact = json.loads(
        call(capsys, "trend", "-q", repo.root, "--jobs", "1", "--points", "2", "--exact", "-o", "json")[1]
    )
    births = {life["introduced"] for life in exact["lives"] if life["rule"] == "LKG005"}
    line = repo.git("log", "--format=%H", "--reverse").split()
    assert births <= set(line)
    assert all(
        line.index(life["introduced"]) - line.index(life["absent_at"]) == 1
        for life in exact["lives"]
        if life["absent_at"]
    )


def test_a_second_call_audits_nothing(
    repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trend(repo, capsys)

    def never(*_args: object, **_options: object) -> None:
        raise AssertionError("audited again")

    monkeypatch.setattr(auditor.run, "audit", never)
    assert trend(repo, capsys) == first


def test_each_point_is_what_an_audit_of_its_commit_says(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    import datetime as dt

    said = json.loads(call(capsys, "trend", "-q", repo.root, "--jobs", "2", "--every", "commit", "-o", "json")[1])
    for point in said["points"]:
        day = dt.datetime.fromtimestamp(point["time"], tz=dt.UTC).date()
        assert audit(str(repo.root), rev=point["commit"], as_of=day, use_cache=False).score.debt == point["debt"]


def test_what_is_exported_serves_another_machine(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trend(repo, capsys, "--export", str(tmp_path / "runs.jsonl"))
    monkeypatch.setattr(auditor.run, "audit", None)
    words = ("--import", str(tmp_path / "runs.jsonl"), "--store", str(tmp_path / "other.db"))
    assert trend(repo, capsys, *words) == first


def test_tables(repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("-o", f"points={tmp_path / 'p.csv'}", "-o", f"lives={tmp_path / 'l.csv'}")
    assert call(capsys, "trend", "-q", repo.root, "--jobs", "1", "--every", "commit", *words)[0] == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "p.csv").read_text())))
    assert len(rows) == 5
    assert rows[2]["findings_critical"] == "1"
    assert any(row["rule"] == "LKG005" for row in csv.DictReader(io.StringIO((tmp_path / "l.csv").read_text())))


def test_the_terminal_form_is_narrow(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(capsys, "trend", "-q", repo.root, "--jobs", "1", "--every", "commit")
    assert "Debt over time" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("words", [("--since", "soon"), ("-o", "points"), ("--rev", "nowhere")])
def test_mistakes(repo: Repo, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert call(capsys, "trend", "-q", repo.root, *words)[0] == 2


def test_a_database_keeps_what_a_file_keeps(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sqlalchemy", reason="ml-debt-auditor[team] is not installed")
    first = trend(repo, capsys, "--export", str(tmp_path / "file.jsonl"))
    monkeypatch.setenv("AUDITOR_STORE", f"sqlite:///{tmp_path / 'team.db'}")
    assert trend(repo, capsys, "--export", str(tmp_path / "team.jsonl")) == first
    assert (tmp_path / "file.jsonl").read_text() == (tmp_path / "team.jsonl").read_text()
    monkeypatch.setattr(auditor.run, "audit", None)
    assert trend(repo, capsys) == first


def test_a_page(repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--every", "commit", "-o", f"html={tmp_path / 'p.html'}")
    assert call(capsys, "trend", "-q", repo.root, "--jobs", "1", *words)[0] == 0
    said = (tmp_path / "p.html").read_text()
    assert "Debt over time" in said
    assert "LKG005" in said


def test_what_was_reported_under_other_rules_is_told_beside_todays(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tmp_path / "runs.jsonl"
    trend(repo, capsys, "--every", "commit", "--export", str(lines))
    then = [json.loads(line) for line in lines.read_text().splitlines()]
    for row in then:
        row["audit"]["versions"]["ruleset"] = "older"
        row["audit"]["score"]["debt"] = 99.5
    lines.write_text("".join(json.dumps(row) + "\n" for row in then))
    said = trend(repo, capsys, "--every", "commit", "--import", str(lines), "--store", str(tmp_path / "other.db"))
    points = said["points"]
    assert isinstance(points, list)
    assert {(point["reported"], point["reported_under"][0]) for point in points} == {(99.5, "older")}
    assert all(point["debt"] < 99 for point in points)


def test_a_report_shows_the_trend_that_the_history_beside_it_knows(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        "Trend: no history of audits was given."
        in call(capsys, "audit", "-q", repo.root, "--jobs", "1", "-o", "html")[1]
    )
    trend(repo, capsys, "--every", "commit")
    page = call(capsys, "audit", "-q", repo.root, "--jobs", "1", "-o", "html")[1]
    assert '<section class="page" id="trend"' in page
    assert "Debt by family, and its half-life" in page


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("trend", "https://example.org/x.git"), "history is read from a local clone"),
        (("trend", "{folder}"), "is no git repository, so it has no history to look at"),
        (("trend", "{repo}", "--since", "2090-01-01"), "has no commit since then; its newest is of 20"),
        (("trend", "{repo}", "--since", "soon"), "write it as YYYY-MM-DD"),
        (("compare", "gone.json", "HEAD", "--target", "{repo}"), "gone.json is not there"),
        (("compare", "nowhere", "HEAD", "--target", "{repo}"), "'nowhere' names no commit here"),
    ],
)
def test_mistakes_are_sentences(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    (tmp_path / "plain").mkdir()
    named = [word.format(repo=repo.root, folder=tmp_path / "plain") for word in words]
    code, out, err = call(capsys, *named)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_a_report_tells_of_the_history_what_can_be_read(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    """What lies in a target never stops an audit: a damaged run is a gap, a damaged file is said."""
    trend(repo, capsys, "--every", "commit")
    file, words = repo.root / ".auditor" / "history.db", ("audit", repo.root, "-o", "html=report.html", "--jobs", "1")
    with contextlib.closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE run SET inputs = ? WHERE id = 2", (b"\0" * 50,))
    code, _, err = call(capsys, *words)
    assert code == 0
    assert "is left out of the history: what is stored of it is damaged" in err
    for side in ("-wal", "-shm"):
        file.with_name(file.name + side).unlink(missing_ok=True)
    file.write_bytes(b"no database, whatever its name says" * 99)
    code, _, err = call(capsys, *words)
    assert code == 0
    assert "the report goes without its history" in err
