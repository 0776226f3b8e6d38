"""A folder without git as a tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from auditor.model.changes import History
from auditor.model.listing import Entry, Target
from auditor.tree.exclusion import ENVIRONMENT_NAMES, Exclusion, Tally
from auditor.tree.files import Files
from auditor.tree.ignore import IgnoreRules, rule_lines

MAX_DEPTH = 100  # folders within folders
MAX_FILES = 1_000_000
MAX_COUNTED = 20_000  # files counted in a folder that is left out
MAX_RULES = 1_000_000  # bytes of a .gitignore
REPOSITORIES = frozenset((".git", ".hg", ".svn", ".bzr"))


class Folder:
    """The files below a folder, those that a .gitignore names left out. There is no history."""

    def __init__(self, root: Path, target: Target) -> None:
        self.target = target
        self.left_out = Tally()
        self._files = Files(root)
        self.problems = self._files.problems
        self._ignored = IgnoreRules()
        self._exclusion = Exclusion(frozenset())

    def entries(self) -> list[Entry]:
        """All files and links, in no order."""
        found: list[Entry] = []
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            for item in self._list(folder):
                raw = f"{folder}/{item.name}" if folder else item.name
                if item.is_dir(follow_symlinks=False):
                    if self._enters(raw, item):
                        waiting.append(raw)
                elif self._ignored.ignores(raw, is_folder=False):
                    self.left_out.add("ignored", self._files.shown(raw))
                elif (state := self._files.look(raw)) and (entry := self._files.entry(raw, state)):
                    found.append(entry)
            if len(found) > MAX_FILES:
                self.problems.append(("", f"more than {MAX_FILES:,} files; the others are not listed"))
                break
        return found

    def read(self, entries: Sequence[Entry], limit: Callable[[str], int]) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of entries, in their order."""
        for entry in entries:
            yield entry.path, self._files.read(entry.path, limit(entry.path))

    def history(self, limit: int) -> History:
        """None: no git is here."""
        del limit
        return History("none")

    def close(self) -> None:
        """Nothing is held."""

    def _list(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._files.absolute(folder)) as items:
                listed = sorted(items, key=lambda item: item.name)
        except OSError as error:
            self._files.problem(folder, f"the folder cannot be listed: {error.strerror}")
            return []
        if any(item.name == ".gitignore" and item.is_file(follow_symlinks=False) for item in listed):
            path = f"{folder}/.gitignore" if folder else ".gitignore"
            self._ignored.add(folder, rule_lines(self._files.read(self._files.shown(path), MAX_RULES) or b""))
        return listed

    def _enters(self, raw: str, item: os.DirEntry[str]) -> bool:
        """Whether to go into a folder; what is passed by is counted."""
        if item.name in REPOSITORIES:
            return False
        if self._ignored.ignores(raw, is_folder=True):
            self.left_out.add("ignored", self._files.shown(raw) + "/")
            return False
        reason = self._exclusion.folder_reason(raw) or ("environment" if self._is_environment(raw, item.name) else None)
        if reason is not None:
            self.left_out.add(reason, self._files.shown(raw) + "/", self._count(raw))
            return False
        if raw.count("/") >= MAX_DEPTH:
            self._files.problem(raw, f"more than {MAX_DEPTH} folders deep; what lies below is not listed")
            return False
        return True

    def _is_environment(self, raw: str, name: str) -> bool:
        marks = ("bin/activate", "Scripts/activate") if name in ENVIRONMENT_NAMES else ()
        here = self._files.absolute(raw)
        return any(os.path.lexists(f"{here}/{mark}") for mark in ("pyvenv.cfg", "conda-meta/history", *marks))

    def _count(self, raw: str) -> int:
        """Files below a folder, up to MAX_COUNTED."""
        count = 0
        for _, _, names in os.walk(self._files.absolute(raw)):
            count += len(names)
            if count >= MAX_COUNTED:
                return MAX_COUNTED
        return count
