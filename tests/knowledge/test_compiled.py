"""The compiled form of a table says what its text says, whatever happens to it."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from auditor.knowledge import compiled, tables

TEXT = '[[entry]]\nname = "a.b"\nrole = "read"\nattrs = {x = 1.5, y = [true]}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where compiled files go during a test."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_second_time_no_toml_is_parsed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = compiled.loads(TEXT, "a.toml")
    assert first == tomllib.loads(TEXT)
    assert len(files(folder)) == 1
    monkeypatch.setattr(tomllib, "loads", lambda _: pytest.fail("parsed again"))
    assert compiled.loads(TEXT, "a.toml") == first


def test_another_text_is_parsed_anew(folder: Path) -> None:
    compiled.loads(TEXT, "a.toml")
    assert compiled.loads("x = 1\n", "a.toml") == {"x": 1}
    assert compiled.loads(TEXT, "a.toml") == tomllib.loads(TEXT)
    assert len(files(folder)) == 1


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_a_damaged_file_is_made_anew(folder: Path, damage: bytes | None) -> None:
    compiled.loads(TEXT, "a.toml")
    [file] = files(folder)
    file.write_bytes(file.read_bytes()[:-3] if damage is None else damage)
    assert compiled.loads(TEXT, "a.toml") == tomllib.loads(TEXT)


def test_nothing_is_written_where_python_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    compiled.loads(TEXT, "a.toml")
    assert files(folder) == []


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setattr(sys, "pycache_prefix", str(blocked))
    assert compiled.loads(TEXT, "a.toml") == tomllib.loads(TEXT)


def test_every_shipped_table_is_the_same_compiled(folder: Path) -> None:
    for _ in range(2):
        for name, text in tables.read_texts().items():
            assert tables.parse(text, name) == tables.parse(text)
