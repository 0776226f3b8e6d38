from __future__ import annotations

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


def test_the_real_ones_are_digests() -> None:
    forget()
    assert files("auditor").is_dir()
    assert len(version.extractor_version()) == len(version.code_version()) == 32
    assert version.extractor_version() != version.code_version()
