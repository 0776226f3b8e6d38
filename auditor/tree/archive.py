"""An archive as a tree: members are read in memory, within bounds, and nothing is unpacked to this disk."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

import msgspec

from auditor.model.changes import History
from auditor.model.errors import UsageError
from auditor.model.listing import Content, Entry, Target
from auditor.model.regex import regex
from auditor.tree.exclusion import Tally
from auditor.tree.names import display

MAX_MEMBERS = 200_000
MAX_TOTAL = 2_000_000_000  # bytes unpacked, of all members together
MAX_RATIO = 200  # unpacked to packed, beyond which a member that is not small is taken for a bomb
SMALL = 1_000_000  # bytes; below that any ratio is harmless
IN_MEMORY = 64_000_000  # bytes of an unpacked tar held in memory; more goes to a nameless temporary file
MAX_LINK = 4096
MAX_DEPTH = 100
SUFFIXES = regex(r"(\.tar)?\.(zip|whl|egg|tar|tgz|tbz2?|txz|gz|bz2|xz)$", re.IGNORECASE)
DRIVE = regex(r"^[A-Za-z]:")
COMMIT = regex(r"^[0-9a-f]{40}([0-9a-f]{24})?$")
BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
UNREADABLE = (*BROKEN, RuntimeError, NotImplementedError)  # encrypted; a method of packing that Python lacks

OPENERS: tuple[tuple[bytes, Callable[[Path], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]], ...] = (
    (b"\x1f\x8b", gzip.GzipFile),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\0", lzma.LZMAFile),
    (b"\x5d\0\0", lzma.LZMAFile),
)


class Member(msgspec.Struct, frozen=True):
    """One member as the archive names it."""

    name: str
    size: int
    kind: str  # file, link, folder, other, bomb
    executable: bool
    target: str


class Packed(Protocol):
    """A kind of archive."""

    commit: str | None  # that `git archive` noted

    def members(self) -> Iterator[Member]:
        """All members, in the archive's order."""

    def read(self, name: str, limit: int) -> bytes | None:
        """At most `limit` bytes of a member, None where there are more. Raises one of UNREADABLE."""

    def close(self) -> None:
        """Lets go of the file."""


class Zip:
    """zip, wheel, egg."""

    def __init__(self, path: Path) -> None:
        self._file = zipfile.ZipFile(path)
        note = self._file.comment.decode("ascii", "replace")
        self.commit = note if COMMIT.match(note) else None
        self._infos = {info.filename: info for info in self._file.infolist()}

    def members(self) -> Iterator[Member]:
        """All members, in the archive's order."""
        for info in self._infos.values():
            mode = info.external_attr >> 16
            link = stat.S_ISLNK(mode)
            kind = "folder" if info.is_dir() else "link" if link else "file"
            if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
                kind = "bomb"
            target = self._target(info) if kind == "link" else ""
            yield Member(info.filename, info.file_size, kind, bool(mode & stat.S_IXUSR), target)

    def read(self, name: str, limit: int) -> bytes | None:
        """At most `limit` bytes of a member, None where there are more. Raises one of UNREADABLE."""
        with self._file.open(self._infos[name]) as stream:
            data = stream.read(limit + 1)
        return data if len(data) <= limit else None

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()

    def _target(self, info: zipfile.ZipInfo) -> str:
        try:
            return display(self.read(info.filename, MAX_LINK) or b"")
        except UNREADABLE:
            return ""  # a link is never followed: that it is one is all that matters


class Tar:
    """tar, plain or packed."""

    def __init__(self, path: Path) -> None:
        self._stream, self.cut = _unpacked(path)
        try:
            self._file = tarfile.open(fileobj=self._stream, mode="r:", errors="surrogateescape")  # noqa: SIM115  # closed by close()
        except BROKEN:
            self._stream.close()
            raise
        note = self._file.pax_headers.get("comment", "")
        self.commit = note if COMMIT.match(note) else None
        self._infos: dict[str, tarfile.TarInfo] = {}

    def members(self) -> Iterator[Member]:
        """All members, in the archive's order."""
        for info in self._file:
            self._infos[info.name] = info
            kind = "other"
            if info.issym() or info.islnk():
                kind = "link"
            elif info.isdir():
                kind = "folder"
            elif info.isreg() and not info.issparse():
                kind = "file"
            yield Member(info.name, info.size, kind, bool(info.mode & stat.S_IXUSR), info.linkname)

    def read(self, name: str, limit: int) -> bytes | None:
        """At most `limit` bytes of a member, None where there are more. Raises one of UNREADABLE."""
        info = self._infos[name]
        stream = self._file.extractfile(info) if info.isreg() else None
        if stream is None or info.size > limit:
            return None
        with stream:
            data = stream.read()
        if len(data) != info.size:
            raise tarfile.ReadError("the archive ends within the member")
        return data

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()
        self._stream.close()


class Archive:
    """The members of an archive; a top folder that all of them share is passed over."""

    def __init__(self, path: Path, shown: str) -> None:
        self._packed = _open(path)
        self.problems: list[tuple[str, str]] = []
        self.left_out = Tally()
        self._names: dict[str, str] = {}  # path -> name in the archive
        self._read = 0
        self.target = Target(shown, "archive", SUFFIXES.sub("", path.name) or path.name, revision=self._packed.commit)

    def entries(self) -> list[Entry]:
        """All files and links, in no order. Raises UsageError where there is none."""
        found: dict[str, tuple[str, Entry]] = {}
        for member in self._members():
            path = self._path(member)
            if path is not None:
                found[path] = (member.name, _entry(path, member))  # of two of a name the later counts, as if unpacked
        if not found and not self.problems:
            raise UsageError(f"{self.target.path} holds no file; give an archive of a repository.")
        top = _common_top(found)
        self._names = {path[top:]: name for path, (name, _) in found.items()}
        return [msgspec.structs.replace(entry, path=path[top:]) for path, (_, entry) in found.items()]

    def read(self, entries: Sequence[Entry], limit: Callable[[str], int]) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of entries, in their order; None for all that exceeds the bounds."""
        for entry in entries:
            data = None
            if self._read <= MAX_TOTAL:
                try:
                    data = self._packed.read(self._names[entry.path], limit(entry.path))
                except UNREADABLE as error:
                    self.problems.append((entry.path, f"cannot be unpacked: {error}"))
            self._read += len(data or b"")
            yield entry.path, data

    def history(self, limit: int) -> History:
        """None: an archive has no past."""
        del limit
        return History("none")

    def close(self) -> None:
        """Lets go of the file."""
        self._packed.close()

    def _members(self) -> Iterator[Member]:
        count = 0
        try:
            for member in self._packed.members():
                count += 1
                if count > MAX_MEMBERS:
                    self.problems.append(("", f"more than {MAX_MEMBERS:,} members; the others are not listed"))
                    return
                yield member
        except UNREADABLE as error:
            self.problems.append(("", f"the archive is broken: {error}; what comes after is not listed"))
        if isinstance(self._packed, Tar) and self._packed.cut:
            self.problems.append(("", f"unpacked the archive is {self._packed.cut}; what comes after is not listed"))

    def _path(self, member: Member) -> str | None:
        """The path of a member within the archive, None where it is no file or would lie outside."""
        name = member.name.encode("utf-8", "surrogateescape")
        path = display(name)
        if member.kind == "folder":
            return None
        parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
        if path.startswith(("/", "\\")) or DRIVE.match(path) or ".." in parts or not parts:
            self.problems.append((path, "the archive puts this member outside of itself; it is not read"))
            return None
        if len(parts) > MAX_DEPTH:
            self.problems.append((path[:200], f"more than {MAX_DEPTH} folders deep; it is not read"))
            return None
        if member.kind == "other":
            self.problems.append((path, "is no regular file; it is not read"))
            return None
        if member.kind == "bomb":
            self.problems.append((path, f"unpacks to more than {MAX_RATIO} times its size; it is not read"))
        if path.encode() != name:
            self.problems.append((path, "its name is not UTF-8"))
        return "/".join(part for part in path.split("/") if part not in ("", "."))


def _entry(path: str, member: Member) -> Entry:
    content = {"link": Content.LINK, "bomb": Content.TOO_LARGE}.get(member.kind, Content.HERE)
    return Entry(path, "", member.size, content, member.executable, tracked=False, target=display_target(member))


def display_target(member: Member) -> str:
    """Where a link points, as text."""
    return display(member.target.encode("utf-8", "surrogateescape")) if member.kind == "link" else ""


def _common_top(paths: dict[str, tuple[str, Entry]]) -> int:
    """Length of the one folder that all paths begin with, with its slash; 0 if there is none."""
    tops = {path.partition("/")[0] for path in paths}
    return len(tops.pop()) + 1 if len(tops) == 1 and all("/" in path for path in paths) else 0


def _open(path: Path) -> Packed:
    try:
        return Zip(path) if zipfile.is_zipfile(path) else Tar(path)
    except UNREADABLE as error:
        raise UsageError(
            f"{path} is no archive that can be read ({error}); give a folder, a git repository, a zip or a tar."
        ) from error


def _unpacked(path: Path) -> tuple[IO[bytes], str]:
    """The tar inside a file, and how it exceeds the bounds ("" if it does not). The file itself where it is not packed."""
    with path.open("rb") as file:
        head = file.read(6)
    opener = next((opener for magic, opener in OPENERS if head.startswith(magic)), None)
    if opener is None:
        return path.open("rb"), ""
    bound = min(MAX_TOTAL, max(100 * SMALL, MAX_RATIO * path.stat().st_size))
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by Tar.close()
    size = 0
    try:
        with opener(path) as packed:
            while chunk := packed.read(1 << 20):
                size += len(chunk)
                if size > bound:
                    break
                spool.write(chunk)
    except BROKEN:
        spool.close()
        raise
    spool.seek(0)
    return spool, f"larger than {bound:,} bytes" if size > bound else ""
