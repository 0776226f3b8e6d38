"""The compiled form of a table says what its text says, whatever happens to it."""

from __future__ import annotations

import os
import sys
import tomllib
import zipfile
from importlib import resources
from pathlib import Path

import pytest
from msgspec.structs import replace

from auditor.knowledge import tables
from auditor.model import compiled

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


@pytest.fixture
def made(tmp_path: Path, folder: Path) -> Path:
    """A folder with a file."""
    home = tmp_path / "home"
    (home / "inner" / "__pycache__").mkdir(parents=True)
    (home / "inner" / "one.toml").write_text("one")
    return home


def asked(home: Path, answer: str = "found") -> list[str]:
    """What is kept of a folder, and what had to be made for it."""
    calls: list[str] = []

    def make() -> str:
        calls.append(answer)
        return answer

    return [compiled.kept("answers", [home], make, str), *calls]


def test_what_was_found_in_a_folder_is_kept_while_nothing_changes(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "SETTLED", -60.0)
    assert asked(made) == ["found", "found"]
    assert asked(made, "again") == ["found"]
    (made / "inner" / "__pycache__" / "one.pyc").write_text("what Python keeps")
    assert asked(made, "again") == ["found"]


@pytest.mark.parametrize("change", ["text", "time", "name", "another", "gone"])
def test_it_is_found_anew_after_any_change(made: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "SETTLED", -60.0)
    one = made / "inner" / "one.toml"
    assert asked(made) == ["found", "found"]
    if change == "text":
        before = one.stat()
        one.write_text("two")
        os.utime(one, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif change == "time":
        os.utime(one, (1_000_000_000, 1_000_000_000))
    elif change == "name":
        one.rename(one.with_name("two.toml"))
    elif change == "another":
        (made / "two.toml").touch()
    else:
        one.unlink()
    assert asked(made, "again") == ["again", "again"]
    assert asked(made, "third") == ["again"]


def test_nothing_is_kept_of_what_has_just_changed(made: Path) -> None:
    assert asked(made) == ["found", "found"]
    assert asked(made, "again") == ["again", "again"]


def test_damaged_or_of_another_form_it_is_found_anew(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "SETTLED", -60.0)
    asked(made)
    assert compiled.kept("answers", [made], lambda: 7, int) == 7
    assert asked(made, "again") == ["again", "again"]


def test_in_an_archive_nothing_is_kept(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.toml", "one")
    top = zipfile.Path(tmp_path / "a.zip")
    assert compiled.kept("answers", [top], lambda: 1, int) == 1
    assert compiled.kept("answers", [top], lambda: 2, int) == 2
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(compiled, "SETTLED", -60.0)
    assert compiled.kept("answers", [tmp_path / "home", top], lambda: 3, int) == 3
    assert not [path for path in files(folder) if path.suffix == ".msgpack"]


def test_the_heads_of_the_shipped_tables_are_those_of_their_texts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "SETTLED", -60.0)
    for _ in range(2):
        assert tables.read_heads() == tuple(tables.head(name, text) for name, text in tables.read_texts().items())
    assert dict(tables.Shipped(head.file for head in tables.read_heads())) == tables.read_texts()


def test_the_heads_are_read_anew_where_the_code_that_reads_them_changed(
    folder: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "SETTLED", -60.0)
    monkeypatch.setattr(tables, "files", lambda _package: made)
    (made / "libraries").mkdir()
    (made / "libraries" / "a.toml").write_text(
        'library = "a"\ndistributions = ["a"]\nimport_names = ["a"]\ndomain = "ml"\n'
    )
    (made / "tables.py").touch()
    first = tables.read_heads()
    read = tables.head
    monkeypatch.setattr(tables, "head", lambda file, text: replace(read(file, text), name="b"))
    assert tables.read_heads() == first
    (made / "tables.py").write_text("# changed")
    assert [head.name for head in tables.read_heads()] == ["b"]


@pytest.mark.parametrize(
    ("package", "name"),
    [("auditor.score", "policy.toml"), ("auditor.score", "calibration.toml"), ("auditor.rules", "precision.toml")],
)
def test_every_shipped_document_is_the_same_compiled(folder: Path, package: str, name: str) -> None:
    text = resources.files(package).joinpath(name).read_text("utf-8")
    for _ in range(2):
        assert compiled.loads(text, name) == tomllib.loads(text)
