"""Options of reports that are handed over, by the commands that take them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor import cli
from auditor.formats import json_file
from tests.formats.sample_audits import service


def call(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        cli.main([str(arg) for arg in args])
    assert isinstance(left.value.code, int)
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "audit.json"
    path.write_text(json_file.render(service()), encoding="utf-8")
    return path


def test_a_stored_audit_is_dressed(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brand, notes = stored.parent / "b.toml", stored.parent / "n.md"
    brand.write_text('[branding]\nproduct = "Meridian"\n', encoding="utf-8")
    notes.write_text("# executive\nShown on Tuesday.\n", encoding="utf-8")
    code, out, _ = call(
        capsys, "report", stored, "-o", "html", "--brand", brand, "--notes", notes, "--previous", stored
    )
    assert code == 0
    for said in ("<span>Meridian</span>", "Shown on Tuesday.", "Comparison with the previous audit"):
        assert said in out


def test_the_brand_of_the_user_needs_no_option(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = stored.parent / "config" / "auditor" / "report.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[branding]\nproduct = "Meridian"\n', encoding="utf-8")
    assert "<span>Meridian</span>" in call(capsys, "report", stored, "-o", "html")[1]


def test_the_key_of_a_strict_redaction_is_a_file_of_its_own(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = stored.parent / "key.json"
    code, out, _ = call(capsys, "report", stored, "-o", "html", "--redact", "strict", "--redaction-key", key)
    assert (code, "src/churn/train.py" in out) == (0, False)
    assert "src/churn/train.py" in json.loads(key.read_text()).values()
    code, _, err = call(capsys, "report", stored, "-o", "html", "--redaction-key", key)
    assert (code, "goes with --redact strict" in err) == (2, True)


@pytest.mark.parametrize(
    ("option", "text", "why"),
    [("--brand", "[branding", "cannot be read as a brand"), ("--notes", "# of nothing\n", "names nothing"),
     ("--previous", "{}", "is no audit of auditor"), ("--trend", "[]", "is no trend of auditor")],
)  # fmt: skip
def test_what_cannot_be_used_is_told_and_2(
    stored: Path, option: str, text: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = stored.parent / "bad"
    bad.write_text(text, encoding="utf-8")
    code, _, err = call(capsys, "report", stored, "-o", "html", option, bad)
    assert (code, why in err) == (2, True)


def test_two_audits_make_a_page(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "compare", stored, stored, "-o", "html", "-q")
    assert code == 0
    assert "Comparison of two audits" in out
    assert "What became of the findings" in out
