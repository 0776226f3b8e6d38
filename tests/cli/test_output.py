from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from auditor.cli.output import Output, parse_outputs, require_writable, write_file
from auditor.model.errors import UsageError

FORMATS = ("json", "html")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_reads_the_three_ways_of_writing_an_output() -> None:
    assert parse_outputs(["json=a=b.json", "html"], FORMATS) == [Output("json", Path("a=b.json")), Output("html", None)]
    assert parse_outputs(["json=-"], FORMATS) == [Output("json", None)]
    assert parse_outputs([], FORMATS) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["pdf=x.pdf"], "choose one of json, html"),
        (["json="], "no path after"),
        (["json", "html=-"], "only one output can go to standard output"),
        (["json=a", "html=a"], "same path"),
        (["json=no/such/folder.json"], "does not exist"),
        (["json=."], "is a folder"),
    ],
)
def test_refuses_what_cannot_be_written_with_a_way_out(words: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_outputs(words, FORMATS)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_refuses_a_folder_without_permission(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(UsageError, match="permission denied"):
        require_writable(closed / "a.json")


def test_writes_text_as_it_is(tmp_path: Path) -> None:
    write_file(tmp_path / "a.json", "ä\nb\n")
    assert (tmp_path / "a.json").read_bytes() == b"\xc3\xa4\nb\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_link_laid_by_the_target_is_replaced_and_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep me")
    link = tmp_path / "debt-report.html"
    link.symlink_to(precious)
    write_file(link, "report")
    assert precious.read_text() == "keep me"
    assert not link.is_symlink()
    assert link.read_text() == "report"


def test_what_was_there_survives_a_failed_write(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_file(tmp_path / "a.json", "x\ud800")
    assert (tmp_path / "a.json").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_file(pipe, "through")
    reader.join()
    assert got == ["through"]
    assert pipe.is_fifo()
