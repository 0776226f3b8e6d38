from __future__ import annotations

import importlib.metadata
import sys
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from auditor.facts import version


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the package's folders with one small file each, that a test may change."""
    for room in ("readers", "source", "language", "score", "formats", "rules/leakage"):
        (tmp_path / room).mkdir(parents=True)
        (tmp_path / room / "one.py").write_text(room)
    (tmp_path / "model").mkdir()
    for name in version.RECORDS:
        (tmp_path / "model" / name).write_text(name)

    def found(package: str) -> Traversable:
        return tmp_path / "rules" if package == "auditor.rules" else tmp_path

    monkeypatch.setattr(version, "files", found)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    version.extractor_version.cache_clear()
    version.code_version.cache_clear()
    version._digests.cache_clear()


def versions() -> tuple[str, str]:
    forget()
    return version.extractor_version(), version.code_version()


@pytest.mark.parametrize(
    ("file", "facts_change", "audits_change"),
    [
        ("readers/one.py", True, True),
        ("language/one.py", True, True),
        ("model/ir.py", True, True),
        ("score/one.py", False, True),
        ("rules/leakage/one.py", False, True),
        ("formats/one.py", False, False),
        ("readers/__pycache__/one.pyc", False, False),
    ],
)
def test_a_change_counts_where_it_decides(copied: Path, file: str, facts_change: bool, audits_change: bool) -> None:
    facts, audits = versions()
    assert versions() == (facts, audits)
    (copied / file).parent.mkdir(exist_ok=True)
    (copied / file).write_text("changed")
    new_facts, new_audits = versions()
    assert (new_facts != facts, new_audits != audits) == (facts_change, audits_change)


def test_a_renamed_file_counts(copied: Path) -> None:
    before = versions()
    (copied / "source" / "one.py").rename(copied / "source" / "two.py")
    after = versions()
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_an_archive_counts_like_the_folder_that_it_holds(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copied / "rules" / "__pycache__").mkdir()
    (copied / "rules" / "__pycache__" / "one.pyc").write_text("compiled")
    unpacked = versions()
    packed = copied.parent / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(copied.rglob("*.*")):
            archive.write(file, file.relative_to(copied).as_posix())
    top = zipfile.Path(packed)
    monkeypatch.setattr(version, "files", lambda package: top / "rules" if package == "auditor.rules" else top)
    assert versions() == unpacked


@pytest.mark.parametrize("name", [*version.PARSERS, "networkx"])
def test_versions_are_those_that_python_tells(name: str) -> None:
    assert version._installed()[name] == version._looked_up(name) == importlib.metadata.version(name)


def test_of_two_installed_the_one_that_is_imported_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, number in (("near", "2"), ("far", "1")):
        (tmp_path / place / f"Some_Parser-{number}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "near"), str(tmp_path / "none"), str(tmp_path / "far")])
    assert version._installed.__wrapped__() == {"some-parser": "2"}


def test_what_is_not_installed_is_absent() -> None:
    assert version._version_of("no-such-distribution") == "absent"


def test_the_real_ones_are_digests() -> None:
    forget()
    assert files("auditor").is_dir()
    assert len(version.extractor_version()) == len(version.code_version()) == 32
    assert version.extractor_version() != version.code_version()
