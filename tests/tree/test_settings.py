"""Settings of the target: where they are found, and what broken ones do."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.settings import Scalar, Settings
from auditor.tree import open_tree
from auditor.tree.settings import read_settings

FULL = b"""
exclude = ["vendor/**", "*.gen.py"]
profile = "x"
[components]
"services/api" = "S"
[external]
monitoring = { url = "https://example.org", owner = "team-x", expires = 2027-01-01, n = 3, list = [1] }
[static-model]
"models/ocr" = "frozen public checkpoint"
"""


def test_all_keys_are_read_and_unknown_ones_told() -> None:
    settings, problems = read_settings({"auditor.toml": FULL})
    claim: dict[str, Scalar] = {
        "url": "https://example.org",
        "owner": "team-x",
        "expires": "2027-01-01",
        "n": 3,
        "list": "[1]",
    }
    assert settings == Settings(
        source="auditor.toml",
        exclude=("vendor/**", "*.gen.py"),
        components={"services/api": "S"},
        external={"monitoring": claim},
        static_model={"models/ocr": "frozen public checkpoint"},
        unknown=("profile",),
    )
    assert problems == [("auditor.toml", "`profile` is no setting; it is not used")]


@pytest.mark.parametrize(
    ("key", "meant"), [("static_model", "static-model"), ("excludes", "exclude"), ("component", "components")]
)
def test_a_key_that_is_misspelt_is_told_with_the_one_that_is_meant(key: str, meant: str) -> None:
    settings, ((_, said),) = read_settings({"pyproject.toml": f"[tool.auditor.{key}]\n".encode()})
    assert said == f"`{key}` is no setting; it is not used; is `{meant}` meant?"
    assert settings.unknown == (key,)


def test_the_first_place_that_holds_them_counts() -> None:
    files = {
        "auditor.toml": b'exclude = ["1"]',
        "pyproject.toml": b'[tool.auditor]\nexclude = ["2"]',
        ".auditor/config.toml": b'exclude = ["3"]',
    }
    for path, expected in zip(list(files), "123", strict=True):
        settings, _ = read_settings(files)
        assert (settings.source, settings.exclude) == (path, (expected,))
        del files[path]
    assert read_settings({"pyproject.toml": b"[tool.ruff]\nx = 1"}) == (Settings(), [])


@pytest.mark.parametrize(
    "data",
    [b"exclude = [", b"\xff\xfe", b"a = " + b"[" * 5000, b"x" * 1_000_001],
    ids=["torn", "utf16", "deep", "large"],
)
def test_a_broken_file_is_a_problem_and_the_defaults_apply(data: bytes) -> None:
    settings, problems = read_settings({"auditor.toml": data})
    assert settings == Settings()
    assert [path for path, _ in problems] == ["auditor.toml"]


@pytest.mark.parametrize(
    "line",
    [
        "exclude = 'x'",
        "exclude = [1]",
        "components = 1",
        "components = {a = 1}",
        "external = {a = 1}",
        "static-model = []",
    ],
)
def test_a_value_of_the_wrong_form_is_a_problem_and_the_others_count(line: str) -> None:
    other = "" if line.startswith("static") else "\n[static-model]\na = 'b'"
    settings, problems = read_settings({"auditor.toml": (line + other).encode()})
    assert line.split(" ")[0] in problems[0][1]
    assert settings.static_model == ({} if line.startswith("static") else {"a": "b"})


@pytest.mark.parametrize("text", ["tool = 1", "[tool]\nauditor = 1"])
def test_a_table_that_is_none_gives_the_defaults(text: str) -> None:
    assert read_settings({"pyproject.toml": text.encode()})[0] == Settings()


@given(st.one_of(st.binary(max_size=60), st.text(string.printable, max_size=60).map(str.encode)))
def test_never_raises(data: bytes) -> None:
    settings, problems = read_settings({"auditor.toml": data})
    assert settings.source in ("", "auditor.toml")
    assert settings.source or problems


def test_broken_settings_do_not_stop_the_listing(
    tmp_path: Path, plant: Callable[[Path, dict[str, str | bytes]], None]
) -> None:
    plant(tmp_path, {"auditor.toml": "exclude = [", "a.py": "a"})
    with open_tree(str(tmp_path)) as tree:
        assert len(tree.listing.entries) == 2
        assert "not valid TOML" in tree.listing.problems[0][1]
        assert tree.settings == Settings()
