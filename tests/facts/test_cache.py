from __future__ import annotations

import logging
import multiprocessing
import sqlite3
import stat
from pathlib import Path

import pytest

from auditor.facts import Cache
from auditor.facts import cache as cache_module


def stored(cache: Cache, *keys: bytes) -> dict[bytes, bytes]:
    return dict(cache.get_many(keys))


def test_gives_back_what_was_put_and_nothing_else(tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as cache:
        cache.put_many({b"a": b"1", b"b": b"\0" * 5000})
        assert stored(cache, b"a", b"b", b"x", b"a") == {b"a": b"1", b"b": b"\0" * 5000}


def test_keeps_it_for_the_next_run(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put_many({b"a": b"1"})
        cache.put_audit("digest", b"audit")
    with Cache(tmp_path) as cache:
        assert stored(cache, b"a") == {b"a": b"1"}
        assert cache.get_audit("digest") == b"audit"
        assert cache.get_audit("other") is None


def test_asks_for_more_keys_than_one_query_takes(tmp_path: Path) -> None:
    values = {str(i).encode(): b"v" for i in range(3 * cache_module.BATCH + 1)}
    with Cache(tmp_path) as cache:
        cache.put_many(values)
        assert stored(cache, *values) == values


def test_folder_and_file_are_for_their_owner_alone(tmp_path: Path) -> None:
    with Cache(tmp_path / "deep" / "c") as cache:
        cache.put_many({b"a": b"1"})
        assert stat.S_IMODE((tmp_path / "deep" / "c").stat().st_mode) == 0o700
        for file in (tmp_path / "deep" / "c").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize("content", [b"not a database, by any means " * 100, b""], ids=["garbage", "empty"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / cache_module.FILE).write_bytes(content)
    with Cache(tmp_path) as cache:
        cache.put_many({b"a": b"1"})
        assert stored(cache, b"a") == {b"a": b"1"}
    damaged = tmp_path / f"{cache_module.FILE}.damaged"
    assert damaged.exists() == bool(content)


def test_damage_found_while_reading_is_mended_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    values = {str(i).encode(): bytes([i % 251]) * 3000 for i in range(300)}
    with Cache(tmp_path) as cache:
        cache.put_many(values)
    file = tmp_path / cache_module.FILE
    data = bytearray(file.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)  # all but the schema
    file.write_bytes(data)
    with Cache(tmp_path) as cache, caplog.at_level(logging.WARNING):
        assert stored(cache, *values) == {}
        cache.put_many({b"a": b"1"})
        assert stored(cache, b"a") == {b"a": b"1"}
    assert "damaged" in caplog.text


def test_bytes_that_are_not_those_that_were_written_are_not_given_back(tmp_path: Path) -> None:
    """Damage that the form of the file does not show: a page of values holds something else."""
    with Cache(tmp_path) as cache:
        cache.put_many({b"a": b"whole" * 2000, b"b": b"other" * 2000})
        cache.put_audit("digest", b"audit" * 2000)
        cache.put_audit("next", b"sound" * 2000)
    file = tmp_path / cache_module.FILE
    data = file.read_bytes()
    for was, is_ in ((b"wholewhole", b"wholeWhole"), (b"auditaudit", b"auditAudit")):
        at = data.rindex(was * 20)
        data = data[:at] + is_ + data[at + len(is_) :]
    file.write_bytes(data)
    with Cache(tmp_path) as cache:
        assert stored(cache, b"a", b"b") == {b"b": b"other" * 2000}
        assert cache.get_audit("digest") is None
        assert cache.get_audit("next") == b"sound" * 2000
        cache.put_many({b"a": b"whole"})
        assert stored(cache, b"a") == {b"a": b"whole"}


def test_a_place_that_cannot_be_used_means_no_cache_and_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING), Cache(tmp_path / "file" / "c") as cache:
        cache.put_many({b"a": b"1"})
        assert stored(cache, b"a") == {}
        assert cache.stats()[1:4] == (0, 0, 0)
        cache.clear()
    assert "going on without it" in caplog.text


def test_stays_within_its_bound_and_drops_what_was_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    today = 100
    monkeypatch.setattr(cache_module, "_today", lambda: today)
    with Cache(tmp_path, max_bytes=1_000_000) as cache:
        cache.put_many({b"old": b"o" * 50_000, b"liked": b"l" * 50_000})
        today = 101
        assert stored(cache, b"liked")
        for number in range(60):
            cache.put_many({f"n{number}".encode(): bytes(40_000)})
            if number % 10 == 0:
                today += 1
                assert stored(cache, b"liked"), number
        assert stored(cache, b"old") == {}
        assert cache.stats().size <= 1_000_000
        assert cache.stats().facts > 10
    assert (tmp_path / cache_module.FILE).stat().st_size < 1_500_000


def test_clear_empties_both_tables(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put_many({b"a": bytes(2_000_000)})
        cache.put_audit("digest", b"audit")
        before = cache.stats()
        cache.clear()
        after = cache.stats()
    assert (before.facts, before.audits) == (1, 1)
    assert (after.facts, after.audits) == (0, 0)
    assert after.size < 100_000 < before.size


def test_clear_drops_what_is_damaged_or_of_an_older_form_and_nothing_else(tmp_path: Path) -> None:
    for name in (f"{cache_module.FILE}.damaged", "facts-0.sqlite3", "facts-0.sqlite3-wal", "history-ab.db", "other"):
        (tmp_path / name).write_text("x")
    with Cache(tmp_path) as cache:
        cache.clear()
    assert {path.name for path in tmp_path.iterdir()} == {cache_module.FILE, "history-ab.db", "other"}


def write_many(folder: Path, start: int) -> None:
    with Cache(folder) as cache:
        for number in range(start, start + 40):
            cache.put_many({str(number).encode(): bytes(1000)})
            stored(cache, *(str(n).encode() for n in range(number)))


def test_two_processes_may_use_it_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(tmp_path, start)) for start in (0, 40, 80)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with Cache(tmp_path) as cache:
        assert cache.stats().facts == 120


def test_another_writer_for_too_long_costs_the_cache_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cache_module, "BUSY_SECONDS", 0.05)
    with Cache(tmp_path) as cache:
        other = sqlite3.connect(cache.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.WARNING):
            cache.put_many({b"a": b"1"})
        other.close()
    assert "locked" in caplog.text
