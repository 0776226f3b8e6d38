"""The files of a git work tree as they lie on disk: tracked, and untracked but not ignored."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.model.changes import History
from auditor.model.listing import Content, Entry, Target
from auditor.model.regex import regex
from auditor.tree.exclusion import Tally
from auditor.tree.files import Files
from auditor.tree.repository import Repository

STATE = regex(
    rb"  ctime: \d+:\d+\n  mtime: (\d+):(\d+)\n  dev: \d+\tino: \d+\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: [0-9a-f]+\n"
)
SUBMODULE = "160000"


class Indexed(msgspec.Struct, frozen=True):
    """One row of the index: what git saw of the file when it last looked."""

    raw: str
    mode: str
    blob: str
    skipped: bool  # left out of a sparse checkout
    mtime: int = -1  # ns
    size: int = -1


class Worktree:
    """The files of a work tree, or of a folder in one.

    A file that has not changed since git looked bears the id of the index. Any other, and any whose bytes on disk are not
    those of the blob (LFS and line endings are filtered on their way), bears none: whoever reads it can hash it.
    """

    def __init__(self, repository: Repository, root: Path, target: Target) -> None:
        self._repository = repository
        self._root = root
        self.target = target
        self.left_out = Tally()
        self._files = Files(root)
        self.problems = self._files.problems

    def entries(self) -> list[Entry]:
        """All files and links, in no order. Raises GitError where the index cannot be read."""
        index = self._index()
        seen = {row.raw: self._files.look(row.raw) for row in index.values()}
        blobs = self._trusted([row for row in index.values() if _unchanged(row, seen[row.raw], self._index_time())])
        gone = [row.blob for row in index.values() if seen[row.raw] is None]
        here = self._repository.objects.sizes(gone)
        found = [self._tracked(row, seen[row.raw], blobs, here) for row in index.values()]
        for raw in self._names("--others", "--exclude-standard"):
            if raw.endswith("/"):  # a repository of its own, which git does not look into
                self.left_out.add("vendored", self._files.shown(raw))
            elif raw not in index and (state := self._files.look(raw)):
                found.append(self._files.entry(raw, state))
        for raw in self._names("--others", "--ignored", "--directory", "--exclude-standard"):
            self.left_out.add("ignored", self._files.shown(raw))
        if not any(found) and self._repository.commit is not None:
            self.problems.append(("", "nothing of HEAD is checked out here; audit it with --rev HEAD"))
        return [entry for entry in found if entry is not None]

    def read(self, entries: Sequence[Entry], limit: Callable[[str], int]) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of entries on disk, in their order."""
        for entry in entries:
            yield entry.path, self._files.read(entry.path, limit(entry.path))

    def history(self, limit: int) -> History:
        """The change sets that led to HEAD."""
        return self._repository.history(limit)

    def close(self) -> None:
        """Lets go of the object store."""
        self._repository.close()

    def _names(self, *options: str) -> list[str]:
        output = self._repository.git.run("ls-files", "-z", *options, cwd=self._root)
        return [os.fsdecode(item) for item in output.split(b"\0") if item]

    def _index(self) -> dict[str, Indexed]:
        output = self._repository.git.run("ls-files", "-z", "--stage", "-t", "--debug", cwd=self._root)
        rows: dict[str, Indexed] = {}
        row: Indexed | None = None
        for item in output.split(b"\0"):
            state = STATE.match(item)  # of the row before: git writes it behind the NUL
            if row is not None:
                if state:
                    row = msgspec.structs.replace(row, mtime=int(state[1]) * 10**9 + int(state[2]), size=int(state[3]))
                rows[row.raw] = row
            row = _row(item[state.end() :] if state else item)
        return rows

    def _index_time(self) -> int:
        try:
            return (self._repository.git.git_dir / "index").stat().st_mtime_ns
        except OSError:  # no index yet: nothing is tracked
            return 0

    def _trusted(self, rows: list[Indexed]) -> dict[str, str]:
        """Blob ids by raw path where the blob has the size of the file: what is on disk was not filtered."""
        sizes = self._repository.objects.sizes(row.blob for row in rows)
        return {row.raw: row.blob for row in rows if sizes.get(row.blob) == row.size}

    def _tracked(
        self, row: Indexed, state: os.stat_result | None, blobs: dict[str, str], here: Container[str]
    ) -> Entry | None:
        path = self._files.shown(row.raw)
        if row.mode == SUBMODULE:
            return Entry(path, row.blob, -1, Content.SUBMODULE)
        if state is None:  # deleted, or left out of a sparse checkout or of a clone that lacks the blob
            return Entry(path, row.blob, -1, Content.ABSENT) if row.skipped or row.blob not in here else None
        return self._files.entry(row.raw, state, blob=blobs.get(row.raw, ""), tracked=True)


def _row(item: bytes) -> Indexed | None:
    """A row `TAG MODE ID STAGE<tab>PATH`."""
    head, tab, raw = item.partition(b"\t")
    words = head.split()
    if not tab or len(words) != 4:
        return None
    return Indexed(os.fsdecode(raw), words[1].decode(), words[2].decode(), skipped=words[0] == b"S")


def _unchanged(row: Indexed, state: os.stat_result | None, index_time: int) -> bool:
    """Whether size and time are those that git noted, and old enough that no later write can share the time."""
    if state is None or row.size != state.st_size or row.mtime >= index_time:
        return False
    if row.mtime % 10**9 == 0:  # some gits note whole seconds only
        return row.mtime // 10**9 == state.st_mtime_ns // 10**9 and state.st_mtime_ns < index_time
    return row.mtime == state.st_mtime_ns
