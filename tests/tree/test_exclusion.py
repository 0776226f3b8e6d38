"""What is left out by name, by settings and by ignore rules; and what must not be."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.tree import open_tree
from auditor.tree.exclusion import Exclusion, environments
from auditor.tree.ignore import IgnoreRules, configured, outer_rules, rule_lines, unusable
from tests.tree.conftest import Repo


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("vendor/a.go", "vendored"),
        ("src/third_party/x/y.py", "vendored"),
        ("web/node_modules/a/index.js", "vendored"),
        ("data/node_modules/a.js", "vendored"),
        ("lib/site-packages/a.py", "vendored"),
        ("externals/a.c", "vendored"),
        (".venv/lib/a.py", "environment"),
        ("src/__pycache__/a.pyc", "environment"),
        ("nb/.ipynb_checkpoints/a.ipynb", "environment"),
        (".dvc/cache/ab/cd", "environment"),
        (".dvc/tmp/lock", "environment"),
        (".auditor/baseline.json", "environment"),
        ("real/lib/a.py", "environment"),
        ("api/x_pb2.py", "generated"),
        ("api/x_pb2_grpc.py", "generated"),
        ("web/a.min.js", "generated"),
        ("pkg.egg-info/PKG-INFO", "generated"),
        ("dist/pkg-1-py3-none-any.whl", "generated"),
        ("build/lib/pkg/a.py", "generated"),
        ("data/vendor/prices.csv", None),
        ("data/external/a.csv", None),
        ("docs/third-party/x.md", None),
        ("data/dist/a.zip", None),
        ("dist/train.py", None),
        ("build/lib.py", None),
        ("build/library/a.py", None),
        (".dvc/config", None),
        ("venv/a.py", None),
        ("env/dev.yaml", None),
        ("vendor.py", None),
        ("x_pb2.proto", None),
        ("mlruns/0/meta.yaml", None),
    ],
)
def test_reasons(path: str, reason: str | None) -> None:
    assert Exclusion(frozenset({"real"})).reason(path) == reason


def test_environments_are_known_by_their_marks() -> None:
    paths = ["a/pyvenv.cfg", "b/venv/bin/activate", "c/bin/activate", "env/Scripts/activate", "d/conda-meta/history"]
    assert environments([*paths, "pyvenv.cfg", "bin/activate"]) == {"a", "b/venv", "env", "d"}


@given(st.text("a/.v*", max_size=30))
def test_any_path_has_an_answer(path: str) -> None:
    Exclusion(frozenset()).reason(path)


def test_what_the_tool_itself_keeps_is_read_and_not_judged(
    tmp_path: Path, plant: Callable[[Path, dict[str, str | bytes]], None]
) -> None:
    plant(tmp_path, {".auditor/baseline.json": "{}", ".auditor/config.toml": 'exclude = ["a.py"]', "a.py": ""})
    with open_tree(str(tmp_path)) as tree:
        assert tree.listing.entries == ()
        assert dict(tree.read([".auditor/baseline.json", "a.py"])) == {".auditor/baseline.json": b"{}", "a.py": None}


def test_settings_leave_out_by_glob(tmp_path: Path, plant: Callable[[Path, dict[str, str | bytes]], None]) -> None:
    plant(tmp_path, {"auditor.toml": 'exclude = ["old/", "*.gen.py", "/top.py"]'})
    plant(tmp_path, dict.fromkeys(["old/a.py", "x/old/b.py", "x/c.gen.py", "top.py", "x/top.py"], ""))
    with open_tree(str(tmp_path)) as tree:
        assert [entry.path for entry in tree.listing.entries] == ["auditor.toml", "x/top.py"]
        assert [(row.reason, row.files, row.example) for row in tree.listing.excluded] == [
            ("configured", 4, "old/a.py")
        ]


@pytest.mark.parametrize("line", ["a*" * 60, "**/" * 100 + "x", "[" * 400, "\\", "[z-a]", "!", "/"])
def test_hostile_patterns_take_no_time(line: str) -> None:
    start = time.process_time()
    configured([line])("/".join(["a" * 60] * 20))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*ab", "*a*ab", "**/a/**/a/**/a/**/b", "**/a/**/b"])
def test_many_costly_patterns_take_bounded_time(pattern: str) -> None:
    start = time.process_time()
    question = configured([pattern + str(number) for number in range(2_000)])
    assert not question("a" * 250)
    assert not question("/".join("a" * 100))
    assert time.process_time() - start < 10


@pytest.mark.parametrize("pattern", ["*.py[cod]", "**/*.log", "*_foo*bar*", "/a/**/b/*", "data/**/*.csv", "!**/x/**"])
def test_usual_patterns_are_usable(pattern: str) -> None:
    assert unusable([pattern]) == []


def test_a_glob_that_cannot_be_used_is_told(
    tmp_path: Path, plant: Callable[[Path, dict[str, str | bytes]], None]
) -> None:
    plant(tmp_path, {"auditor.toml": 'exclude = ["[z-a]", "*a*a*a*a*b", "x.py"]', "x.py": "", "y.py": ""})
    with open_tree(str(tmp_path)) as tree:
        assert [entry.path for entry in tree.listing.entries] == ["auditor.toml", "y.py"]
        assert [path for path, _ in tree.listing.problems] == ["auditor.toml"] * 2


def test_comments_and_blanks_are_no_rules() -> None:
    assert rule_lines(b"\xef\xbb\xbf# c\n\n  \n*.log\r\n!x\n\xff\n") == ("*.log", "!x", "\N{REPLACEMENT CHARACTER}")


def test_the_nearest_rule_decides() -> None:
    rules = IgnoreRules()
    rules.add("", ("*.log", "/a/only"))
    rules.add("a", ("!x.log", "dir/"))
    assert rules.ignores("y.log", is_folder=False)
    assert not rules.ignores("a/x.log", is_folder=False)
    assert rules.ignores("a/b/y.log", is_folder=False)
    assert rules.ignores("a/only", is_folder=False)
    assert rules.ignores("a/dir", is_folder=True)
    assert not rules.ignores("a/dir", is_folder=False)


def test_rules_above_read_as_from_the_folder(
    tmp_path: Path, plant: Callable[[Path, dict[str, str | bytes]], None]
) -> None:
    plant(tmp_path, {".gitignore": "*.log\n/a/b/x\na/y\n!/a/b/z\n**/t\nother/x\n", "a/.gitignore": "/b/q\n"})
    assert outer_rules(tmp_path, "a/b") == ("*.log", "/x", "!/z", "**/t", "/q")


def test_what_is_left_out_is_known_by_its_topmost_folder(repo: Repo) -> None:
    files: dict[str, str | bytes] = {
        ".gitignore": "out/\n",
        "auditor.toml": 'exclude = ["old/**"]\n',
        "old/a.py": "",
        "src/third_party/x/vendor/y.py": "",
        "src/third_party/z.py": "",
        "src/a_pb2.py": "",
        "src/a.py": "",
    }
    repo.commit(files)
    repo.write({"out/a.py": ""})  # git keeps nothing of it
    for rev in (None, "HEAD"):
        with open_tree(str(repo.root), rev=rev) as tree:
            assert tree.listing.unread == ("old/a.py", "src/a_pb2.py", "src/third_party")
