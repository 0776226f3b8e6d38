"""Files of a folder on this disk: looked at and read without following a link."""

from __future__ import annotations

import errno
import logging
import os
import stat
from pathlib import Path

from auditor.model.listing import Content, Entry
from auditor.tree.names import display

log = logging.getLogger(__name__)

GONE = frozenset((errno.ENOENT, errno.ENOTDIR))


class Files:
    """The files below one folder. Raw paths are relative to it, as the file system writes them."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self.problems: list[tuple[str, str]] = []
        self._raw: dict[str, str] = {}  # shown path -> raw path, where they differ
        self._real: dict[str, bool] = {"": True}  # folder -> neither it nor one above it is a link

    def absolute(self, raw: str) -> str:
        """Where a file is on this disk."""
        return f"{self.root}/{raw}"

    def look(self, raw: str) -> os.stat_result | None:
        """The state of a file itself, None where there is none, or only behind a linked folder."""
        if not self._is_real(raw.rpartition("/")[0]):
            return None
        try:
            return os.lstat(self.absolute(raw))
        except OSError as error:
            if error.errno not in GONE:
                self.problem(raw, f"cannot be looked at: {error.strerror}")
            return None

    def entry(self, raw: str, state: os.stat_result, *, blob: str = "", tracked: bool = False) -> Entry | None:
        """The entry of a file, None where it is neither a file nor a link."""
        path = self.shown(raw)
        if stat.S_ISLNK(state.st_mode):
            target = display(os.fsencode(self._link(raw)))
            return Entry(path, blob, state.st_size, Content.LINK, tracked=tracked, target=target)
        if not stat.S_ISREG(state.st_mode):
            if not stat.S_ISDIR(state.st_mode):
                self.problem(raw, "is no regular file (a pipe, socket or device); it is not read")
            return None
        content = Content.HERE
        if not os.access(self.absolute(raw), os.R_OK):
            self.problem(raw, "may not be read: permission denied")
            content = Content.ABSENT
        executable = bool(state.st_mode & stat.S_IXUSR)
        return Entry(path, blob, state.st_size, content, executable=executable, tracked=tracked)

    def read(self, path: str, limit: int) -> bytes | None:
        """The bytes of a shown path, None where they are gone, too many, or not a regular file any more."""
        raw = self._raw.get(path, path)
        if not self._is_real(raw.rpartition("/")[0]):
            return None
        try:
            # Without O_NONBLOCK a pipe that took the file's place would hold us for ever.
            handle = os.open(self.absolute(raw), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(handle, "rb", buffering=0) as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    return None
                data = _read_all(file.fileno(), limit + 1)
        except OSError as error:
            log.warning("%s cannot be read: %s", path, error.strerror)
            return None
        return data if len(data) <= limit else None

    def shown(self, raw: str) -> str:
        """A raw path as text; one that is no UTF-8 is remembered, so that it can still be read."""
        if raw.isascii():
            return raw
        path = display(os.fsencode(raw))
        if path != raw and path not in self._raw:
            self._raw[path] = raw
            self.problems.append((path, "its name is not UTF-8"))
        return path

    def problem(self, raw: str, message: str) -> None:
        """Notes what is wrong with a file or folder."""
        self.problems.append((self.shown(raw), message))

    def _link(self, raw: str) -> str:
        try:
            return os.readlink(self.absolute(raw))  # noqa: PTH115  # a raw name need not be valid text
        except OSError as error:
            self.problem(raw, f"the link cannot be read: {error.strerror}")
            return ""

    def _is_real(self, folder: str) -> bool:
        known = self._real.get(folder)
        if known is None:
            known = self._is_real(folder.rpartition("/")[0]) and not os.path.islink(self.absolute(folder))  # noqa: PTH114  # a raw name need not be valid text
            self._real[folder] = known
        return known


def _read_all(handle: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(handle, min(size, 1 << 24))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
