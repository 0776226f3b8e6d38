"""Killed, crowded, out of room, not allowed, back in time: nothing is lost or wrong, and it is said."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from auditor import audit
from auditor.facts import Cache
from auditor.history.choice import choose
from auditor.tree import line
from tests.cli.test_judging_commands import LEAKING, ROWS, TRAIN
from tests.tree.conftest import Repo

COMMAND = "import sys; from auditor import cli; cli.main(sys.argv[1:])"
DYING = """
import os, signal, sqlite3, sys
left, which = int(sys.argv.pop(1)), sys.argv.pop(1)
plain = sqlite3.connect
def watched(path, *args, **options):
    db = plain(path, *args, **options)
    def heard(statement):
        global left
        if which in str(path) and statement.startswith("COMMIT"):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)  # all is written, nothing is committed
    db.set_trace_callback(heard)
    return db
sqlite3.connect = watched
from auditor import cli
cli.main(sys.argv[1:])
"""
BOUNDED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
from auditor import cli
cli.main(sys.argv[1:])
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Four commits, each a day before the one that it follows: the clock went back."""
    made = Repo(tmp_path / "project")
    for at, scale in enumerate(("", "x, y = SMOTE(random_state=0).fit_resample(x, y)\n", "", "")):
        made.write({"train.py": TRAIN.format(scale=scale), "data/raw.csv": ROWS, "README.md": f"# {at}\n"})
        made.git("add", "-A")
        moment = f"2024-03-{20 - at:02d}T03:04:05Z"
        made.git("commit", "-q", "-m", f"change {at}", env={"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment})
    return made


def run(program: str, *words: str | Path | int) -> subprocess.CompletedProcess[str]:
    place = os.pathsep.join(place for place in sys.path if Path(place).is_absolute())
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, words)], env={**os.environ, "PYTHONPATH": place}, capture_output=True, text=True, check=False
    )  # fmt: skip


def trend_words(repo: Repo, tmp_path: Path, *more: str | Path) -> Sequence[str | Path]:
    return (
        "trend",
        "-q",
        repo.root,
        "--jobs",
        "1",
        "--every",
        "commit",
        "--cache-dir",
        tmp_path / "cache",
        "-o",
        "json",
        *more,
    )


@pytest.fixture
def truth(repo: Repo, tmp_path: Path) -> object:
    """What an undisturbed run says."""
    words = trend_words(repo, tmp_path / "alone", "--store", tmp_path / "alone.db")
    done = run(COMMAND, *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("commits", [0, 2])
def test_killed_in_the_middle_of_a_history(repo: Repo, tmp_path: Path, truth: object, commits: int) -> None:
    store = tmp_path / "h.db"
    words = trend_words(repo, tmp_path, "--store", store)
    # Making the tables is the store's first transaction.
    assert run(DYING, commits + 1, "h.db", *words).returncode == -signal.SIGKILL
    done = run(COMMAND, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == truth


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_killed_in_the_middle_of_a_write_to_the_cache(repo: Repo, tmp_path: Path) -> None:
    words = ("audit", "-q", repo.root, "--as-of", "2024-04-01", "--cache-dir", tmp_path / "cache", "-o", "json")
    assert run(DYING, 0, "facts-", *words).returncode == -signal.SIGKILL
    done = run(COMMAND, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run(COMMAND, *words, "--no-cache").stdout
    assert not list((tmp_path / "cache").glob("*.damaged"))


def test_two_audits_at_once_on_one_cache(repo: Repo, tmp_path: Path) -> None:
    place = os.pathsep.join(place for place in sys.path if Path(place).is_absolute())
    words = [sys.executable, "-c", COMMAND, "audit", "-q", str(repo.root), "--as-of", "2024-04-01", "-o", "json"]
    both = [
        subprocess.Popen(
            [*words, "--cache-dir", str(tmp_path / "cache")], env={**os.environ, "PYTHONPATH": place},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0, 0]
    assert {err for _, err in said} == {""}
    assert {out for out, _ in said} == {run(COMMAND, *words[3:], "--no-cache").stdout}
    with Cache(tmp_path / "cache") as cache:
        assert cache.stats().audits == 1


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("most", [4_000, 30_000])
def test_a_full_disk_costs_the_cache_and_not_the_audit(repo: Repo, tmp_path: Path, most: int) -> None:
    words = ("audit", "-q", repo.root, "--as-of", "2024-04-01", "-o", "json")
    done = run(BOUNDED, most, *words, "--cache-dir", tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    assert done.stdout == run(COMMAND, *words, "--no-cache").stdout
    again = run(COMMAND, *words, "--cache-dir", tmp_path / "cache")  # there is room again
    assert (again.returncode, again.stdout) == (0, done.stdout)


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("most", [4_000, 40_000, 120_000])
def test_a_full_disk_is_said_and_what_is_stored_stays(repo: Repo, tmp_path: Path, truth: object, most: int) -> None:
    words = trend_words(repo, tmp_path, "--store", tmp_path / "h.db")
    done = run(BOUNDED, most, *words)
    if done.returncode == 0:  # it had room enough
        assert json.loads(done.stdout) == truth
    else:
        assert done.returncode == 2
        assert "cannot be used" in done.stderr
        assert "something went wrong" not in done.stderr
    again = run(COMMAND, *words)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == truth


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("where", ["stdout", "file"])
def test_an_output_that_takes_nothing_is_said(repo: Repo, tmp_path: Path, where: str) -> None:
    words = [sys.executable, "-c", COMMAND, "audit", "-q", str(repo.root), "--cache-dir", str(tmp_path / "cache")]
    place = os.pathsep.join(place for place in sys.path if Path(place).is_absolute())
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*words, "-o", "json" if where == "stdout" else "json=/dev/full"], env={**os.environ, "PYTHONPATH": place},
            stdout=full if where == "stdout" else subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert "No space left" in done.stderr


def test_a_target_that_takes_nothing_is_audited_and_its_history_told_where_to_go(
    repo: Repo, tmp_path: Path, truth: object
) -> None:
    (repo.root / ".auditor").write_text("")  # a file in the way stops root too
    done = run(COMMAND, *trend_words(repo, tmp_path))
    assert done.returncode == 2
    assert "name a file with --store" in done.stderr
    (repo.root / ".auditor").unlink()
    if os.name == "posix" and os.geteuid() != 0:
        repo.root.chmod(0o500)
        try:
            assert run(COMMAND, *trend_words(repo, tmp_path)).returncode == 2
            assert audit(str(repo.root), use_cache=False).score.debt is not None
        finally:
            repo.root.chmod(0o700)
    done = run(COMMAND, *trend_words(repo, tmp_path, "--store", tmp_path / "h.db"))
    assert json.loads(done.stdout) == truth


def test_a_clock_that_went_back_loses_no_commit_and_makes_no_life_negative(
    repo: Repo, truth: dict[str, object]
) -> None:
    commits = repo.git("log", "--format=%H", "--reverse").split()
    points, lives, ages = truth["points"], truth["lives"], truth["half_lives"]
    assert isinstance(points, list)
    assert isinstance(lives, list)
    assert isinstance(ages, list)
    assert [point["commit"] for point in points] == commits
    (leak,) = [life for life in lives if life["rule"] == "LKG005"]
    assert (leak["introduced"], leak["resolved"]) == (commits[1], commits[2])
    assert all(age["days"] is None or age["days"] >= 0 for age in ages)
    assert choose(line(str(repo.root)).stations, every="week")[-1].commit == commits[-1]


@pytest.mark.parametrize("seconds", [0, 253_402_300_800, 99_999_999_999_999])
def test_a_commit_of_another_age(tmp_path: Path, seconds: int) -> None:
    made = Repo(tmp_path / "odd")
    made.write({"train.py": LEAKING, "data/raw.csv": ROWS})
    made.git("add", "-A")
    tree = made.git("write-tree")
    who = f"A <a@example.org> {seconds} +0000"
    text = f"tree {tree}\nauthor {who}\ncommitter {who}\n\nodd\n"
    (tmp_path / "commit").write_text(text)
    commit = made.git("hash-object", "-t", "commit", "-w", "--literally", str(tmp_path / "commit"))
    made.git("update-ref", "refs/heads/main", commit)
    done = run(
        COMMAND, *trend_words(made, tmp_path, "-o", f"html={tmp_path / 'p.html'}", "-o", f"points={tmp_path / 'p.csv'}")
    )
    assert done.returncode == 0, done.stderr
    (point,) = json.loads(done.stdout)["points"]
    assert point["debt"] is not None
    assert dt.datetime.fromtimestamp(point["time"], tz=dt.UTC).year in range(1970, 2101)


def test_a_cache_written_tomorrow_serves_today(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    today, day = time.time(), dt.date(2024, 4, 1)
    monkeypatch.setattr("auditor.facts.cache.time.time", lambda: today + 400 * 86_400)
    first = audit(str(repo.root), as_of=day, cache_dir=tmp_path / "cache")
    monkeypatch.setattr("auditor.facts.cache.time.time", lambda: today)
    assert audit(str(repo.root), as_of=day, cache_dir=tmp_path / "cache") == first
    assert audit(str(repo.root), as_of=day, use_cache=False) == first


def test_a_stored_run_that_is_damaged_is_audited_again(repo: Repo, tmp_path: Path, truth: object) -> None:
    words = trend_words(repo, tmp_path, "--store", tmp_path / "h.db")
    assert run(COMMAND, *words).returncode == 0
    for what in (b"\0" * 50, b""):
        with contextlib.closing(sqlite3.connect(tmp_path / "h.db")) as db, db:
            db.execute("UPDATE run SET inputs = ? WHERE id = 2", (what,))
        done = run(COMMAND, *words)
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout) == truth
    assert run(COMMAND, *words, "--export", tmp_path / "lines.jsonl").returncode == 0
    assert len((tmp_path / "lines.jsonl").read_text().splitlines()) == 4


def test_a_cache_that_is_damaged_in_the_middle_changes_nothing(repo: Repo, tmp_path: Path) -> None:
    words = ("audit", "-q", repo.root, "--as-of", "2024-04-01", "-o", "json")
    alone = run(COMMAND, *words, "--no-cache").stdout
    kept = (*words, "--cache-dir", tmp_path / "cache")
    assert run(COMMAND, *kept).stdout == alone
    (file,) = (tmp_path / "cache").glob("*.sqlite3")
    whole = file.read_bytes()
    for at in range(4096, len(whole), max(4096, len(whole) // 6)):
        file.write_bytes(whole[:at] + b"\xa5" * 700 + whole[at + 700 :])
        done = run(COMMAND, *kept)
        assert (done.returncode, done.stdout) == (0, alone), at
        assert "Traceback" not in done.stderr
