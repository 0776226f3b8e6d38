"""Clones that are kept: who may touch them when, and whether they are sound."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli.cache import command
from auditor.model.errors import UsageError
from auditor.tree import open_tree, remote
from auditor.tree.clones import LOCK, DamagedError, InUseError, changing, clones, drop, require_sound, size_of
from auditor.tree.fetching import LONGEST, fetch_into
from tests.tree.conftest import Repo

fcntl = pytest.importorskip("fcntl", reason="this system has no locks of this kind")
LEFT = ("packed-refs.lock", "refs/heads/main.lock", "shallow.git/shallow.lock", "objects/pack/tmp_pack_x")


@pytest.fixture
def served(repo: Repo) -> str:
    """The address of a repository of one commit."""
    repo.commit({"a.py": "one", "b.py": "two"}, "one")
    repo.git("config", "uploadpack.allowFilter", "true")
    return f"file://{repo.root}"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def clone(served: str, cache: Path) -> Path:
    """The clone that is kept of it."""
    open_tree(served, cache_dir=cache).close()
    return clones(cache)[0]


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system as some shares are."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)


def silent(line: str) -> None:
    del line


def leave(clone: Path) -> list[Path]:
    """What a fetch that is killed leaves."""
    left = [clone / name for name in LEFT]
    for place in left:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x")
    return left


def test_what_a_killed_fetch_left_is_removed_and_nothing_else(clone: Path) -> None:
    left = leave(clone)
    kept = {file for file in clone.rglob("*") if file.is_file()} - set(left)
    with changing(clone, silent):
        assert {file for file in clone.rglob("*") if file.is_file()} == kept
    assert {file.suffix for file in kept} >= {".pack", ".idx", ".lock"}


@pytest.mark.usefixtures("without_locks")
def test_without_locks_only_what_no_fetch_can_hold_any_more_is_removed(clone: Path) -> None:
    left = leave(clone)
    with changing(clone, silent):
        assert all(place.exists() for place in left)
    for place in left:
        old = place.stat().st_mtime - LONGEST - 60
        os.utime(place, (old, old))
    with changing(clone, silent):
        assert not any(place.exists() for place in left)


def test_two_audits_do_not_fetch_into_one_clone_at_once(
    served: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, most, first, go_on = [0], [0], threading.Event(), threading.Event()
    second_is_here = threading.Event()  # it waits, or else it has come in

    def slow(*words: object) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        if first.is_set():
            second_is_here.set()
        first.set()
        assert go_on.wait(60)
        fetch_into(*words)  # type: ignore[arg-type]  # what it is called with
        inside[0] -= 1

    monkeypatch.setattr(remote, "fetch_into", slow)
    read: list[dict[str, bytes | None]] = []

    def audit(said: list[str]) -> None:
        def tell(line: str) -> None:
            said.append(line)
            if "waiting for another audit" in line:
                second_is_here.set()

        with open_tree(served, cache_dir=cache, progress=tell) as tree:
            read.append(dict(tree.read(["a.py"])))

    told: list[list[str]] = [[], []]
    audits = [threading.Thread(target=audit, args=(said,)) for said in told]
    audits[0].start()
    assert first.wait(60)
    audits[1].start()
    assert second_is_here.wait(60)
    go_on.set()
    for one in audits:
        one.join(60)
    assert most == [1]
    assert read == [{"a.py": b"one"}] * 2
    assert [any("waiting for another audit" in line for line in said) for said in told] == [False, True]


def test_who_waits_for_a_clone_that_is_dropped_makes_it_anew(clone: Path, tmp_path: Path) -> None:
    waits, has, done = threading.Event(), threading.Event(), threading.Event()

    def tell(line: str) -> None:
        del line
        waits.set()

    def second() -> None:
        with changing(clone, tell):
            has.set()
            assert done.wait(60)

    other = threading.Thread(target=second)
    with changing(clone, silent):
        other.start()
        assert waits.wait(60)
        clone.rename(tmp_path / "elsewhere")
    assert has.wait(60)
    with pytest.raises(InUseError):  # it holds the lock of the folder that is there now
        drop(clone)
    done.set()
    other.join(60)


def test_a_clone_that_an_audit_reads_is_not_dropped(served: str, cache: Path) -> None:
    with open_tree(served, cache_dir=cache) as tree, open_tree(served, cache_dir=cache) as other:
        said = CliRunner().invoke(command, ["--cache-dir", str(cache), "clear"])
        assert "and 0 clones," in said.stdout
        assert "an audit uses it" in said.stderr
        assert dict(tree.read(["a.py"])) == dict(other.read(["a.py"])) == {"a.py": b"one"}
    said = CliRunner().invoke(command, ["--cache-dir", str(cache), "clear"])
    assert "and 1 clone," in said.stdout
    assert clones(cache) == []
    assert not list(cache.glob("*.git"))


def test_a_damaged_clone_is_not_emptied_under_an_audit_that_reads_it(served: str, cache: Path) -> None:
    with open_tree(served, cache_dir=cache):
        (clone,) = clones(cache)
        (index, *_) = clone.glob("objects/pack/*.idx")
        index.unlink()
        before = sorted(clone.rglob("*"))
        with pytest.raises(UsageError, match="is damaged, and another audit reads it; try again later"):
            open_tree(served, cache_dir=cache)
        assert sorted(clone.rglob("*")) == before
    with open_tree(served, cache_dir=cache) as tree:
        assert dict(tree.read(["a.py"])) == {"a.py": b"one"}


def test_a_clone_is_known_without_its_lock(clone: Path, cache: Path) -> None:
    (cache / "mine.git").mkdir()
    (cache / "other.git").mkdir()
    (cache / "other.git" / "config").write_text("[core]\n")
    (clone / LOCK).unlink()
    assert clones(cache) == [clone]
    (clone / LOCK).write_text("")
    (clone / "config").unlink()
    assert clones(cache) == [clone]


def test_what_a_removal_left_is_known_and_removed(clone: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(place: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))

    with monkeypatch.context() as patched:
        patched.setattr("auditor.tree.clones.shutil.rmtree", fail)
        said = CliRunner().invoke(command, ["--cache-dir", str(cache), "clear"])
        assert "Permission denied" in said.stderr
        assert "and 0 clones," in said.stdout
    assert not clone.exists()
    (left,) = clones(cache)
    assert size_of(left) > 0
    drop(left)
    assert clones(cache) == []


def test_a_clone_that_cannot_be_moved_stays_and_nothing_beside_it(
    clone: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError):
        drop(clone)
    assert clones(cache) == [clone]


def test_a_clone_may_shrink_while_it_is_measured(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, gone = size_of(clone), clone / "config"
    least, look = whole - gone.stat().st_size, Path.lstat

    def vanishing(place: Path) -> os.stat_result:
        if place == gone:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(place))
        return look(place)

    monkeypatch.setattr(Path, "lstat", vanishing)
    assert size_of(clone) == least


@pytest.mark.parametrize("kind", ["pack", "idx"])
def test_no_byte_of_a_pack_or_its_index_may_change(clone: Path, kind: str) -> None:
    require_sound(clone)
    for place in clone.glob(f"objects/pack/*.{kind}"):
        data = place.read_bytes()
        place.chmod(0o600)
        for at in (*range(0, len(data), 7), len(data) - 1):
            place.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with pytest.raises(DamagedError, match="holds other bytes than were written"):
                require_sound(clone)
        place.write_bytes(b"")
        with pytest.raises(DamagedError):
            require_sound(clone)
        place.unlink()
        with pytest.raises(DamagedError, match=f"has lost its {'pack' if kind == 'pack' else 'index'}"):
            require_sound(clone)
        place.write_bytes(data)
    require_sound(clone)


def test_an_index_belongs_to_its_pack(clone: Path, repo: Repo, served: str, cache: Path) -> None:
    repo.commit({"c.py": "three"})
    open_tree(served, cache_dir=cache).close()
    one, other, *_ = sorted(clone.glob("objects/pack/*.idx"))
    other.chmod(0o600)
    other.write_bytes(one.read_bytes())
    with pytest.raises(DamagedError):
        require_sound(clone)


def test_what_makes_a_folder_a_clone_is_never_half_there(tmp_path: Path) -> None:
    remote._create(tmp_path, remote.CONFIG)
    before = [(tmp_path / name).stat() for name in ("config", "HEAD")]
    remote._create(tmp_path, remote.CONFIG)  # as each audit of the address does, while others read
    after = [(tmp_path / name).stat() for name in ("config", "HEAD")]
    assert [(each.st_ino, each.st_mtime_ns) for each in after] == [(each.st_ino, each.st_mtime_ns) for each in before]
    (tmp_path / "config").write_text("[core")
    with (tmp_path / "config").open() as reader:
        remote._create(tmp_path, remote.CONFIG)
        assert reader.read() == "[core"  # who reads has the old file, not one that is being written
    assert (tmp_path / "config").read_text() == remote.CONFIG
    assert not list(tmp_path.glob("*.lock"))
