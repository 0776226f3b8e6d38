"""Files that are there whole or not at all, and what is no file written to."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from auditor.formats.placing import placed
from auditor.formats.tables import write_table
from auditor.model.errors import UsageError


def write(path: Path, data: bytes = b"new") -> None:
    with placed(path) as file:
        file.write(data)


def through(pipe: Path, written: Callable[[], object]) -> bytes:
    """What comes out of a named pipe while something is written."""
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    written()
    reader.join(20)
    assert pipe.is_fifo()
    return b"".join(got)


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("before")

    def broken() -> None:
        with placed(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("a", "before")]
    write(path)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("a", "new")]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_file_may_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "a")
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "t.csv")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o640}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["pipe.csv", "pipe.parquet"])
def test_a_table_goes_through_a_pipe(tmp_path: Path, name: str) -> None:
    table = pd.DataFrame({"a": [1]})
    write_table(table, tmp_path / f"file-{name}")
    wanted = (tmp_path / f"file-{name}").read_bytes()
    assert through(tmp_path / name, lambda: write_table(table, tmp_path / name)) == wanted


def test_a_stream_that_leads_to_a_file_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `/dev/stdout` does where output goes to a file: neither the link nor what the file held is to go."""
    devices = tmp_path / "dev"
    devices.mkdir()
    (tmp_path / "log").write_text("before ")
    (devices / "stdout").symlink_to(tmp_path / "log")
    monkeypatch.setattr("auditor.formats.placing.STREAMS", (devices,))
    write(devices / "stdout", b"through")
    assert (tmp_path / "log").read_text() == "before through"
    assert [path.is_symlink() for path in devices.iterdir()] == [True]


def test_a_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (Path(), tmp_path):
        with pytest.raises(UsageError, match=r"cannot write .*directory"):
            write_table(pd.DataFrame({"a": [1]}), path)
        with pytest.raises(IsADirectoryError):
            write(path)
    assert not list(tmp_path.iterdir())
