"""Repositories over HTTP, from servers of the tests' own on loopback: good ones, and some that refuse, hang or send too much."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from auditor.cli.cache import command
from auditor.model.errors import UsageError
from auditor.model.listing import Content
from auditor.tree import fetching, open_tree, remote
from auditor.tree.clones import clones
from auditor.tree.git import Git, GitError
from tests.tree import serving
from tests.tree.conftest import Repo

LEFT = ("packed-refs.lock", "refs/heads/main.lock", "shallow.lock", "objects/pack/tmp_pack_x")


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
        packs = {file: file.stat().st_ino for file in clone.glob("objects/pack/pack-*")}
        for left in LEFT:
            (clone / left).write_bytes(b"x" * 100)
        subprocess.run(["git", f"--git-dir={bare}", "update-ref", "refs/heads/main", "main~1"], check=True)
        with open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache") as tree:
            assert "gone.py" in {entry.path for entry in tree.listing.entries}
            assert tree.listing.target.history == "partial"  # contents of old commits, and no commit, are missing
        assert not any((clone / left).exists() for left in LEFT)
        assert packs
        assert packs.items() <= {file: file.stat().st_ino for file in clone.glob("objects/pack/pack-*")}.items()


def broken(data: bytes) -> bytes:
    """A file after a bad write in its middle; one that was empty is not any more."""
    middle = len(data) // 2
    return data[:middle] + b"\xff" * 40 + data[middle + 40 :] if data else b"[x\n"


def hidden(index: bytes) -> bytes:
    """An index of a pack that names another object in place of a.py: git does not find that, and misses nothing."""
    name = hashlib.sha1(b"blob 3\0one", usedforsecurity=False).digest()
    return index.replace(name, name[:-1] + bytes([name[-1] ^ 1]))


@pytest.mark.parametrize("what", ["pack", "idx", "hidden", "config", "HEAD", "packed-refs", "gone"])
def test_a_clone_that_is_damaged_is_made_again(bare: Path, tmp_path: Path, what: str) -> None:
    with serving.smart(bare.parent) as url:
        with open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache") as tree:
            whole = dict(tree.read(entry.path for entry in tree.listing.entries))
        (clone,) = (tmp_path / "cache").iterdir()
        packs = sorted(clone.glob("objects/pack/*.pack"))
        indexes = sorted(clone.glob("objects/pack/*.idx"))
        for place in {"pack": packs, "idx": indexes, "hidden": indexes}.get(what, [clone / what]):
            place.touch()
            place.chmod(0o600)
            place.write_bytes((hidden if what == "hidden" else broken)(place.read_bytes()))
        if what == "gone":
            packs[0].unlink()
        with open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache") as tree:
            assert dict(tree.read(entry.path for entry in tree.listing.entries)) == whole
            assert [commit.subject for commit in tree.history().commits] == ["two", "one"]


class Clock:
    """Stands still until somebody has called a server; goes on by `step` seconds at each look from then on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, called: threading.Event, step: float) -> None:
        self._now, self._called, self._step = 0.0, called, step
        monkeypatch.setattr("auditor.tree.fetching.time", SimpleNamespace(monotonic=self))
        monkeypatch.setattr(fetching, "TICK", 0.01)

    def __call__(self) -> float:
        self._now += self._step if self._called.is_set() else 0.0
        return self._now


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(b"", id="at once"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\nContent-Length: 900\r\n\r\n"
            b"001e# service=git-upload-pack\n0000",
            id="in the middle of its answer",
        ),
    ],
)
def test_a_server_that_hangs_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: bytes) -> None:
    with serving.hanging(begin) as server:
        Clock(monkeypatch, server.called, fetching.QUIET / 10)
        with pytest.raises(UsageError, match=r"cannot be fetched: it gave no answer within 60 s; try again later"):
            open_tree(f"{server.url}/a.git", cache_dir=tmp_path / "cache")
        assert server.called.is_set()


def test_one_that_nobody_waits_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "QUIET", fetching.LONGEST * 2)
    with serving.hanging() as server:
        Clock(monkeypatch, server.called, fetching.LONGEST / 10)
        with pytest.raises(UsageError, match="was not done within 1,800 s"):
            open_tree(f"{server.url}/lens.git", cache_dir=tmp_path / "cache")


def test_what_git_started_ends_by_itself_when_nothing_comes_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git that is killed leaves its helper behind, which holds the line."""
    assert fetching.PATIENCE == ("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=90")
    monkeypatch.setattr(fetching, "PATIENCE", (*fetching.PATIENCE[:3], "http.lowSpeedTime=1"))
    with serving.hanging() as server:
        Clock(monkeypatch, server.called, fetching.QUIET * 2)
        with pytest.raises(UsageError, match="gave no answer"):
            open_tree(f"{server.url}/a.git", cache_dir=tmp_path / "cache")
        assert server.gone.wait(60)


@pytest.fixture
def bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """One look of `_Bounds`, so many seconds after the last, with so many bytes in a pack."""
    now = [0.0]
    pack = tmp_path / "pack" / "tmp_pack_x"
    pack.parent.mkdir()
    pack.write_bytes(b"x" * 100)  # what was there before counts for nothing
    monkeypatch.setattr("auditor.tree.fetching.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(fetching, "MOST_BYTES", 1_000)
    held = fetching._Bounds(tmp_path)  # without a remote that really sends gigabytes for an hour

    def look(after: float, size: int = 0, *, heard: bool = False) -> None:
        now[0] += after
        pack.write_bytes(b"x" * (100 + size))
        held.keep(heard=heard)

    return look


def test_a_remote_may_send_so_many_bytes(bounds: Callable[..., None]) -> None:
    bounds(1, 1_000)
    with pytest.raises(fetching.TooLargeError, match="it sends more than 0 MB"):
        bounds(1, 1_001)


def test_a_remote_may_be_silent_so_long(bounds: Callable[..., None]) -> None:
    bounds(60)
    with pytest.raises(fetching.SilentError, match="no answer within 60 s"):
        bounds(1)


def test_bytes_that_come_are_an_answer(bounds: Callable[..., None]) -> None:
    for size in (1, 2, 3, 3):
        bounds(59, size)
    with pytest.raises(fetching.SilentError, match="no answer"):
        bounds(2, 3)


def test_words_of_git_are_an_answer(bounds: Callable[..., None]) -> None:
    bounds(59)
    bounds(59, heard=True)
    bounds(59)
    with pytest.raises(fetching.SilentError, match="no answer"):
        bounds(2)


def test_a_remote_that_never_ends_is_given_up(bounds: Callable[..., None]) -> None:
    for _ in range(36):
        bounds(50, heard=True)
    with pytest.raises(fetching.SilentError, match="was not done within 1,800 s"):
        bounds(1, heard=True)


def test_one_that_sends_too_much_is_a_sentence(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", -1)
    with serving.smart(bare.parent) as url, pytest.raises(UsageError, match=r"it sends more than .* MB; clone it"):
        open_tree(f"{url}/lens.git", cache_dir=tmp_path / "cache")


@pytest.mark.parametrize("what", ["--filter=blob:none", "--refetch", "origin"])
def test_a_password_in_what_git_says_is_not_repeated(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def refuse(git: Git, url: str, words: Sequence[str], *rest: Any) -> None:
        if what in words:
            raise GitError(f"it is said that {url} is broken")
        fetching.fetch_into(git, url, words, *rest)

    with serving.smart(bare.parent) as url:
        secret = f"{url.replace('://', '://me:hunter2@')}/lens.git"
        if what == "--filter=blob:none":  # such an error is told where it gave everything once
            open_tree(secret, cache_dir=tmp_path / "cache").close()
        monkeypatch.setattr(remote, "fetch_into", refuse)
        with pytest.raises(UsageError, match=r"it is said that http://127\.0\.0\.1:\d+/lens\.git is broken") as said:
            open_tree(secret, cache_dir=tmp_path / "cache")
    assert "hunter2" not in str(said.value)


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


AT_A_TERMINAL = """
import os, sys
from pathlib import Path
from auditor.model.errors import UsageError
from auditor.tree import open_tree
os.open(os.ttyname(0), os.O_RDWR)  # who leads a session owns the first terminal that it opens
try:
    open_tree(sys.argv[1], cache_dir=Path(sys.argv[2]))
except UsageError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no terminals of this kind")
def test_one_that_wants_a_password_asks_for_none_at_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_ASKPASS", raising=False)
    monkeypatch.delenv("SSH_ASKPASS", raising=False)
    person, terminal = os.openpty()
    with (
        serving.answering(401, ("WWW-Authenticate", 'Basic realm="x"')) as url,
        os.fdopen(terminal, "rb"),
        os.fdopen(person, "rb", buffering=0) as shown,
    ):
        command = [sys.executable, "-c", AT_A_TERMINAL, f"{url}/a.git", str(tmp_path / "cache")]
        process = subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, start_new_session=True)
        os.write(person, b"\n")  # else one who is asked would wait for ever
        try:
            said, _ = process.communicate(timeout=120)
        finally:
            process.kill()
        os.set_blocking(person, False)
        assert b"name" not in (shown.read(4096) or b"")
    assert b"cannot be fetched" in said


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
