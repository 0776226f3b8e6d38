"""One repository in a process of its own: whatever happens to that process, there is an answer."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from pathlib import Path

import msgspec
import pytest

from auditor import audit
from auditor.fleet import work
from auditor.fleet.engines import Pool, engine
from auditor.fleet.work import Job, Result, examine
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.fleet import Member
from tests.fleet.projects import broken, project, terms

DAY = "2026-11-24"


def job(target: Path | str, folder: Path, **wanted: float) -> Job:
    return Job(Member(str(target)), DAY, terms(folder, **wanted))


def opened(result: Result) -> Audit:
    return msgspec.msgpack.decode(zlib.decompress(result.audit), type=Audit)


def test_it_says_what_an_audit_says(tmp_path: Path) -> None:
    from datetime import date

    target = project(tmp_path / "a", leaking=True)
    found = examine(job(target, tmp_path))
    assert found.problem == ""
    assert opened(found) == audit(str(target), as_of=date.fromisoformat(DAY), use_cache=False)
    assert found.peak_mb > 1


def test_what_cannot_be_audited_is_told(tmp_path: Path) -> None:
    assert "does not exist" in examine(job(tmp_path / "nowhere", tmp_path)).problem
    assert examine(job(broken(tmp_path / "b"), tmp_path)).problem


def test_a_process_that_is_killed_is_started_again(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def kill_the_first(process: subprocess.Popen[bytes]) -> None:
        started.append(process)
        if len(started) == 1:
            process.kill()

    found = examine(job(project(tmp_path / "a"), tmp_path), kill_the_first)
    assert found.problem == ""
    assert len(started) == 2


def test_one_that_is_killed_again_and_again_is_given_up(tmp_path: Path) -> None:
    found = examine(job(project(tmp_path / "a"), tmp_path), lambda process: process.kill())
    assert "ended 2 times by SIGKILL" in found.problem


def test_one_that_is_dead_before_it_is_told_its_job_is_given_up(tmp_path: Path) -> None:
    def kill_at_once(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()  # from here on nobody reads its standard input

    assert "ended 2 times by SIGKILL" in examine(job(project(tmp_path / "a"), tmp_path), kill_at_once).problem


def test_time_and_memory_are_bounded(tmp_path: Path) -> None:
    target = project(tmp_path / "a")
    assert "--timeout" in examine(job(target, tmp_path, seconds=0.05)).problem
    if sys.platform == "linux":
        assert examine(job(target, tmp_path, memory=60)).problem


def test_what_lies_in_the_current_folder_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "trap"
    target = project(trap)
    for name in ("auditor", "msgspec", "zlib"):
        (trap / f"{name}.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\n")
    monkeypatch.chdir(trap)
    assert examine(job(target, tmp_path)).problem == ""
    assert not (tmp_path / "sprung").exists()


def test_nobody_waits_any_more(tmp_path: Path) -> None:
    """The process ends when the one that started it is gone, whatever it was doing."""
    if os.name != "posix":
        pytest.skip("pipes of POSIX")
    target = project(tmp_path / "a")
    words = [*work.STARTS, str(tmp_path / "answer")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, env=work._environment()) as process:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(job(target, tmp_path)) + b"\n")
        process.stdin.close()
        assert process.wait(60) in (75, 0)


def test_the_pool_goes_on_after_a_failure(tmp_path: Path) -> None:
    targets = [project(tmp_path / "a"), broken(tmp_path / "b"), project(tmp_path / "c", leaking=True)]
    found = {result.member.target: result for result in Pool(2)(job(target, tmp_path) for target in targets)}
    assert [bool(found[str(target)].problem) for target in targets] == [False, True, False]


def test_whoever_stops_listening_ends_the_processes(tmp_path: Path) -> None:
    pool = Pool(2)
    results = pool([job(project(tmp_path / "a"), tmp_path), *(job(project(tmp_path / n), tmp_path) for n in "bcdef")])
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert all(process.poll() is not None for process in pool._running)


@pytest.mark.parametrize("word", ["ray://a", "dask://", "", "dask"])
def test_an_engine_that_nobody_knows(word: str) -> None:
    with pytest.raises(UsageError, match="not known"):
        engine(word, 1)


def test_another_auditor_on_the_other_side_is_told(tmp_path: Path) -> None:
    other = msgspec.structs.replace(job(project(tmp_path / "a"), tmp_path), code="another")
    assert "install the same one everywhere" in examine(other).problem
