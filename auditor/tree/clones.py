"""Clones of repositories behind an address: where they are kept, who may touch them when, and whether they are sound."""

from __future__ import annotations

import contextlib
import enum
import hashlib
import mmap
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from auditor.tree.fetching import LONGEST, Progress
from auditor.tree.git import GitError
from auditor.tree.names import repository_name, strip_credentials

LOCK = "auditor.lock"  # held by who changes a clone
USE = "auditor.use"  # held by everybody who reads it
SHALLOW = "shallow.git"  # in the clone: a place for single commits, from servers that refuse all else
OURS = "# a clone kept by auditor\n"
SUM = 20  # bytes of the SHA-1 that a pack and its index end with
GONE = "auditor-gone-"  # begins the name of a folder that is being removed


class DamagedError(GitError):
    """What is kept of a repository is of no use; the repository itself may be."""


class InUseError(Exception):
    """Another audit reads a clone, which is not to be taken from under it."""


class _Got(enum.Enum):
    """What came of asking for a lock."""

    HELD = 1
    BUSY = 2
    NONE = 3  # this system, or its file system, has no locks


def clone_dir(url: str, cache_dir: Path) -> Path:
    """Where the clone of a URL is kept."""
    name = re.sub(r"[^\w.-]", "_", repository_name(Path("clone"), strip_credentials(url)))[:60].lstrip(".") or "clone"
    return cache_dir / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"


def clones(cache_dir: Path) -> list[Path]:
    """The clones that are kept there, and what is left of them where a removal was ended."""
    return sorted(folder for folder in cache_dir.glob("*.git") if _is_ours(folder)) + sorted(cache_dir.glob(f"{GONE}*"))


def _is_ours(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return (folder / LOCK).is_file() or (folder / "config").read_text("utf-8", "replace").startswith(OURS)
    return False


def size_of(clone: Path) -> int:
    """The bytes of a clone, which others may be changing."""
    size = 0
    for file in clone.rglob("*"):
        with contextlib.suppress(OSError):  # renamed or removed meanwhile
            size += file.lstat().st_size
    return size


@contextlib.contextmanager
def changing(folder: Path, progress: Progress) -> Iterator[None]:
    """Makes the folder of a clone and keeps others from changing it. What a fetch that was killed left there is removed.

    Where there are no locks git's own keep the clone whole, and one of two fetches fails.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("ab+") as file:
            got = _lock(file)
            if got is _Got.BUSY:
                progress("waiting for another audit that fetches the same repository")
                _lock(file, wait=True)
            if not _is_at(folder / LOCK, file):  # the clone was dropped meanwhile
                continue
            _sweep(folder, alone=got is not _Got.NONE)
            yield
            return


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keeps a clone from being emptied or dropped. To be entered while it is being changed."""
    with (folder / USE).open("ab+") as file:
        _lock(file, shared=True, wait=True)
        yield


def empty(folder: Path) -> None:
    """Removes what a clone holds, while it is being changed. Raises InUseError."""
    with (folder / USE).open("ab+") as file:
        if _lock(file) is _Got.BUSY:
            raise InUseError
        for place in folder.iterdir():
            if place.name not in (LOCK, USE):
                shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()


def drop(folder: Path) -> None:
    """Removes a clone. Raises InUseError where an audit fetches or reads it, OSError where it cannot be removed."""
    if not folder.name.startswith(GONE):
        with (folder / LOCK).open("ab+") as lock, (folder / USE).open("ab+") as use:
            if _Got.BUSY in (_lock(lock), _lock(use)):
                raise InUseError
            grave = Path(tempfile.mkdtemp(prefix=GONE, dir=folder.parent))
            try:
                folder = folder.rename(grave / folder.name).parent  # at once: nobody is to meet the half of it
            except OSError:
                grave.rmdir()
                raise
    shutil.rmtree(folder)


def require_sound(folder: Path) -> None:
    """Raises DamagedError where the packs of a git directory are not those that were written: git looks at few of these bytes."""
    fetched = (file.stem for kind in ("pack", "promisor") for file in folder.glob(f"objects/pack/*.{kind}"))
    for name in sorted(set(fetched)):
        pack, index = (folder / "objects/pack" / f"{name}.{kind}" for kind in ("pack", "idx"))
        if not pack.is_file() or not index.is_file():
            raise DamagedError(f"{name} has lost its {'index' if pack.is_file() else 'pack'}")
        if not _is_summed(pack) or not _is_summed(index) or _end(index, 2 * SUM)[:SUM] != _end(pack, SUM):
            raise DamagedError(f"{name} holds other bytes than were written")


def _is_summed(file: Path) -> bool:
    """Whether a file ends with the sum of what stands before it."""
    if file.stat().st_size <= SUM:
        return False
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return hashlib.sha1(memoryview(data)[:-SUM], usedforsecurity=False).digest() == data[-SUM:]


def _end(file: Path, size: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(-size, 2)
        return opened.read()


def _lock(file: IO[bytes], *, shared: bool = False, wait: bool = False) -> _Got:
    """Locks an open file until it is closed."""
    try:
        import fcntl
    except ImportError:
        return _Got.NONE
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return _Got.BUSY
    except OSError:
        return _Got.NONE
    return _Got.HELD


def _is_at(place: Path, file: IO[bytes]) -> bool:
    """Whether an open file still is what stands at its place."""
    try:
        return os.path.samestat(place.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _sweep(folder: Path, *, alone: bool) -> None:
    """Removes the locks and half packs of git. Who cannot know to be `alone` spares what a fetch that runs may hold."""
    oldest = time.time() - LONGEST
    for top in (folder, folder / SHALLOW):
        for left in (*top.glob("*.lock"), *top.glob("refs/**/*.lock"), *top.glob("objects/pack/tmp_*")):
            with contextlib.suppress(FileNotFoundError):
                if left.name != LOCK and (alone or left.lstat().st_mtime < oldest):
                    left.unlink()
