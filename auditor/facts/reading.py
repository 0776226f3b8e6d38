"""From a tree to the facts of all its files: the plan, the cache, the order."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from auditor.facts.cache import Cache
from auditor.facts.garbage import no_collection
from auditor.facts.pool import Task, read_all, unpack, unread
from auditor.facts.version import extractor_version
from auditor.model.facts import Facts
from auditor.model.listing import Content, Listing
from auditor.readers import MAX_POINTER, candidates

log = logging.getLogger(__name__)

Progress: TypeAlias = Callable[[str, int, int], None]  # what is being done, how many are done, of how many

FLUSH_BYTES = 16_000_000  # of packed facts held back before they are stored
LOOK_BYTES = 8_000_000  # of contents without a blob id held while the cache is asked for them
LOOK_FILES = 400


class FactsByPath(dict[str, Facts]):
    """Facts by path, in the order of the listing; `digests` tell the contents that they were read from."""

    def __init__(self, facts: Mapping[str, Facts], digests: Mapping[str, bytes]) -> None:
        super().__init__(facts)
        self.digests = digests


class Tree(Protocol):
    """What is needed of a tree: its listing, and contents by path (None where they cannot be had)."""

    @property
    def listing(self) -> Listing:
        """The files of the tree, in path order."""

    def read(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Yields each path with its bytes, in any order."""


def read_facts(
    tree: Tree,
    *,
    cache: Cache | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    memory: dict[bytes, Facts] | None = None,
) -> FactsByPath:
    """The facts of every file whose bytes are there and that a reader knows or that is a pointer, in the order of the listing.

    Equal contents are read once. `jobs` is the number of processes (None: one for each core). A reader's own failure
    is a trouble with the code `internal`; it is never stored. What `memory` has is taken from there, and all is added to it.
    """
    with no_collection():
        reading = _Reading(tree, cache, progress, memory)
        try:
            for done in read_all(reading.tasks(), jobs=jobs):
                reading.keep(done.key, done.facts, done.packed)
        finally:
            reading.flush()
        if memory is not None:
            memory.update(reading.sound())
        return reading.result()


def blob_id(data: bytes) -> str:
    """The id that git gives to this content."""
    digest = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


class _Reading:
    """One run over one tree: which content each path has, and what is known of each content."""

    def __init__(
        self, tree: Tree, cache: Cache | None, progress: Progress | None, memory: Mapping[bytes, Facts] | None
    ) -> None:
        self._tree = tree
        self._cache = cache
        self._progress = progress
        self._memory = memory or {}
        self._kinds: dict[str, bytes] = {}  # path -> which readers, in which version
        self._keys: dict[str, bytes] = {}  # path -> key of its content
        self._facts: dict[bytes, Facts] = {}
        self._lost: dict[bytes, Facts] = {}  # key of a content, or path, whose bytes were listed and could not be had
        self._asked: set[bytes] = set()  # contents without a blob id that are being read
        self._unsaved: dict[bytes, bytes] = {}
        self._unsaved_bytes = 0
        self._total = 0

    def tasks(self) -> Iterator[Task]:
        """What must be read: contents that neither the cache nor another path of this tree has."""
        unnamed = self._plan()
        self._look_up(self._keys.values())
        missing = {key: path for path, key in reversed(self._keys.items()) if key not in self._facts}
        wanted = sorted([*missing.values(), *unnamed])
        self._total = len(self._facts) + len(wanted)
        self._report()
        log.debug("%d contents known, %d to read", len(self._facts), len(wanted))
        held: list[Task] = []
        size = 0
        for path, data in self._tree.read(wanted):
            if data is None:
                self._total -= 1
                self._lost[self._keys.get(path, path.encode())] = unread(path)
            elif path in self._keys:
                yield Task(self._keys[path], path, data)
            else:
                held.append(Task(self._name(path, blob_id(data)), path, data))
                size += len(data)
            if len(held) >= LOOK_FILES or size >= LOOK_BYTES:
                yield from self._new_among(held)
                held, size = [], 0
        yield from self._new_among(held)

    def keep(self, key: bytes, facts: Facts, packed: bytes) -> None:
        """Notes the facts of one content; `packed` goes to the cache."""
        self._facts[key] = facts
        self._report()
        if self._cache is None or not packed:
            return
        self._unsaved[key] = packed
        self._unsaved_bytes += len(packed)
        if self._unsaved_bytes > FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Stores what has not been stored yet."""
        if self._cache is not None and self._unsaved:
            self._cache.put_many(self._unsaved)
        self._unsaved, self._unsaved_bytes = {}, 0

    def result(self) -> FactsByPath:
        """Facts by path, in the order of the listing; what failed, or could not be had, has no digest."""
        known, sound = self._lost | self._facts, self.sound()
        pairs = [(path, self._keys.get(path, path.encode())) for path in self._kinds]
        return FactsByPath(
            {path: known[key] for path, key in pairs if key in known and self._tells(path, known[key])},
            {path: key for path, key in pairs if key in sound and self._tells(path, sound[key])},
        )

    def _tells(self, path: str, facts: Facts) -> bool:
        """Whether something was learnt: of a short file that no reader knows, that it stands for content kept elsewhere."""
        return bool(self._kinds[path]) or facts.kind == "pointer"

    def _plan(self) -> list[str]:
        """Notes which readers each path has, and its key where its blob is known. Returns the paths where it is not."""
        unnamed = []
        for entry in self._tree.listing.entries:
            readers = candidates(entry.path)
            if entry.content is not Content.HERE or not (readers or 0 < entry.size <= MAX_POINTER):
                continue
            self._kinds[entry.path] = ",".join(f"{reader.name}@{reader.version}" for reader in readers).encode()
            if entry.blob:
                self._name(entry.path, entry.blob)
            else:
                unnamed.append(entry.path)
        return unnamed

    def _name(self, path: str, blob: str) -> bytes:
        text = b"\0".join((extractor_version().encode(), blob.encode(), self._kinds[path]))
        key = hashlib.blake2b(text, digest_size=16).digest()
        self._keys[path] = key
        return key

    def sound(self) -> dict[bytes, Facts]:
        """Facts by content, those that a failure of our own made left out."""
        failed = {key for key, facts in self._facts.items() if any(t.code == "internal" for t in facts.troubles)}
        return {key: facts for key, facts in self._facts.items() if key not in failed}

    def _look_up(self, keys: Iterable[bytes]) -> None:
        wanted = list(keys)
        self._facts.update({key: self._memory[key] for key in wanted if key in self._memory})
        if self._cache is None:
            return
        for key, packed in self._cache.get_many(key for key in wanted if key not in self._memory):
            try:
                self._facts[key] = unpack(packed)
            except ValueError as error:  # read it again, and store it anew
                log.debug("an entry of the cache is damaged: %s", error)

    def _new_among(self, held: list[Task]) -> Iterator[Task]:
        fresh = {task.key: task for task in held if task.key not in self._facts and task.key not in self._asked}
        self._look_up(fresh)
        tasks = {key: task for key, task in fresh.items() if key not in self._facts}
        self._asked.update(tasks)
        self._total -= len(held) - len(fresh)
        yield from tasks.values()

    def _report(self) -> None:
        if self._progress is not None:
            self._progress("reading files", len(self._facts), self._total)
