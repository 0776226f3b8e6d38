"""Where a change forked off, and what it renamed."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.model.errors import UsageError
from auditor.tree import between
from tests.tree.conftest import Repo

LINES = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "r")
    made.commit({"a.py": LINES, "pkg/b.py": LINES + "b\n"})
    return made


def test_the_base_is_where_the_change_forked_off(repo: Repo) -> None:
    fork = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "change")
    repo.commit({"c.py": "1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"d.py": "2\n"})
    assert between(str(repo.root), "main", "change").base == fork


def test_renames_are_seen_with_their_edits(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.git("mv", "a.py", "moved.py")
    repo.commit({"moved.py": LINES + "one more\n"})
    assert between(str(repo.root), first).renames == {"a.py": "moved.py"}


def test_of_a_folder_only_what_lies_below(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.git("mv", "a.py", "moved.py")
    repo.git("mv", "pkg/b.py", "pkg/c.py")
    repo.commit()
    assert between(str(repo.root / "pkg"), first).renames == {"b.py": "c.py"}


def test_a_git_directory_will_do(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.commit({"x.py": ""})
    assert between(str(repo.root / ".git"), first).base == first


@pytest.mark.parametrize("base", ["no-such-branch", "--upload-pack=x", ""])
def test_what_is_no_revision_is_told(repo: Repo, base: str) -> None:
    with pytest.raises(UsageError):
        between(str(repo.root), base)


def test_without_a_repository_there_is_no_base(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no git repository"):
        between(str(tmp_path), "main")
    with pytest.raises(UsageError, match="local clone"):
        between("https://example.org/x.git", "main")
