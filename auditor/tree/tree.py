"""The tree: one way to list and read a target, wherever its files lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

import msgspec

from auditor.model.changes import History
from auditor.model.listing import Content, Entry, Listing, Target
from auditor.model.settings import Settings
from auditor.tree.exclusion import SAID, Exclusion, Tally, environments
from auditor.tree.ignore import configured, rule_lines, unusable
from auditor.tree.settings import PLACES, read_settings

NOTEBOOK_FACTOR = 5  # stored outputs swell notebooks, and their code is worth the bytes
WAIVERS, SIGNOFFS = f"{SAID}waivers.toml", f"{SAID}signoff.toml"
MAX_SMALL = 1_000_000  # bytes of a settings file or a .gitignore


class Store(Protocol):
    """Where the files of a target lie."""

    target: Target
    problems: list[tuple[str, str]]
    left_out: Tally

    def entries(self) -> list[Entry]:
        """All files, in any order."""

    def read(self, entries: Sequence[Entry], limit: Callable[[str], int]) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of entries that are here, None where they cannot be had or exceed the limit."""

    def history(self, limit: int) -> History:
        """The change sets that led to these files."""

    def close(self) -> None:
        """Lets go of what is held."""


class Tree:
    """A target that is open: its listing, settings, waivers and sign-offs, its contents, its history. Close it, or use it with `with`."""

    def __init__(self, store: Store, *, max_bytes: int, outer_rules: tuple[str, ...] = ()) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._history: dict[int, History] = {}
        entries = [self._sized(entry) for entry in sorted(store.entries()) if self._is_inside(entry.path)]
        self._entries = {entry.path: entry for entry in entries}
        self.settings, troubles = self._read_settings()
        people = self._small((WAIVERS, SIGNOFFS))
        self.waivers, self.signoffs = people.get(WAIVERS), people.get(SIGNOFFS)
        kept = self._kept()
        said = {path: entry for path, entry in self._entries.items() if path.startswith(SAID)}  # read, but not listed
        self._entries = said | {entry.path: entry for entry in kept}
        self.listing = Listing(
            target=store.target,
            entries=tuple(kept),
            excluded=store.left_out.rows(),
            unread=store.left_out.unread(),
            problems=tuple(sorted(dict.fromkeys((*store.problems, *troubles)))),
            ignore_rules=self._ignore_rules(outer_rules),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Yields each path with its bytes, lazily and in any order; None where they are absent, too large or no file's.

        An entry with a blob id has exactly that blob's bytes (unless it is changed on disk meanwhile). Where the id is
        "" it is the hash of the bytes that were read.
        """
        wanted: list[Entry] = []
        for path in paths:
            entry = self._entries.get(path)
            if entry is None or entry.content is not Content.HERE:
                yield path, None
            else:
                wanted.append(entry)
        if wanted:
            yield from self._store.read(wanted, self._limit)

    def history(self, limit_commits: int = 5000) -> History:
        """The newest non-merge commits that led to this tree, newest first. Read when first asked for."""
        if limit_commits not in self._history:
            self._history[limit_commits] = self._store.history(limit_commits)
        return self._history[limit_commits]

    def close(self) -> None:
        """Lets go of files and temporary folders."""
        self._store.close()

    def _is_inside(self, path: str) -> bool:
        """Whether a path stays within the tree: a forged tree object or index can hold one that does not."""
        if not path.startswith("/") and (".." not in path or ".." not in path.split("/")):
            return True
        self._store.problems.append((path, "this path lies outside of the tree; it is not read"))
        return False

    def _limit(self, path: str) -> int:
        return self._max_bytes * NOTEBOOK_FACTOR if path.endswith(".ipynb") else self._max_bytes

    def _sized(self, entry: Entry) -> Entry:
        if entry.content is Content.HERE and entry.size > self._limit(entry.path):
            return msgspec.structs.replace(entry, content=Content.TOO_LARGE)
        return entry

    def _small(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        here = (path for path in paths if path in self._entries)
        return dict(self.read(path for path in here if self._entries[path].size <= MAX_SMALL))

    def _read_settings(self) -> tuple[Settings, list[tuple[str, str]]]:
        settings, problems = read_settings(self._small(path for path, _ in PLACES))
        for glob in unusable(settings.exclude):
            problems.append(
                (settings.source, f"`exclude` holds {glob[:80]!r}, which is no pattern or too costly a one")
            )
        return settings, problems

    def _kept(self) -> list[Entry]:
        exclusion = Exclusion(environments(self._entries))
        unwanted = configured(self.settings.exclude)
        kept = []
        for path, entry in self._entries.items():
            reason = exclusion.reason(path) or ("configured" if unwanted(path) else None)
            if reason is None:
                kept.append(entry)
            else:
                self._store.left_out.add(reason, path, root=exclusion.root(path))
        return kept

    def _ignore_rules(self, outer: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        files = self._small(path for path in self._entries if path.rpartition("/")[2] == ".gitignore")
        rules = {path.rpartition("/")[0]: rule_lines(data or b"") for path, data in files.items()}
        if outer:
            rules[""] = (*outer, *rules.get("", ()))
        return tuple((folder, lines) for folder, lines in sorted(rules.items()) if lines)
