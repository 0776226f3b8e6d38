"""Answers about single files: each found by an evaluator of its own, and kept while all that it was found by stays the same.

As an evaluator of its own sees nothing but its file and what that leads to, an answer does not hang on what was asked before;
and as its view of the tree notes whatever is looked at, it is known when it would be found again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from auditor.model.ir import Program
from auditor.program.kept.shelves import Packing, Shelf, Store
from auditor.program.kept.traces import Site, Trace, Tree
from auditor.program.kept.watched import PartlyWatched, Starts, Watched
from auditor.program.symbolic.evaluate import Evaluator

T = TypeVar("T")

FORGOTTEN = Trace(whole=False)
"""What an answer was found by where nobody will ask again; with it none holds."""

MOST = 2
"""Answers that are kept about one content of a file, the newest first: a branch may come back."""


class View:
    """One file with an evaluator of its own."""

    def __init__(
        self, topic: str, path: str, tree: Tree, plain: bool = False, partly: bool = False, lines: bool = False
    ) -> None:
        """`plain`: what is found is plain data, and is to be known by plain data too; `partly` and `lines`: see `PartlyWatched`."""
        self.plain = plain
        self.partly = partly
        self.path = path
        self.tree = tree
        self.code = PartlyWatched(tree, lines=lines) if partly else Watched(tree)
        self.code.note(path)
        self.evaluator = Evaluator(self.code, first_pick=_first_pick(f"{topic} {path}"))
        self.evaluator.invocations = Starts(self.code, tree)

    def called(self, site: Site) -> bool:
        """Whether anything calls a scope."""
        found = self.code.trace.called[site] = self.tree.is_called(site)
        return found

    def calling(self, site: Site) -> tuple[str, ...]:
        """The files that call a scope."""
        found = self.code.trace.calling[site] = self.tree.calling(site)
        return found

    def asked(self, site: Site) -> frozenset[str]:
        """The names of the methods that are called by all that a scope reaches."""
        found = self.code.trace.asked[site] = self.tree.asked(site)
        return found

    def close(self) -> None:
        """Let go of all that was found: its parts hold each other, and an audit collects no cycles while it runs."""
        for part in (self.evaluator.denoter, self.evaluator, self.code):
            vars(part).clear()


class Entry(msgspec.Struct, frozen=True):
    """An answer about one content of a file, and what it was found by; the records in it are those of that program."""

    program: Program
    trace: Trace
    answer: Any

    def holds(self, program: Program, tree: Tree) -> bool:
        """Whether the same answer would be found in a tree."""
        return self.program is program and self.trace.holds(tree)


Entries: TypeAlias = dict[tuple[str, str, bytes], list[Entry]]
"""Entries by topic, and by path and content of the file."""


class Topic(msgspec.Struct, Generic[T], frozen=True, eq=False):
    """A question about one file, answered by nothing but what its view shows.

    `kind` is the type of answers that are plain data (numbers, texts, tuples, frozen structs; no records of programs): they
    are stored for later processes, and hang on no record of a program. Answers of a topic without it last as long as this one.
    """

    name: str
    find: Callable[[View], T]
    kind: type[T] | None = None
    by_record: bool = False
    """Whether other answers are known by the very records of this one: one that is found again as it was is the former one."""
    partly: bool = False
    """Whether answers are known by what of other files was looked at; see `PartlyWatched` for which may be."""
    lines: bool = False
    """Whether such answers are known by the lines in which that stands too."""
    again: Callable[[T, T], T] | None = None
    """What is found about a program, with those records of a former answer about it that are found again: others are known
    by them."""


class Answers(Generic[T]):
    """Answers of one topic about the files of one tree; what `memory` has is taken from there, and what is found is added."""

    def __init__(
        self,
        topic: Topic[T],
        tree: Tree,
        memory: Entries | None = None,
        shelf: Shelf[T] | None = None,
        fits: Callable[[T], bool] | None = None,
    ) -> None:
        """`fits` says whether a kept answer serves now, for what its trace does not tell."""
        self._fits = fits
        self._shelf = shelf
        self._new: list[str] = []
        self._topic = topic
        self.tree = tree
        self.memory = memory
        self._entries: dict[str, Entry] = {}

    def of(self, path: str) -> T:
        """The answer about a program."""
        answer: T = self._entry(path).answer
        return answer

    def seen_from(self, view: View, path: str) -> T:
        """The same for the answer about another file, which then hangs on all that this one was found by.

        Effects are noted as the very records that they are, by which alone an answer that is no plain data is known: whatever
        they were found by, they are found again first. So it is in a store with what tells them, which lasts no longer than
        the process that stored it knows: one that asks of further trees goes by what they were found by.
        """
        entry, trace = self._entry(path), view.code.trace
        told = self.told(path) if self.memory is None and self._topic.by_record else b""
        if told:
            view.code.note(path)
            trace.told[path] = told
        elif view.plain or not self._topic.by_record:
            trace.take(entry.trace)
        if self._topic.by_record:
            trace.used[path] = entry.answer
        answer: T = entry.answer
        return answer

    def former(self, path: str) -> T | None:
        """The last answer about what a program is now, found in whatever tree; None where there is none."""
        known = self._known(path, self.tree.file(path))
        program = self.tree.code.programs[path]
        return next((entry.answer for entry in known if entry.program is program), None)

    def _entry(self, path: str) -> Entry:
        found = self._entries.get(path)
        if found is None:
            program, digest = self.tree.code.programs[path], self.tree.file(path)
            known = self._known(path, digest)
            found = next((entry for entry in known if self._serves(entry, program)), None)
            if found is None:
                found = self._stored(path, program) or self._again(known, self._found(path, program))
            else:
                known.remove(found)
            known.insert(0, found)
            del known[MOST:]
            self._entries[path] = found
        return found

    def _known(self, path: str, digest: bytes | None) -> list[Entry]:
        return (
            self.memory.setdefault((self._topic.name, path, digest), []) if digest and self.memory is not None else []
        )

    def _serves(self, entry: Entry, program: Program) -> bool:
        fits = self._fits is None or self._fits(entry.answer)
        return fits and entry.holds(program, self.tree)

    def _stored(self, path: str, program: Program) -> Entry | None:
        if self._shelf is None:
            return None
        self._shelf.load(self.tree.code.paths)
        trace = self._shelf.trace(path)
        answer = self._shelf.get(path) if trace is not None and trace.holds(self.tree) else None
        if trace is None or answer is None or not (self._fits is None or self._fits(answer[0])):
            return None
        return Entry(program, trace, answer[0])

    def _again(self, known: list[Entry], found: Entry) -> Entry:
        """What was found, with the records that a former answer gave where nothing else was said of the same program."""
        again = self._topic.again or (_former if self._topic.by_record else None)
        if again is None:
            return found
        for entry in known:
            if entry.program is found.program:
                answer = again(found.answer, entry.answer)
                found = msgspec.structs.replace(found, answer=answer)
        return found

    def _found(self, path: str, program: Program) -> Entry:
        topic, lasts = self._topic, self.memory is not None
        plain, partly = topic.kind is not None, topic.partly and lasts
        view = View(topic.name, path, self.tree, plain, partly, topic.lines)
        self._new.append(path)
        trace, answer = view.code.trace, self._topic.find(view)
        view.close()
        if self._topic.kind is not None and not trace.names:
            trace.used = {}  # what they were found by tells the same effects; names are told by their identity
        return Entry(program, FORGOTTEN if self.memory is None and self._shelf is None else trace, answer)

    def told(self, path: str) -> bytes:
        """What tells the answer about a file from all others about its content; b"" where it is not stored."""
        return self._shelf.told.get(path, b"") if self._shelf is not None and path in self._entries else b""

    def store(self) -> None:
        """Store what was found."""
        if self._shelf is not None:
            found = ((path, self._entries[path]) for path in self._new)
            self._shelf.put({path: (entry.trace, entry.answer) for path, entry in found})
        self._new = []


class Kept:
    """The answers about the files of one tree, by topic."""

    def __init__(self, tree: Tree, memory: Entries | None, store: Store | None, version: str) -> None:
        """`version` tells the code that finds what is stored."""
        self.tree = tree
        self._memory = memory
        self._store = store
        self._version = version
        self._topics: dict[str, Answers[Any]] = {}

    def of(self, topic: Topic[T], fits: Callable[[T], bool] | None = None) -> Answers[T]:
        """The answers of a topic; `fits` as in `Answers`."""
        found = self._topics.get(topic.name)
        if found is None:
            found = self._topics[topic.name] = Answers(topic, self.tree, self._memory, self._shelf(topic), fits)
        return found

    def packed(
        self, topic: Topic[T], packing: Packing[T], tree: Tree | None = None, fits: Callable[[T], bool] | None = None
    ) -> Answers[T]:
        """The answers of a topic that are no plain data, and are stored as what they are packed as: about this tree, or about the
        same of which more is known."""
        tree = tree or self.tree
        shelf = None
        if self._store is not None:
            shelf = Shelf(self._store, f"{self._version} {topic.name}", tree, packing.kind, packing)
        found = self._topics[topic.name] = Answers(topic, tree, self._memory, shelf, fits)
        return found

    def _shelf(self, topic: Topic[T]) -> Shelf[T] | None:
        if self._store is None or topic.kind is None:
            return None
        return Shelf(self._store, f"{self._version} {topic.name}", self.tree, topic.kind)

    def store(self) -> None:
        """Store what was found."""
        for answers in self._topics.values():
            answers.store()

    def close(self) -> None:
        """Let go of the answers: what finds them may hold them in turn."""
        for answers in self._topics.values():
            vars(answers).clear()
        vars(self).clear()


def _former(found: T, former: T) -> T:
    return former if found == former else found


def _first_pick(asked: str) -> int:
    """Where an evaluator begins to number its choices: those of two evaluators are never taken for one."""
    return int.from_bytes(hashlib.blake2b(asked.encode(), digest_size=5).digest()) << 20
