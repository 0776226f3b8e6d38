"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

STREAMS = (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd"))
"""Folders of devices: where `/dev/stdout` leads to a file, that file is not to be replaced, nor the link to it."""


@contextlib.contextmanager
def placed(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes its place when all is written. A symbolic link there is replaced, not followed; a device is written to.

    Raises OSError where that cannot be done.
    """
    if path.is_dir() and not path.is_symlink():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    with path.open("ab") if is_special(path) else _beside(path) as file:
        yield file


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[IO[bytes]]:
    """A temporary file in the same folder, renamed at the end, or removed where that end is not reached."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def is_special(path: Path) -> bool:
    """Is there something that is neither a file nor a folder (a named pipe), or a stream of ours, wherever that leads?"""
    if path.absolute().parent in STREAMS:
        return path.exists()
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
