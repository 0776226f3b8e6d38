from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from auditor import cli
from auditor.cli.options import set_up_logging
from auditor.cli.progress import shown_progress
from auditor.engine import registry
from auditor.facts import Cache
from auditor.model.errors import UsageError


def call(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as left:
        cli.main([str(arg) for arg in args])
    assert isinstance(left.value.code, int)
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


def test_rules_lists_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "rules")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(registry().rules)


def test_rules_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(capsys, "rules", "--json")
    rows = json.loads(out)
    assert [row["id"] for row in rows] == list(registry().rules)
    assert set(rows[0]) == {"id", "name", "family", "severity", "title"}


@pytest.mark.parametrize("word", ["PIP001", "pip001", "undeclared-pipeline-edge", "undeclared_pipeline_edge"])
def test_explain_finds_a_rule_by_id_and_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "explain", word)
    assert code == 0
    assert out.startswith("# PIP001 ")
    assert "## What it finds" in out
    assert "## What to do" in out


def test_explain_says_what_others_made_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    seen = registry().rules["LKG001"].info.outside
    assert seen is not None
    _, out, _ = call(capsys, "explain", "LKG001")
    told = (
        f"Of {seen.read} findings that others read in {seen.repositories} repositories which it had not been tuned by"
    )
    assert told in out
    assert "that others read" not in call(capsys, "explain", "ENT003")[1]
    assert registry().rules["ENT003"].info.outside is None


def test_explain_names_the_nearest_rules(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, "explain", "preproces-before-splits")
    assert code == 2
    assert "did you mean LKG001 (preprocess-before-split)" in err


def test_explain_without_any_near_rule_points_to_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, "explain", "zzzzzz")
    assert code == 2
    assert "`auditor rules` lists them all" in err


def test_cache_is_shown_and_cleared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Cache(tmp_path) as cache:
        cache.put_many({b"a": b"1", b"b": b"2"})
        cache.put_audit("x", b"audit")
    _, out, _ = call(capsys, "cache", "--cache-dir", tmp_path)
    assert "files   2" in out
    assert "audits  1" in out
    assert str(tmp_path) in out
    _, out, _ = call(capsys, "cache", "--cache-dir", tmp_path, "clear")
    assert "dropped 2 files, 1 audit and 0 clones" in out
    _, out, _ = call(capsys, "cache", "--cache-dir", tmp_path, "show")
    assert "files   0" in out


def test_progress_is_silent_when_piped(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress(quiet=False) as progress:
        assert progress is None


def test_progress_shows_on_a_terminal_and_leaves_no_trace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with shown_progress(quiet=False) as progress:
        assert progress is not None
        progress("reading files", 1, 10)
        progress("building the graph", 0, 0)
        progress("building the graph", 5, 5)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "reading files" in shown.err
    assert "building the graph" in shown.err
    assert shown.err.endswith("\x1b[2K")  # the line is wiped at the end


def test_what_a_remote_says_neither_ends_an_audit_nor_steers_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "remote: [/x] [bold] \x1b]0;title\x07 50%"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with shown_progress(quiet=False) as progress:
        assert progress is not None
        progress(said, 0, 0)
    shown = capsys.readouterr().err
    assert "[/x] [bold]" in shown
    assert "\x1b]0;" not in shown

    def refused(*_: object, **__: object) -> None:
        raise UsageError(said)

    monkeypatch.setattr(cli.cli, "main", refused)
    with pytest.raises(SystemExit):
        cli.main(["rules"])
    set_up_logging()
    logging.getLogger("auditor.tree").warning("the clone is damaged: %s", said)
    assert "\x1b" not in capsys.readouterr().err
