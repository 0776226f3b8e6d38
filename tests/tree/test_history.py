"""Change sets: what is in them, in which order, and what an incomplete history is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.model.changes import Change
from auditor.model.changes import History as Changes
from auditor.tree import open_tree
from tests.tree.conftest import Repo


def history(path: Path, limit: int = 5000) -> Changes:
    with open_tree(str(path)) as tree:
        return tree.history(limit)


def test_commits_newest_first_with_their_changes(repo: Repo) -> None:
    first = repo.commit({"a.py": "a\n" * 50, "d/b.csv": "b"}, "one", "ann")
    blob = repo.git("rev-parse", "HEAD:a.py")
    repo.git("mv", "a.py", "d/c.py")
    second = repo.commit({}, ": two \N{SNOWMAN}", "bob")
    (repo.root / "d/b.csv").unlink()
    third = repo.commit({"d/c.py": "a\n" * 49}, "three", "Ann")
    empty = repo.commit({}, "empty", "bob")
    found = history(repo.root)
    assert found.state == "full"
    assert [commit.id for commit in found.commits] == [empty, third, second, first]
    assert [commit.subject for commit in found.commits] == ["empty", "three", ": two \N{SNOWMAN}", "one"]
    assert [commit.author for commit in found.commits] == [0, 1, 0, 1]
    assert {commit.time for commit in found.commits} == {1704164645}
    assert found.commits[0].changes == ()
    assert [(change.path, change.status) for change in found.commits[1].changes] == [("d/b.csv", "D"), ("d/c.py", "M")]
    assert found.commits[2].changes == (Change("d/c.py", "R", blob, "a.py"),)
    assert [change.path for change in found.commits[3].changes] == ["a.py", "d/b.csv"]


def test_merges_are_left_out_and_the_limit_holds(repo: Repo) -> None:
    repo.commit({"a": "1"}, "base")
    repo.git("checkout", "-qb", "side")
    repo.commit({"b": "1"}, "side")
    repo.git("checkout", "-q", "main")
    repo.commit({"c": "1"}, "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    assert sorted(commit.subject for commit in history(repo.root).commits) == ["base", "main", "side"]
    assert len(history(repo.root, 2).commits) == 2
    with open_tree(str(repo.root)) as tree:
        assert tree.listing.target.commits == 4


def test_settings_of_the_repository_do_not_change_its_history(repo: Repo) -> None:
    repo.commit({"d/a.py": "a"}, "one")
    before = history(repo.root)
    for key, value in {
        "log.showRoot": "false", "diff.relative": "true", "diff.renames": "copies", "format.pretty": "oneline",
        "color.ui": "always", "log.date": "relative", "core.quotePath": "true", "log.follow": "true",
    }.items():  # fmt: skip
        repo.git("config", key, value)
    assert history(repo.root) == before
    assert before.commits[0].changes[0].path == "d/a.py"


def test_a_shallow_clone_says_so(repo: Repo, tmp_path: Path) -> None:
    for number in range(3):
        repo.commit({"a.py": str(number)})
    repo.git("clone", "-q", "--depth=2", f"file://{repo.root}", str(tmp_path / "shallow"))
    for target in (tmp_path / "shallow", tmp_path / "shallow/.git"):
        with open_tree(str(target)) as tree:
            assert (tree.history().state, len(tree.history().commits)) == ("shallow", 2)
            assert (tree.listing.target.history, tree.listing.target.commits) == ("shallow", 2)


def test_missing_commits_make_a_history_partial(repo: Repo) -> None:
    first = repo.commit({"a.py": "1"})
    repo.commit({"a.py": "2"})
    (repo.root / ".git/objects" / first[:2] / first[2:]).unlink()
    with open_tree(str(repo.root / ".git")) as tree:
        assert list(tree.read(["a.py"])) == [("a.py", b"2")]
        assert (tree.listing.target.history, tree.history().state) == ("partial", "partial")


def test_a_clone_without_blobs_has_its_change_sets(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": "1"}, "one")
    repo.git("mv", "a.py", "b.py")
    repo.commit({}, "two")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{repo.root}", str(tmp_path / "clone.git"))
    found = history(tmp_path / "clone.git")
    assert found.state == "partial"
    assert [[change.status for change in commit.changes] for commit in found.commits] == [["R"], ["A"]]


@pytest.mark.parametrize(
    ("name", "email", "bot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", True),
        ("Renovate Bot", "renovate@whitesourcesoftware.com", True),
        ("github-actions", "action@example.org", True),
        ("GitHub Action", "action@github.com", True),
        ("Prow", "ci-robot@example.org", True),
        ("team-ci", "team-ci@example.org", True),
        ("Ann Talbot", "talbot@example.org", False),
        ("Robot Jones", "jones@example.org", False),
        ("Lucia Ci", "lucia@example.org", False),
        ("Ann", "ann@ci.example.org", False),
        ("Marie Curie", "marie.ci@school.example", False),
        ("Marie Curie", "marie-ci@school.example", False),
        ("marie.ci", "marie@school.example", False),
        ("team_ci", "team@example.org", True),
        ("CI", "builds@example.org", True),
        ("Builds", "ci@example.org", True),
        ("Builds", "team.bot@example.org", True),
    ],
)
def test_who_is_a_bot(repo: Repo, name: str, email: str, bot: bool) -> None:
    repo.write({"a.py": "1"})
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "change", f"--author={name} <{email}>")
    assert [one.bot for one in history(repo.root).commits] == [bot]
