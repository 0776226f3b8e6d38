"""What one process remembers of repositories from one of their commits to the next: the log, trees, sizes, contents of small files.

The log is read once, and then what came to it. What leads to another commit is walked as git walks it: the newest first, those
of one second in the order in which they were met.
"""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

from auditor.tree.git import Git, GitError, Objects
from auditor.tree.history import FORMAT, LOG, Log, Logged
from auditor.tree.trees import Trees

MOST_COMMITS = 10_000  # of a repository of which more are asked, git is asked anew each time
MOST_BYTES = 8_000_000  # of contents, the latest that were read
MOST_BYTES_OF_ONE = 250_000


class Past:
    """What is remembered of one repository."""

    def __init__(self) -> None:
        self._known: dict[str, Logged] = {}
        self._log = Log()
        self._tip = ""
        """All that leads to this commit is known."""
        self._usable = True
        self._led: dict[str, tuple[Logged, ...]] = {}
        self._sizes: dict[str, int] = {}
        self._contents: dict[str, bytes] = {}
        self._held = 0
        self._objects: Objects | None = None
        self.trees = Trees()
        """The trees of the last commit."""

    def objects(self, git: Git) -> Objects:
        """The object store of the repository, which stays open."""
        if self._objects is None:
            self._objects = Objects(git, lasting=True)
        return self._objects

    def close(self) -> None:
        """Lets go of the object store."""
        if self._objects is not None:
            self._objects.close()
            self._objects = None

    def has_met(self, commit: str) -> bool:
        """Whether this is the whole id of a commit that was read."""
        return commit in self._known

    def led_to(self, objects: Objects, commit: str) -> tuple[Logged, ...] | None:
        """All commits that lead to one, itself among them, as `git log` lists them; None where not all are here, or too many."""
        if self._usable and commit not in self._known:
            self._read(objects, commit)
        if not self._usable:
            return None
        if commit not in self._led:
            self._led = {commit: tuple(self._walked(commit))}
        return self._led[commit]

    def _read(self, objects: Objects, commit: str) -> None:
        new = (commit, f"^{self._tip}") if self._tip else (commit,)
        most = f"--max-count={MOST_COMMITS + 1}"
        try:
            output = objects.run(*LOG, most, f"--format={FORMAT}", "--no-relative", *new, "--")
        except GitError:  # an object that the walk needs is not here
            self._usable = False
            return
        self._known.update((each.commit.id, each) for each in self._log.read(output))
        self._tip = commit
        if len(self._known) > MOST_COMMITS:
            self._usable, self._known = False, {}

    def _walked(self, commit: str) -> Iterator[Logged]:
        known, seen = self._known, {commit}
        todo = [(-known[commit].commit.time, 0, commit)]
        while todo:
            each = known[heapq.heappop(todo)[2]]
            yield each
            for parent in each.parents:
                if parent not in seen:
                    seen.add(parent)
                    heapq.heappush(todo, (-known[parent].commit.time, len(seen), parent))

    def sizes(self, ids: Iterable[str], ask: Callable[[Iterable[str]], dict[str, int]]) -> dict[str, int]:
        """Sizes of objects that are here, `ask` for those that are not known."""
        wanted = dict.fromkeys(ids)
        self._sizes.update(ask([name for name in wanted if name not in self._sizes]))
        return {name: self._sizes[name] for name in wanted if name in self._sizes}

    def contents(
        self, ids: Sequence[str], ask: Callable[[Sequence[str]], Generator[bytes | None, None, None]]
    ) -> Generator[bytes | None, None, None]:
        """The bytes of each object in this order, `ask` for those that are not known."""
        known = {name: self._contents[name] for name in ids if name in self._contents}
        with contextlib.closing(ask([name for name in ids if name not in known])) as asked:
            for name in ids:
                data = known[name] if name in known else next(asked)
                self._keep(name, data)
                yield data

    def _keep(self, name: str, data: bytes | None) -> None:
        if data is None or len(data) > MOST_BYTES_OF_ONE:
            return
        self._held += len(data) - len(self._contents.pop(name, b""))
        self._contents[name] = data
        while self._held > MOST_BYTES:
            self._held -= len(self._contents.pop(next(iter(self._contents))))


class Pasts:
    """What is remembered of each repository."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], Past] = {}

    def of(self, git: Git) -> Past:
        """What is remembered of one, as long as its history is cut off where it was."""
        cut = (git.common_dir() / "shallow").read_bytes() if git.is_shallow() else b""
        return self._known.setdefault((str(git.git_dir.resolve()), cut), Past())

    def close(self) -> None:
        """Lets go of what is open; what is remembered stays."""
        for past in self._known.values():
            past.close()
