"""Repositories over HTTP, from servers of the tests' own on loopback: good ones, and some that refuse, hang or send too much."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli.cache import command
from auditor.model.errors import UsageError
from auditor.model.listing import Content
from auditor.tree import fetching, open_tree
from auditor.tree.remote import clones
from tests.tree import serving
from tests.tree.conftest import Repo


@pytest.fixture
def bare(repo: Repo, tmp_path: Path) -> Path:
    """A bare repository of two commits, as a server has it."""
    repo.commit({"a.py": "one", "gone.py": "g", "big.bin": os.urandom(600_000)}, "one")
    (repo.root / "gone.py").unlink()
    repo.commit({"b.py": "b"}, "two")
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "served" / "lens.git"))
    place = tmp_path / "served" / "lens.git"
    repo.git(f"--git-dir={place}", "config", "uploadpack.allowFilter", "true")
    repo.git(f"--git-dir={place}", "config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git(f"--git-dir={place}", "update-server-info")
    return place


@pytest.fixture(params=["smart", "dumb"])
def server(request: pytest.FixtureRequest, bare: Path) -> Iterator[str]:
    ways: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"smart": serving.smart, "dumb": serving.dumb}
    with ways[request.param](bare.parent) as url:
        yield f"{url}/lens.git"


def test_a_repository_over_http(server: str, tmp_path: Path) -> None:
    with open_tree(server, cache_dir=tmp_path / "cache") as tree:
        paths = [entry.path for entry in tree.listing.entries]
        assert paths == ["a.py", "b.py", "big.bin"]
        assert dict(tree.read(["a.py", "b.py"])) == {"a.py": b"one", "b.py": b"b"}
        assert [commit.subject for commit in tree.history().commits] == ["two", "one"]
        assert tree.listing.target.name == "lens"
    with open_tree(server, rev="main~1", cache_dir=tmp_path / "cache") as tree:
        assert dict(tree.read(["gone.py"])) == {"gone.py": b"g"}


def test_old_contents_and_large_ones_are_not_fetched(bare: Path, tmp_path: Path) -> None:
    with serving.smart(bare.parent) as url, open_tree(
        f"{url}/lens.git", cache_dir=tmp_path / "cache", max_bytes=10_000
    ) as tree:  # fmt: skip
        contents = {entry.path: entry.content for entry in tree.listing.entries}
        assert contents == {"a.py": Content.HERE, "b.py": Content.HERE, "big.bin": Content.ABSENT}
    (clone,) = (tmp_path / "cache").iterdir()
    assert sum(file.stat().st_size for file in clone.rglob("*.pack")) < 100_000
    assert not list(clone.glob("hooks/*"))


def test_a_fetch_leaves_nothing_that_the_next_one_stumbles_over(bare: Path, tmp_path: Path) -> None:
    """What a process leaves that is killed in the middle of a fetch."""
    with serving.smart(bare.parent) as url:
        open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache").close()
        (clone,) = (tmp_path / "cache").iterdir()
        for left in ("packed-refs.lock", "refs/heads/main.lock", "shallow.lock", "objects/pack/tmp_pack_x"):
            (clone / left).write_bytes(b"x" * 100)
        subprocess.run(["git", f"--git-dir={bare}", "update-ref", "refs/heads/main", "main~1"], check=True)
        with open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache") as tree:
            assert "gone.py" in {entry.path for entry in tree.listing.entries}
            assert tree.listing.target.history == "partial"  # contents of old commits, and no commit, are missing
        assert not (clone / "objects/pack/tmp_pack_x").exists()


@pytest.mark.parametrize("what", ["pack", "idx", "config", "HEAD", "packed-refs", "gone"])
def test_a_clone_that_is_damaged_is_made_again(bare: Path, tmp_path: Path, what: str) -> None:
    with serving.smart(bare.parent) as url:
        with open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache") as tree:
            whole = dict(tree.read(entry.path for entry in tree.listing.entries))
        (clone,) = (tmp_path / "cache").iterdir()
        packs = sorted(clone.glob("objects/pack/*.pack"))
        for place in {"pack": packs, "idx": sorted(clone.glob("objects/pack/*.idx"))}.get(what, [clone / what]):
            place.touch()
            place.chmod(0o600)
            data = place.read_bytes()
            place.write_bytes(data[: len(data) // 2] + b"\0" * 40 + data[len(data) // 2 + 40 :] if data else b"[x\n")
        if what == "gone":
            packs[0].unlink()
        with open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache") as tree:
            assert dict(tree.read(entry.path for entry in tree.listing.entries)) == whole
            assert [commit.subject for commit in tree.history().commits] == ["two", "one"]


def test_a_server_that_hangs_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "QUIET", 0.3)
    monkeypatch.setattr(fetching, "TICK", 0.05)
    with serving.hanging() as server:
        with pytest.raises(UsageError, match=r"cannot be fetched: it gave no answer within .* s; try again later"):
            open_tree(f"{server.url}/a.git", cache_dir=tmp_path / "cache")
        assert server.called.is_set()


def test_one_that_hangs_in_the_middle_of_its_answer_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "QUIET", 0.3)
    monkeypatch.setattr(fetching, "TICK", 0.05)
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\nContent-Length: 900\r\n\r\n"
    )
    with (
        serving.hanging(head + b"001e# service=git-upload-pack\n0000") as server,
        pytest.raises(UsageError, match="gave no answer"),
    ):
        open_tree(f"{server.url}/a.git", cache_dir=tmp_path / "cache")


def test_one_that_nobody_waits_for_for_ever(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LONGEST", -1.0)
    with serving.hanging() as server, pytest.raises(UsageError, match="was not done within"):
        open_tree(f"{server.url}/lens.git", cache_dir=tmp_path / "cache")


def test_one_that_sends_too_much_is_a_sentence(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", -1)
    with serving.smart(bare.parent) as url, pytest.raises(UsageError, match=r"it sends more than .* MB; clone it"):
        open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache")


def test_one_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be fetched: .*check address and access"):
        open_tree(f"{serving.refusing()}/a.git", cache_dir=tmp_path / "cache")


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (404, ()),
        (500, ()),
        (401, (("WWW-Authenticate", 'Basic realm="x"'),)),
        (200, (("Content-Type", "text/html"),)),
        (302, (("Location", "file:///etc"),)),
    ],
)
def test_one_that_says_no_asks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, headers: tuple[tuple[str, str], ...]
) -> None:
    asking = tmp_path / "asking"
    asking.write_text(f"#!/bin/sh\necho asked > {tmp_path / 'asked'}\n")
    asking.chmod(0o700)
    monkeypatch.delenv("GIT_ASKPASS", raising=False)
    monkeypatch.setenv("SSH_ASKPASS", str(asking))
    monkeypatch.setenv("DISPLAY", ":0")
    with (
        serving.answering(status, *headers, body=b"<html>\n<body>Welcome</body>\n</html>\n") as url,
        pytest.raises(UsageError) as said,
    ):
        open_tree(f"{url}/a.git", cache_dir=tmp_path / "cache")
    assert "cannot be fetched" in str(said.value)
    assert "\n" not in str(said.value)
    assert not (tmp_path / "asked").exists()


def test_kept_clones_are_known_and_can_be_dropped(bare: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert clones(cache) == []
    with serving.smart(bare.parent) as url:
        open_tree(f"{url}/lens.git", cache_dir=cache).close()
        (cache / "mine.git").mkdir()
        (kept,) = clones(cache)
        said = CliRunner().invoke(command, ["--cache-dir", str(cache)]).output
        assert "clones  1, " in said
        said = CliRunner().invoke(command, ["--cache-dir", str(cache), "clear"]).output
        assert "and 1 clone," in said
        assert not kept.exists()
        assert (cache / "mine.git").is_dir()
        open_tree(f"{url}/lens.git", cache_dir=cache).close()


def test_a_place_that_takes_no_clone_is_said(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with serving.smart(bare.parent) as url, pytest.raises(UsageError, match="a clone cannot be kept in"):
        open_tree(f"{url}/lens.git", cache_dir=tmp_path / "file")
