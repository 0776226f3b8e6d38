"""Repositories behind a URL, here always `file://`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from auditor.model.errors import UsageError
from auditor.model.listing import Content
from auditor.tree import open_tree
from auditor.tree.fetching import SilentError, TooLargeError, fetch_into
from auditor.tree.git import Git, GitError
from auditor.tree.names import identity, is_url, repository_name, strip_credentials
from auditor.tree.opening import MAX_BYTES
from auditor.tree.remote import WHOLE
from auditor.tree.tree import NOTEBOOK_FACTOR
from tests.tree.conftest import Repo


@pytest.fixture(params=[True, False], ids=["filters", "plain server"])
def served(request: pytest.FixtureRequest, repo: Repo) -> Repo:
    repo.commit({"a.py": "one", "big.bin": "x" * 3000, "gone.py": "g"}, "one")
    (repo.root / "gone.py").unlink()
    repo.commit({"b.py": "b"}, "two")
    repo.git("config", "uploadpack.allowFilter", "true" if request.param else "false")
    return repo


def test_a_url_is_cloned_once_and_fetched_again(served: Repo, tmp_path: Path) -> None:
    url, cache = f"file://{served.root}", tmp_path / "cache"
    said: list[str] = []
    with open_tree(url, cache_dir=cache, max_bytes=100, progress=said.append) as tree:
        contents = {entry.path: entry.content for entry in tree.listing.entries}
        assert contents["a.py"] is contents["b.py"] is Content.HERE
        assert contents["big.bin"] in (Content.ABSENT, Content.TOO_LARGE)
        assert dict(tree.read(contents)) == {"a.py": b"one", "b.py": b"b", "big.bin": None}
        assert [commit.subject for commit in tree.history().commits] == ["two", "one"]
        assert (tree.listing.target.name, tree.listing.target.path) == ("project", url)
    assert any("%" in line or "done" in line for line in said)
    new = served.commit({"a.py": "three"}, "three")
    with open_tree(url, cache_dir=cache, max_bytes=100) as tree:
        assert tree.listing.target.revision == new
        assert dict(tree.read(["a.py"])) == {"a.py": b"three"}
        assert tree.listing.target.commits == 3
    assert len(list(cache.iterdir())) == 1
    assert not list(cache.glob("*/*.py"))


def test_a_revision_of_a_url(served: Repo, tmp_path: Path) -> None:
    served.git("tag", "v1", "HEAD~1")
    served.git("branch", "other", "HEAD~1")
    url = f"file://{served.root}"
    for rev in ("v1", "other", served.git("rev-parse", "HEAD~1"), "HEAD"):
        with open_tree(url, rev=rev, cache_dir=tmp_path / "cache") as tree:
            assert dict(tree.read(["gone.py"])) == {"gone.py": None if rev == "HEAD" else b"g"}
    for rev in ("nowhere", "--upload-pack=x", ""):
        with pytest.raises(UsageError, match=r"commit|revision"):
            open_tree(url, rev=rev, cache_dir=tmp_path / "cache")


def test_the_default_branch_may_move(served: Repo, tmp_path: Path) -> None:
    url = f"file://{served.root}"
    open_tree(url, cache_dir=tmp_path / "cache").close()
    served.git("checkout", "-qb", "trunk")
    served.git("branch", "-D", "main")
    new = served.commit({"c.py": "c"})
    with open_tree(url, cache_dir=tmp_path / "cache") as tree:
        assert tree.listing.target.revision == new


def test_an_empty_remote_has_no_entries(repo: Repo, tmp_path: Path) -> None:
    with open_tree(f"file://{repo.root}", cache_dir=tmp_path / "cache") as tree:
        assert tree.listing.entries == ()


@pytest.mark.parametrize("url", ["file:///nowhere/at/all", "file:///tmp/-x.git"])
def test_an_address_that_does_not_answer_is_the_users_mistake(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="cannot be fetched"):
        open_tree(url, cache_dir=tmp_path / "cache")


@pytest.mark.parametrize("url", ["ext::sh -c touch% x", "-oProxyCommand=x:y.git", "--upload-pack=x.git"])
def test_an_address_that_would_start_a_program_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        open_tree(url, cache_dir=tmp_path / "cache")
    assert not (tmp_path / "x").exists()


def test_a_server_that_refuses_a_fetch_of_everything_gives_the_commit(
    served: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fetch_into

    def refusing(git: object, url: str, words: list[str], *rest: object) -> None:
        if "--filter=blob:none" in words:
            raise GitError("refused")
        real(git, url, words, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("auditor.tree.remote.fetch_into", refusing)
    with open_tree(f"file://{served.root}", cache_dir=tmp_path / "cache") as tree:
        assert dict(tree.read(["a.py"])) == {"a.py": b"one"}
        assert tree.history().state == "shallow"


class Wire:
    """What goes to `git fetch`, and what is refused of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[Sequence[str]] = []
        self.refuse: Callable[[Sequence[str]], GitError | None] = lambda _: None
        monkeypatch.setattr("auditor.tree.remote.fetch_into", self)

    def __call__(self, git: Git, url: str, words: Sequence[str], *rest: Any) -> None:
        self.asked.append(words)
        error = self.refuse(words)
        if error is not None:
            raise error
        fetch_into(git, url, words, *rest)

    def breaks(self) -> None:
        """The line breaks in the middle of every fetch from now on."""
        self.refuse = lambda _: GitError("early EOF")


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


@pytest.fixture
def filtering(repo: Repo) -> Repo:
    """A repository of two commits behind a server that filters."""
    repo.commit({"a.py": "one", "big.bin": "x" * 3000}, "one")
    repo.commit({"b.py": "b"}, "two")
    repo.git("config", "uploadpack.allowFilter", "true")
    return repo


def packs(cache: Path) -> set[tuple[Path, int]]:
    return {(file, file.stat().st_ino) for file in cache.glob("*/objects/pack/*.pack")}


@pytest.mark.parametrize("gone", [False, True], ids=["breaks", "does not answer"])
def test_a_clone_outlives_a_network_that_fails(filtering: Repo, tmp_path: Path, wire: Wire, gone: bool) -> None:
    url, cache = f"file://{filtering.root}", tmp_path / "cache"
    open_tree(url, cache_dir=cache).close()
    kept = packs(cache)
    wire.breaks()
    if gone:
        filtering.root.rename(tmp_path / "away")
    with pytest.raises(UsageError, match=r"check address" if gone else r"cannot be fetched: early EOF; try again"):
        open_tree(url, cache_dir=cache)
    assert packs(cache) == kept != set()
    assert not list(cache.glob("*/shallow.git/objects"))
    if gone:
        (tmp_path / "away").rename(filtering.root)
    wire.refuse, wire.asked = lambda _: None, []
    with open_tree(url, cache_dir=cache) as tree:
        assert tree.history().state == "partial"
    assert len(wire.asked) == 1  # what was fetched before is not fetched again
    assert packs(cache) == kept


def test_contents_that_did_not_come_are_asked_for_again(filtering: Repo, tmp_path: Path, wire: Wire) -> None:
    url, cache = f"file://{filtering.root}", tmp_path / "cache"
    wire.refuse = lambda words: None if "--filter=blob:none" in words else GitError("early EOF")
    for _ in range(2):
        with pytest.raises(UsageError, match=r"it gives no contents of [0-9a-f]{12} \(early EOF\); try again later"):
            open_tree(url, cache_dir=cache)
        assert not list(cache.glob(f"*/{WHOLE}"))
    wire.refuse = lambda _: None
    with open_tree(url, cache_dir=cache) as tree:
        assert dict(tree.read(["a.py", "b.py"])) == {"a.py": b"one", "b.py": b"b"}


def test_a_server_that_falls_silent_is_not_asked_in_other_ways(filtering: Repo, tmp_path: Path, wire: Wire) -> None:
    wire.refuse = lambda words: SilentError("it gave no answer") if "--refetch" in words else None
    with pytest.raises(UsageError, match=r"it gave no answer; try again later"):
        open_tree(f"file://{filtering.root}", cache_dir=tmp_path / "cache")
    assert len(wire.asked) == 2


def test_contents_that_were_left_out_once_are_not_asked_for_again(filtering: Repo, tmp_path: Path, wire: Wire) -> None:
    url, cache = f"file://{filtering.root}", tmp_path / "cache"
    asked = []
    for limit in (100, 100, 1_000, 100):
        wire.asked = []
        open_tree(url, cache_dir=cache, max_bytes=limit).close()
        asked.append(sum("--refetch" in words for words in wire.asked))
    assert asked == [1, 0, 1, 0]


def test_where_all_contents_are_too_many_those_that_are_code_are_fetched(
    filtering: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wire: Wire
) -> None:
    monkeypatch.setattr("auditor.tree.remote.CODE", 100)
    wire.refuse = lambda words: (
        TooLargeError("it sends too much") if "--refetch" in words and "--filter=blob:limit=101" not in words else None
    )
    with open_tree(f"file://{filtering.root}", cache_dir=tmp_path / "cache") as tree:
        assert dict(tree.read(["a.py", "b.py"])) == {"a.py": b"one", "b.py": b"b"}
        assert {entry.path: entry.content for entry in tree.listing.entries}["big.bin"] is Content.ABSENT
    limits = [word.rpartition("=")[2] for words in wire.asked for word in words if "blob:limit" in word]
    assert limits == [str(MAX_BYTES * NOTEBOOK_FACTOR + 1), "101"]


def test_a_server_that_gives_commits_only_gives_contents_and_history(
    filtering: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wire: Wire
) -> None:
    """By the older protocol what no ref names may not be asked for, and so no folder of a commit."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / ".gitconfig").write_text("[protocol]\n\tversion = 0\n")
    for _ in range(2):
        with open_tree(f"file://{filtering.root}", cache_dir=tmp_path / "cache") as tree:
            assert dict(tree.read(["a.py", "b.py"])) == {"a.py": b"one", "b.py": b"b"}
            assert [commit.subject for commit in tree.history().commits] == ["two", "one"]
            assert tree.history().state == "partial"
    assert any("--depth=1" in words for words in wire.asked)


def test_a_password_is_neither_stored_nor_shown(tmp_path: Path) -> None:
    url = "https://user:hunter2@localhost:1/lens.git"
    with pytest.raises(UsageError) as caught:
        open_tree(url, cache_dir=tmp_path / "cache")
    assert "hunter2" not in str(caught.value)
    stored = [file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert stored
    assert not any(b"hunter2" in text for text in stored)


@pytest.mark.parametrize(
    ("url", "stripped"),
    [
        ("https://tok@example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://u:p@example.org:8443/a/b?private_token=x#f", "https://example.org:8443/a/b"),
        ("ssh://git:pw@example.org/a/b", "ssh://git@example.org/a/b"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("https://u:p@ss@example.org/a", "https://example.org/a"),
        ("https://[bad/a", ""),
    ],
)
def test_credentials_are_stripped(url: str, stripped: str) -> None:
    assert strip_credentials(url) == stripped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org/a", True),
        ("git@example.org:a/b", True),
        ("ssh://x/y", True),
        ("file:///x", True),
        ("example.org:a/b.git", True),
        ("C:\\repo", False),
        ("C:/repo", False),
        ("some/folder", False),
    ],
)
def test_addresses_are_told_from_paths(text: str, expected: bool) -> None:
    assert is_url(text) is expected


def test_names_of_repositories() -> None:
    assert repository_name(Path("/x/main"), "git@example.org:lens.git") == "lens"
    assert repository_name(Path("/x/main"), "file:///mirror/team+lens/repo/.git") == "lens"
    assert repository_name(Path("/x/lens/.git"), None) == "lens"
    assert repository_name(Path("/x/team+lens/repo/.git"), None) == "lens"
    assert repository_name(Path("/x/lens.git"), None) == "lens"
    assert repository_name(Path("/"), None) == "/"


@pytest.mark.parametrize(
    "remote",
    [
        "https://example.org/team/churn.git", "https://me:t0ken@example.org/team/churn", "git@example.org:team/churn.git",
        "ssh://git@EXAMPLE.org:22/team/churn/",
    ],
)  # fmt: skip
def test_clones_of_one_repository_are_one(remote: str) -> None:
    assert identity(remote, "churn") == "example.org/team/churn"


def test_without_a_remote_a_repository_is_known_by_its_name() -> None:
    assert identity(None, "churn") == "churn"
    assert identity("/srv/git/churn.git", "x") == "srv/git/churn"
    assert identity("", "churn") == "churn"
