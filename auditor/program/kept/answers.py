"""Answers about single files: each found by an evaluator of its own, and kept while all that it was found by stays the same.

As an evaluator of its own sees nothing but its file and what that leads to, an answer does not hang on what was asked before;
and as its view of the tree notes whatever is looked at, it is known when it would be found again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Generic, Protocol, TypeAlias, TypeVar, cast

import msgspec

from auditor.model.ir import Program
from auditor.program.kept.traces import Trace, Tree
from auditor.program.kept.watched import Starts, Watched
from auditor.program.symbolic.evaluate import Evaluator

T = TypeVar("T")

FORGOTTEN = Trace(whole=False)
"""What an answer was found by where nobody will ask again; with it none holds."""

MOST = 2
"""Answers that are kept about one content of a file, the newest first: a branch may come back."""


class View:
    """One file with an evaluator of its own."""

    def __init__(self, topic: str, path: str, tree: Tree) -> None:
        self.path = path
        self.tree = tree
        self.code = Watched(tree)
        self.code.note(path)
        self.evaluator = Evaluator(self.code, first_pick=_first_pick(f"{topic} {path}"))
        self.evaluator.invocations = Starts(self.code, tree)

    def close(self) -> None:
        """Let go of all that was found: its parts hold each other, and an audit collects no cycles while it runs."""
        for part in (self.evaluator.denoter, self.evaluator, self.code):
            vars(part).clear()


class Entry(msgspec.Struct, frozen=True):
    """An answer about one content of a file, and what it was found by; the records in it are those of that program."""

    program: Program
    trace: Trace
    answer: object

    def holds(self, program: Program, tree: Tree) -> bool:
        """Whether the same answer would be found in a tree."""
        return self.program is program and self.trace.holds(tree)


Entries: TypeAlias = dict[tuple[str, str, bytes], list[Entry]]
"""Entries by topic, and by path and content of the file."""


class Shelf(Protocol[T]):
    """Where answers of one topic about the files of one tree are stored."""

    def trace(self, path: str) -> Trace | None:
        """What the stored answer about a file was found by; None where none is stored."""

    def get(self, path: str) -> T | None:
        """The stored answer, after its trace was asked for; None where it is damaged."""

    def put(self, path: str, trace: Trace, answer: T) -> None:
        """Keep an answer to be stored, if it can be."""

    def flush(self) -> None:
        """Store what was put."""


class Answers(Generic[T]):
    """Answers of one topic about the files of one tree; what `memory` has is taken from there, and what is found is added."""

    def __init__(
        self,
        topic: str,
        find: Callable[[View], T],
        tree: Tree,
        memory: Entries | None = None,
        shelf: Shelf[T] | None = None,
        fits: Callable[[T], bool] | None = None,
    ) -> None:
        """`fits` says whether a kept answer serves now, for what its trace does not tell.

        Without a memory no later tree will ask: what an answer was found by is forgotten as soon as it is stored.
        """
        self._fits = fits
        self._shelf = shelf
        self._new: list[str] = []
        self._topic = topic
        self._find = find
        self.tree = tree
        self.memory = memory
        self._entries: dict[str, Entry] = {}

    def of(self, path: str) -> T:
        """The answer about a program."""
        return cast("T", self._entry(path).answer)

    def seen_from(self, view: View, path: str) -> T:
        """The same for the answer about another file, which then hangs on all that this one was found by."""
        entry = self._entry(path)
        view.code.trace.take(entry.trace)
        view.code.trace.used[path] = entry.answer
        return cast("T", entry.answer)

    def _entry(self, path: str) -> Entry:
        found = self._entries.get(path)
        if found is None:
            program, digest = self.tree.code.programs[path], self.tree.file(path)
            known = self._known(path, digest)
            found = next((entry for entry in known if self._serves(entry, program)), None)
            if found is None:
                found = self._stored(path, program) or self._found(path, program)
            else:
                known.remove(found)
            known.insert(0, found)
            del known[MOST:]
            self._entries[path] = found
        return found

    def _known(self, path: str, digest: bytes | None) -> list[Entry]:
        return self.memory.setdefault((self._topic, path, digest), []) if digest and self.memory is not None else []

    def _serves(self, entry: Entry, program: Program) -> bool:
        fits = self._fits is None or self._fits(cast("T", entry.answer))
        return fits and entry.holds(program, self.tree)

    def _stored(self, path: str, program: Program) -> Entry | None:
        trace = self._shelf.trace(path) if self._shelf is not None else None
        if self._shelf is None or trace is None or not trace.holds(self.tree):
            return None
        answer = self._shelf.get(path)
        return Entry(program, trace, answer) if answer is not None else None

    def _found(self, path: str, program: Program) -> Entry:
        view = View(self._topic, path, self.tree)
        self._new.append(path)
        trace, answer = view.code.trace, self._find(view)
        view.close()
        return Entry(program, FORGOTTEN if self.memory is None and self._shelf is None else trace, answer)

    def store(self) -> None:
        """Store what was found."""
        if self._shelf is not None:
            for path in self._new:
                self._shelf.put(path, self._entries[path].trace, cast("T", self._entries[path].answer))
            self._shelf.flush()
        self._new = []
        if self.memory is None:
            self._entries = {
                path: msgspec.structs.replace(entry, trace=FORGOTTEN) for path, entry in self._entries.items()
            }


def _first_pick(asked: str) -> int:
    """Where an evaluator begins to number its choices: those of two evaluators are never taken for one."""
    return int.from_bytes(hashlib.blake2b(asked.encode(), digest_size=5).digest()) << 20
