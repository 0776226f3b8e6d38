"""Commits that are read one after the other by a git that stays open: as each is read by itself."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import pytest

from auditor.model.errors import UsageError
from auditor.model.listing import Entry
from auditor.tree import Pasts, open_tree, trees
from auditor.tree.cat import Cat
from auditor.tree.git import Git, Objects
from auditor.tree.trees import Trees
from tests.tree.conftest import Repo

Said = tuple[list[Entry], tuple[tuple[str, str], ...], dict[str, bytes | None]]


def said(target: Path, commit: str, pasts: Pasts | None = None) -> Said:
    with open_tree(str(target), rev=commit, pasts=pasts) as tree:
        listed = sorted(tree.listing.entries)
        return listed, tree.listing.problems, dict(tree.read(entry.path for entry in listed))


@pytest.fixture
def varied(repo: Repo) -> list[str]:
    """Commits of a repository with all that a tree may hold."""
    made = [repo.commit({"a.py": "1", "d/b.py": "1", "d/e/c.py": "1", "f/g.py": "1"}, "one")]
    (repo.root / "a.py").chmod(0o700)
    (repo.root / "d/link.py").symlink_to("b.py")
    made.append(repo.commit({"d/a b\tc\n.py": "2", "d.py": "2"}, "two"))
    name = os.fsdecode(b"d/e/\xe4.py")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{made[0]},sub/module")
    repo.write({name: "3"})
    repo.git("add", "--", name)
    repo.git("commit", "-q", "-m", "three")
    made.append(repo.git("rev-parse", "HEAD"))
    repo.git("rm", "-rq", "--cached", "d/e")
    repo.git("commit", "-q", "-m", "four")
    return [*made, repo.git("rev-parse", "HEAD")]


def test_files_are_those_that_git_lists(repo: Repo, varied: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = {commit: said(repo.root, commit) for commit in varied}
    assert len({len(each[0]) for each in fresh.values()}) > 2
    pasts = Pasts()
    said(repo.root, varied[0], pasts)
    asked = _asked(monkeypatch)
    assert {commit: said(repo.root, commit, pasts) for commit in (*varied[::-1], varied[2])} == fresh
    assert "ls-tree" not in asked
    pasts.close()


def _asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What processes git is started for."""
    asked: list[str] = []
    popen = subprocess.Popen.__init__

    def noted(self: subprocess.Popen[bytes], command: tuple[str, ...], *words: object, **options: object) -> None:
        asked.append(next(word for word in ("log", "ls-tree", "cat-file", "other") if word in (*command, "other")))
        popen(self, command, *words, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    return asked


def test_no_process_is_started_for_a_commit_that_is_known(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [repo.commit({"a.py": f"{number}", "d/b.py": "1"}, f"{number}") for number in range(5)]
    pasts = Pasts()
    said(repo.root, made[-1], pasts)
    asked = _asked(monkeypatch)
    for commit in made:
        said(repo.root, commit, pasts)
    assert not {*asked} & {"log", "ls-tree", "cat-file"}
    pasts.close()


def test_trees_that_stayed_are_not_read_again(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [repo.commit({"a.py": "1", "d/b.py": "1", "d/e/c.py": "1", "f/g.py": "1"}, "one")]
    made.append(repo.commit({"f/g.py": "2"}, "two"))
    objects, known = Objects(Git(repo.root / ".git")), Trees()
    known.files(objects, made[0])
    asked: list[str] = []
    read = Objects.contents

    def noted(self: Objects, ids: Sequence[str]) -> Generator[bytes | None, None, None]:
        asked.extend(ids)
        return read(self, ids)

    monkeypatch.setattr(Objects, "contents", noted)
    assert known.files(objects, made[1]) is not None
    assert asked == [f"{made[1]}^{{tree}}", repo.git("rev-parse", f"{made[1]}:f")]
    objects.close()


def test_a_git_that_ended_meanwhile_is_started_anew(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [repo.commit({"a.py": f"{number}"}, f"{number}") for number in range(2)]
    started: list[Cat] = []
    begin = Cat.__init__

    def noted(cat: Cat, command: Sequence[str], env: Mapping[str, str]) -> None:
        started.append(cat)
        begin(cat, command, env)

    monkeypatch.setattr(Cat, "__init__", noted)
    pasts = Pasts()
    said(repo.root, made[0], pasts)
    assert len(started) == 2
    for cat in started:
        cat._process.kill()
        cat._process.wait()
    assert said(repo.root, made[1], pasts) == said(repo.root, made[1])
    pasts.close()


def test_an_answer_that_nobody_waited_for_is_taken_for_no_other(repo: Repo) -> None:
    commit = repo.commit({name: name for name in "abc"}, "one")
    ids = [repo.git("rev-parse", f"{commit}:{name}") for name in "abc"]
    objects = Objects(Git(repo.root / ".git"), lasting=True)
    some = objects.contents(ids)
    assert next(some) == b"a"
    some.close()
    assert list(objects.contents(ids[2:])) == [b"c"]
    beside, others = objects.contents(ids), objects.contents(ids[::-1])
    assert list(zip(beside, others, strict=True)) == [(b"a", b"c"), (b"b", b"b"), (b"c", b"a")]
    objects.close()


@pytest.mark.parametrize("what", ["missing", "no tree", "many"])
def test_where_trees_do_not_tell_git_says_why(repo: Repo, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = repo.commit({"a.py": "1", "d/b.py": "1"}, "one")
    tree = repo.git("rev-parse", f"{commit}:d")
    if what == "missing":
        (repo.root / ".git/objects" / tree[:2] / tree[2:]).unlink()
    elif what == "no tree":
        monkeypatch.setattr(trees, "_mode", lambda _: trees.TREE)  # files too are read as trees
    else:
        monkeypatch.setattr(trees, "MOST_ROWS", 1)
    pasts = Pasts()
    if what == "missing":
        with pytest.raises(UsageError, match="cannot be listed"):
            said(repo.root, commit, pasts)
    else:
        assert said(repo.root, commit, pasts) == said(repo.root, commit)
    pasts.close()


def test_what_stays_open_goes_when_it_is_closed_or_forgotten(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit({"a.py": "1"}, "one")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    closed = Pasts()
    said(repo.root, commit, closed)
    assert len(list((tmp_path / "own").iterdir())) == 1
    closed.close()
    assert not list((tmp_path / "own").iterdir())
    assert said(repo.root, commit, closed) == said(repo.root, commit)  # it opens again
    del closed
    assert not list((tmp_path / "own").iterdir())
