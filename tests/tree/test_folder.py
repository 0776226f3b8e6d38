"""A folder without git."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.model.listing import Content
from auditor.tree import folder as folder_room
from auditor.tree import open_tree

Plant = Callable[[Path, dict[str, str | bytes]], None]


def test_ignore_files_hold_at_every_level(tmp_path: Path, plant: Plant) -> None:
    plant(
        tmp_path,
        {
            ".gitignore": "*.log\n/top.py\nout/\n!keep.log\n",
            "a.py": "a",
            "top.py": "t",
            "x.log": "x",
            "out/deep/file.py": "o",
            "sub/top.py": "s",
            "sub/keep.log": "k",
            "sub/.gitignore": "!x.log\n/local.py\n",
            "sub/x.log": "x",
            "sub/local.py": "l",
            "sub/in/local.py": "l",
        },
    )
    with open_tree(str(tmp_path)) as tree:
        assert [entry.path for entry in tree.listing.entries] == [
            ".gitignore", "a.py", "sub/.gitignore", "sub/in/local.py", "sub/keep.log", "sub/top.py", "sub/x.log",
        ]  # fmt: skip
        assert [(row.reason, row.files, row.example) for row in tree.listing.excluded] == [("ignored", 4, "out/")]
        assert not any(entry.tracked or entry.blob for entry in tree.listing.entries)
        assert tree.history().state == "none"
        assert dict(tree.read(["a.py", "sub/x.log", "top.py"])) == {"a.py": b"a", "sub/x.log": b"x", "top.py": None}


def test_links_are_not_followed_and_cycles_do_no_harm(tmp_path: Path, plant: Plant) -> None:
    plant(tmp_path, {"root/a/b.py": "b", "outside/secret.py": "s"})
    (tmp_path / "root/a/up").symlink_to("..")
    (tmp_path / "root/out").symlink_to(tmp_path / "outside")
    (tmp_path / "root/self").symlink_to("self")
    with open_tree(str(tmp_path / "root")) as tree:
        links = [(entry.path, entry.target) for entry in tree.listing.entries if entry.content is Content.LINK]
        assert links == [("a/up", ".."), ("out", str(tmp_path / "outside")), ("self", "self")]
        assert len(tree.listing.entries) == 4
        assert list(tree.read(["out/secret.py"])) == [("out/secret.py", None)]


def test_a_linked_ignore_file_is_not_read(tmp_path: Path, plant: Plant) -> None:
    plant(tmp_path, {"root/a.py": "a", "rules": "*.py\n"})
    (tmp_path / "root/.gitignore").symlink_to(tmp_path / "rules")
    with open_tree(str(tmp_path / "root")) as tree:
        assert [entry.path for entry in tree.listing.entries] == [".gitignore", "a.py"]


def test_very_deep_folders_are_a_problem(tmp_path: Path) -> None:
    os.makedirs(tmp_path / "/".join(["d"] * 150))  # noqa: PTH103
    (tmp_path / "a.py").write_text("a")
    with open_tree(str(tmp_path)) as tree:
        assert [entry.path for entry in tree.listing.entries] == ["a.py"]
        assert "folders deep" in tree.listing.problems[0][1]


def test_a_folder_that_may_not_be_listed_is_a_problem(
    tmp_path: Path, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, {"a.py": "a", "closed/b.py": "b"})
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with open_tree(str(tmp_path)) as tree:
        assert [entry.path for entry in tree.listing.entries] == ["a.py"]
        assert tree.listing.problems == (("closed", "the folder cannot be listed: Permission denied"),)


def test_environments_are_passed_by_and_counted(tmp_path: Path, plant: Plant) -> None:
    plant(
        tmp_path,
        {
            "py311/pyvenv.cfg": "",
            "py311/lib/x.py": "x",
            "env/bin/activate": "",
            "env/other": "",
            "env2/bin/activate": "",
            "venv/code.py": "not one",
            "node_modules/a/index.js": "",
            "a.py": "",
        },
    )
    with open_tree(str(tmp_path)) as tree:
        assert [entry.path for entry in tree.listing.entries] == ["a.py", "env2/bin/activate", "venv/code.py"]
        rows = [(row.reason, row.files, row.example) for row in tree.listing.excluded]
        assert rows == [("environment", 4, "env/"), ("vendored", 1, "node_modules/")]
        assert tree.listing.unread == ("env", "node_modules", "py311")


def test_two_listings_are_equal(tmp_path: Path, plant: Plant) -> None:
    plant(tmp_path, {f"d{number % 7}/f{number}.py": str(number) for number in range(100)})
    with open_tree(str(tmp_path)) as first, open_tree(str(tmp_path)) as second:
        assert first.listing == second.listing
        assert list(first.listing.entries) == sorted(first.listing.entries)


def test_the_bound_on_files_is_told(tmp_path: Path, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {f"d/f{number}": "" for number in range(20)})
    monkeypatch.setattr(folder_room, "MAX_FILES", 10)
    with open_tree(str(tmp_path)) as tree:
        assert "are not listed" in tree.listing.problems[0][1]
