"""The code that is kept of expressions gives the very patterns that `re` compiles, whatever happens to it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from auditor.model import compiled, regex_code
from auditor.model.regex_code import _Held

EXPRESSIONS: tuple[tuple[Any, int], ...] = (
    (r"(?P<key>\w+)=(\d+)|(?P<other>x{2,})", re.IGNORECASE),
    (rb"(?<=[BH]_)ghp_[^\x80-\x9f\n]{0,80}+$", re.MULTILINE),
    ("(?>(- ++)?)[\ud800-\udfff\u2028]|é", re.DOTALL | re.ASCII),
    ("", 0),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where code is kept during a test, by a process that knows nothing yet."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(_Held, "codes", None)
    monkeypatch.setattr(_Held, "fresh", False)
    return tmp_path


def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Held, "codes", None)
    monkeypatch.setattr(_Held, "fresh", False)


def compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex_code._Engine, "code", lambda *_: pytest.fail("compiled again"))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def asked() -> list[re.Pattern[Any]]:
    return [regex_code.pattern(text, flags) for text, flags in EXPRESSIONS]


def test_the_next_process_has_the_same_patterns_and_compiles_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = [re.compile(text, flags) for text, flags in EXPRESSIONS]
    assert asked() == usual  # patterns are equal where their code is
    regex_code.keep()
    assert len(files(folder)) == 1
    another_process(monkeypatch)
    compiles_nothing(monkeypatch)
    again = asked()
    assert again == usual
    assert [(p.flags, p.groups, dict(p.groupindex)) for p in again] == [
        (p.flags, p.groups, dict(p.groupindex)) for p in usual
    ]
    found = again[0].search("Depth=3")
    assert found is not None
    assert found.lastgroup is None
    assert found.groupdict() == {"key": "Depth", "other": None}
    assert again[0].sub(r"\g<key>", "a=1") == "a"


def test_nothing_is_written_where_nothing_was_compiled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked()
    regex_code.keep()
    [file] = files(folder)
    file.unlink()
    asked()
    regex_code.keep()
    assert files(folder) == []


@pytest.mark.parametrize("damage", [b"", b"\xff" * 8, b"\1\0\0\0", b"\1\0\0"])
def test_damaged_code_is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    usual = asked()
    codes = _Held.codes or {}
    _Held.codes = {key: replace(code, words=damage, names={"a": 9}) for key, code in codes.items()}
    regex_code.keep()
    another_process(monkeypatch)
    assert asked() == usual
    assert _Held.fresh


def test_another_build_of_python_has_code_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked()
    regex_code.keep()
    another_process(monkeypatch)
    monkeypatch.setattr(regex_code, "_stamp", lambda: b"another" + b" " * (compiled.DIGEST - 7))
    asked()
    assert _Held.fresh


def test_what_versions_left_behind_is_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked()
    regex_code.keep()
    another_process(monkeypatch)
    monkeypatch.setattr(regex_code, "MOST", len(EXPRESSIONS))
    regex_code.pattern("one more", 0)
    assert set(_Held.codes or {}) == {"0 'one more'"}


def test_where_re_is_another_inside_each_process_compiles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex_code, "_engine", lambda: None)
    assert asked() == [re.compile(text, flags) for text, flags in EXPRESSIONS]
    regex_code.keep()
    assert files(folder) == []


def test_an_expression_that_is_none_is_said(folder: Path) -> None:
    with pytest.raises(re.error):
        regex_code.pattern("(", 0)


def test_a_process_keeps_at_its_end_what_it_compiled(tmp_path: Path) -> None:
    program = "from auditor.model.regex import regex; regex('a+b').search('aab')"
    subprocess.run([sys.executable, "-X", f"pycache_prefix={tmp_path}", "-c", program], check=True)
    assert [path for path in tmp_path.rglob(f"{regex_code.NAME}.*") if b"a+b" in path.read_bytes()]
