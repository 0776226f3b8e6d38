"""Judgements are added to their files, and everything else in them stays."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.lifecycle.written import append_table, table
from auditor.model.errors import UsageError


def test_a_table_is_added_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / ".auditor" / "waivers.toml"
    append_table(path, "waiver", {"id": "W-001", "created": date(2026, 11, 24), "ticket": "", "paths": ("a/**",)})
    path.write_text("# ours\n" + path.read_text())
    append_table(path, "waiver", {"id": "W-002"})
    assert path.read_text().startswith("# ours\n")
    assert tomllib.loads(path.read_text()) == {
        "waiver": [{"id": "W-001", "created": date(2026, 11, 24), "paths": ["a/**"]}, {"id": "W-002"}]
    }


def test_a_broken_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text("[[waiver")
    with pytest.raises(UsageError, match="not valid TOML"):
        append_table(path, "waiver", {"id": "W-001"})
    assert path.read_text() == "[[waiver"


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text("")
    (tmp_path / "waivers.toml").symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(UsageError, match="not followed"):
        append_table(tmp_path / "waivers.toml", "waiver", {"id": "W-001"})
    (tmp_path / "outside").mkdir()
    (tmp_path / ".auditor").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError, match="not followed"):
        append_table(tmp_path / ".auditor" / "waivers.toml", "waiver", {"id": "W-001"})


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_comes_back(text: str) -> None:
    assert tomllib.loads(table("x", {"reason": text})) == {"x": [{"reason": text}]}
