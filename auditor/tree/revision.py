"""A commit as a tree, read from git objects: nothing is checked out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from auditor.model.changes import History
from auditor.model.errors import UsageError
from auditor.model.listing import Content, Entry, Target
from auditor.model.regex import regex
from auditor.tree.exclusion import Tally
from auditor.tree.git import GitError, mendable
from auditor.tree.names import display
from auditor.tree.repository import Repository
from auditor.tree.trees import Row

STORED = regex(r" \(stored in [^)]*\)")  # git adds the place of a pack
MAX_LINK = 4096  # bytes of a symbolic link's target


class Revision:
    """The files of one commit."""

    def __init__(self, repository: Repository, target: Target) -> None:
        self._repository = repository
        self._objects = repository.objects
        self.target = target
        self.problems: list[tuple[str, str]] = []
        self.left_out = Tally()
        if repository.commit is None and repository.git.run("for-each-ref", "--count=1"):
            self.problems.append(("", "HEAD names a branch without commits; name a revision with --rev"))

    def entries(self) -> list[Entry]:
        """All files of the commit, in no order. Raises UsageError where the folder or the trees are not there."""
        commit, folder = self._repository.commit, self._repository.folder
        if commit is None:
            return []
        past = self._repository.past
        known = past.trees.files(self._objects, commit) if past is not None and not folder else None
        rows = known if known is not None else self._listed(commit, folder)
        blobs = [blob for mode, blob, _ in rows if mode != "160000"]
        sizes = past.sizes(blobs, self._objects.sizes) if past is not None else self._objects.sizes(blobs)
        targets = self._link_targets([blob for mode, blob, _ in rows if mode == "120000"], sizes)
        return [self._entry(*row, sizes=sizes, targets=targets) for row in rows]

    def _listed(self, commit: str, folder: str) -> list[Row]:
        """The files as git lists them. Raises UsageError where it cannot."""
        try:
            output = self._objects.run("ls-tree", "-r", "-z", "--full-tree", f"{commit}:{folder}" if folder else commit)
        except GitError as error:
            place = f"{folder} at {commit[:12]}" if folder else commit[:12]
            reason = STORED.sub("", str(error))
            raise UsageError(f"the files of {place} cannot be listed ({reason}); fetch that revision whole.") from error
        return [_row(item) for item in output.split(b"\0") if item]

    def read(self, entries: Sequence[Entry], limit: Callable[[str], int]) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of entries, in their order. Raises UsageError where git can read none of them any more."""
        del limit  # kept when they were listed: a blob does not grow
        ids, past = [entry.blob for entry in entries], self._repository.past
        asked = self._objects.contents
        contents = past.contents(ids, asked) if past is not None else asked(ids)
        with contextlib.closing(contents), mendable(self.target.path, " any more"):
            for entry, data in zip(entries, contents, strict=True):
                yield entry.path, data

    def history(self, limit: int) -> History:
        """The change sets that led here."""
        return self._repository.history(limit)

    def close(self) -> None:
        """Lets go of the object store."""
        self._repository.close()

    def _link_targets(self, blobs: list[str], sizes: dict[str, int]) -> dict[str, str]:
        short = [blob for blob in dict.fromkeys(blobs) if 0 <= sizes.get(blob, -1) <= MAX_LINK]
        return {blob: display(data or b"") for blob, data in zip(short, self._objects.contents(short), strict=True)}

    def _entry(self, mode: str, blob: str, raw: bytes, *, sizes: dict[str, int], targets: dict[str, str]) -> Entry:
        path, size = display(raw), sizes.get(blob, -1)
        if path.encode() != raw:
            self.problems.append((path, "its name is not UTF-8"))
        if mode == "160000":
            return Entry(path, blob, -1, Content.SUBMODULE)
        if mode == "120000":
            return Entry(path, blob, size, Content.LINK, target=targets.get(blob, ""))
        content = Content.ABSENT if size < 0 else Content.HERE
        return Entry(path, blob, size, content, executable=mode == "100755")


def _row(item: bytes) -> Row:
    """Mode, id and raw path of a line `MODE TYPE ID<tab>PATH`."""
    head, _, raw = item.partition(b"\t")
    mode, _, blob = head.split()
    return mode.decode(), blob.decode(), raw
