"""Answers about single files: each found by an evaluator of its own, and kept while all that it was found by stays the same.

As an evaluator of its own sees nothing but its file and what that leads to, an answer does not hang on which files were
asked about before; and as its view of the tree notes whatever is looked at, it is known when it would be found again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple, TypeAlias, TypeVar, cast

from auditor.model.ir import Program
from auditor.program.kept.traces import Trace, Tree
from auditor.program.kept.watched import Starts, Watched
from auditor.program.symbolic.evaluate import Evaluator

T = TypeVar("T")

MOST = 2
"""Answers that are kept about one content of a file, the newest first: a branch may come back."""


class View:
    """One file with an evaluator of its own."""

    def __init__(self, path: str, tree: Tree) -> None:
        self.path = path
        self.code = Watched(tree)
        self.code.note(path)
        self.evaluator = Evaluator(self.code, first_pick=_first_pick(path))
        self.evaluator.invocations = Starts(self.code, tree)


class Entry(NamedTuple):
    """Answers about one content of a file, by topic, and what they were found by; the records in them are that program's."""

    program: Program
    traces: list[Trace]
    answers: dict[str, object]

    def holds(self, program: Program, tree: Tree) -> bool:
        """Whether the same answers would be found in a tree."""
        return self.program is program and all(trace.holds(tree) for trace in self.traces)


Entries: TypeAlias = dict[tuple[str, bytes], list[Entry]]
"""Entries by path and content of the file."""


class Answers:
    """Answers about the files of one tree; those in `memory` are taken from there, and what is found is added to it."""

    def __init__(self, tree: Tree, memory: Entries | None = None) -> None:
        self._tree = tree
        self._memory: Entries = {} if memory is None else memory
        self._entries: dict[str, Entry] = {}
        self._views: dict[str, View] = {}

    def of(self, path: str, topic: str, find: Callable[[View], T]) -> T:
        """The answer of a topic about a program; `find` finds it where it is not known."""
        entry = self._entries.get(path) or self._entry(path)
        if topic not in entry.answers:
            view = self._views.get(path)
            if view is None:
                view = self._views[path] = View(path, self._tree)
                entry.traces.append(view.code.trace)
            entry.answers[topic] = find(view)
        return cast("T", entry.answers[topic])

    def _entry(self, path: str) -> Entry:
        """What is known of a file already, else a new entry, which the memory keeps."""
        program, digest = self._tree.code.programs[path], self._tree.file(path)
        known = self._memory.setdefault((path, digest), []) if digest is not None else []
        found = next((entry for entry in known if entry.holds(program, self._tree)), None)
        if found is None:
            found = Entry(program, [], {})
        else:
            known.remove(found)
        known.insert(0, found)
        del known[MOST:]
        self._entries[path] = found
        return found


def _first_pick(path: str) -> int:
    """Where an evaluator begins to number its choices: those of two files are never taken for one."""
    return int.from_bytes(hashlib.blake2b(path.encode(), digest_size=5).digest()) << 20
