"""The files of the target: read and written only where they lie in it themselves, reached by no link."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

LARGEST = 4 * 2**20
"""Bytes from which a file is no code that somebody wrote."""


class OutsideError(Exception):
    """A path that may not be read or written, with the reason."""


def _within(root: Path, path: str) -> Path:
    """The file of a path of the tree. Raises OutsideError where any part of it is a link or leads out."""
    parts = PurePosixPath(path).parts
    if not parts or PurePosixPath(path).is_absolute() or ".." in parts:
        raise OutsideError("its path leads out of the target")
    place = root
    for part in parts:
        place = place / part
        if place.is_symlink():
            raise OutsideError("it is reached by a symbolic link")
    try:
        found = place.lstat()
    except OSError as error:
        raise OutsideError(f"it cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        raise OutsideError("it is no plain file of its own")
    if found.st_size > LARGEST:
        raise OutsideError("it is too large")
    return place


def contents(root: Path, path: str) -> bytes:
    """The bytes of a file of the target. Raises OutsideError."""
    return _within(root, path).read_bytes()


def write(root: Path, path: str, before: bytes, after: bytes) -> None:
    """Replaces a file that still holds `before`, all at once and with its mode. Raises OutsideError."""
    place = _within(root, path)
    if place.read_bytes() != before:
        raise OutsideError("it has changed meanwhile")
    new = place.with_name(f".{place.name}.auditor-fix")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
        new.chmod(stat.S_IMODE(place.lstat().st_mode))
        new.replace(place)
    except BaseException:  # also an interruption: what it left would stand in the way of the next try
        new.unlink(missing_ok=True)
        raise
