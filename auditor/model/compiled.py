"""What is made of files of the package, in a form that is read many times faster, kept where Python keeps its own compiled files.

As with those, a file that is missing, stale, damaged or cannot be written costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from importlib.resources.abc import Traversable
from importlib.util import cache_from_source
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

DIGEST = 16
"""Bytes at the beginning of a file that tell what it was made of."""

SETTLED = 2.0
"""Seconds for which no file may have changed before something is kept of it: within one tick of a clock it may change again."""


def loads(text: str, name: str) -> dict[str, Any]:
    """The TOML document of a text, from the compiled form of the table `name` where that was made of this text.

    Raises `tomllib.TOMLDecodeError`.
    """
    return read(text, name, _documented, dict[str, Any])


def _documented(text: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text)


def read(text: str, name: str, make: Callable[[str], T], form: Any) -> T:
    """What `make` reads in a text, of the type `form`, from the compiled form under its name where that was made of this text."""
    digest = hashlib.blake2b(text.encode(), digest_size=DIGEST).digest()
    known: T | None = found(name, digest, form)
    if known is None:
        known = make(text)
        keep(name, digest, known)
    return known


def kept(name: str, folders: Collection[Traversable], make: Callable[[], T], form: Any) -> T:
    """What `make` finds in the files of some folders; what it found last while none of them is another by name, size and times.

    The code of `make` is to lie in them too: it is as much of the answer. That is how Python itself tells whether a module was changed. `form` is the type of what is made.
    """
    plain = [folder for folder in folders if isinstance(folder, Path)]
    if len(plain) < len(folders):  # in an archive
        return make()
    stamp, newest = _stamp(map(str, plain))
    known: T | None = found(name, stamp, form)
    if known is not None:
        return known
    made = make()
    if newest < (time.time() - SETTLED) * 1e9:
        keep(name, stamp, made)
    return made


def found(name: str, stamp: bytes, form: Any) -> Any:
    """What was kept under a name with this stamp of `DIGEST` bytes, of the type `form`; None where there is nothing of it."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        held = _beside(name).read_bytes()
        if held.startswith(stamp):
            return msgspec.msgpack.decode(held[DIGEST:], type=form)
    return None


def keep(name: str, stamp: bytes, known: object) -> None:
    """Keep something under a name and a stamp; where nothing can be written, nothing is kept."""
    if not sys.dont_write_bytecode:
        with contextlib.suppress(OSError):  # a read-only installation, a full disk
            _write(_beside(name), stamp + msgspec.msgpack.encode(known))


def _stamp(folders: Iterable[str]) -> tuple[bytes, int]:
    """A digest of the names, sizes and times of all files in some folders, and the last of the times."""
    told: list[str] = []
    newest = 0
    for folder in folders:
        told.append(folder)
        for path, status in _files(folder):
            changed, made = status.st_mtime_ns, status.st_ctime_ns
            newest = max(newest, changed, made)
            told.append(f"{path}\0{status.st_size} {changed} {made}")
    text = "\0".join(told).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=DIGEST).digest(), newest


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """All files below a folder but what Python keeps there, in order."""
    todo = [folder]
    while todo:
        for entry in sorted(os.scandir(todo.pop()), key=_NAME):
            if not entry.is_dir():
                yield entry.path, entry.stat()
            elif entry.name != "__pycache__":
                todo.append(entry.path)


_NAME = attrgetter("name")


def _beside(name: str) -> Path:
    """Where the compiled form of a table lies: wherever that of this module does, under a name of its own."""
    own = Path(cache_from_source(__file__))
    return own.with_name(f"{name}.{sys.implementation.cache_tag}.msgpack")


def _write(file: Path, data: bytes) -> None:
    """Write a file whole or not at all: another process may read it at any time."""
    import tempfile

    file.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(made).replace(file)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
