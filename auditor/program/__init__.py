"""The whole program over facts: names, values, calls, effects, commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from auditor.knowledge import Knowledge
from auditor.model.facts import Facts
from auditor.program.calls.before import Before
from auditor.program.calls.effects import Effects
from auditor.program.calls.file_effects import EFFECTS
from auditor.program.calls.stored import Packed
from auditor.program.configuration.readings import Readings
from auditor.program.kept.answers import Answers, Entries, Kept, Topic
from auditor.program.kept.pages import StoredPages
from auditor.program.kept.remembered import Remembered
from auditor.program.kept.shelves import Store
from auditor.program.kept.traces import Since, Tree, since
from auditor.program.naming.code import Code, Walks
from auditor.program.naming.names import Modules
from auditor.program.rows.kept import Rows
from auditor.program.running.commands import Commands
from auditor.program.running.known_runs import KnownRuns, against
from auditor.program.running.mentions import mentions
from auditor.program.running.tasks import EntryPoints
from auditor.program.running.texts import Texts
from auditor.program.symbolic.evaluate import Evaluator

T = TypeVar("T")


class Memory:
    """What is known of programs from one tree to the next: in one process, and in a store for the next one."""

    def __init__(self, store: Store | None = None, version: str = "", lasting: bool = True) -> None:
        """`version` tells the code that finds what is stored; `lasting` whether this process will ask of further trees."""
        self.store = store
        self.version = version
        self.walks = Walks()
        self.modules: Modules | None = None
        self.last: Since | None = None
        self.entries: Entries | None = {} if lasting else None
        self.runs: KnownRuns | None = KnownRuns() if lasting else None
        self.before = Before()
        self.made: dict[object, tuple[tuple[object, ...], Any]] = {}
        """What was made for the last tree, by what makes it, with what it was made of."""

    def forget(self, facts: Mapping[bytes, Facts]) -> None:
        """Forget all that is known of contents other than these."""
        self.walks.forget(facts.values())
        if self.entries is not None:
            self.entries = {key: known for key, known in self.entries.items() if key[2] in facts}


class Resolved:
    """The resolved program of a tree: what all later rooms ask."""

    def __init__(
        self,
        files: Mapping[str, Facts],
        tree: frozenset[str],
        knowledge: Knowledge,
        names: frozenset[str] = frozenset(),
        memory: Memory | None = None,
    ) -> None:
        self.tree = tree
        self.knowledge = knowledge
        memory = Memory(lasting=False) if memory is None else memory
        self.code = Code(files, knowledge, memory.walks, memory.modules)
        memory.modules = self.code.modules
        self.files = self.code.files
        self.evaluator = Evaluator(self.code)
        self._memory = memory
        self._digests = self.code.embedded.told_by(getattr(files, "digests", {}))
        self.remembered = Remembered(memory.store, memory.version)
        """What was found of plain values before: `resolved.remembered.ask(question, values, kind)`."""
        self._pages: StoredPages | None = None
        if memory.store is not None:
            pages = StoredPages(memory.store, memory.version, self._digests, self.code.modules)
            self._pages = self.code.pages = pages
        names |= _packages(files)
        entry_points = EntryPoints(files, self.code)
        if memory.runs is not None:
            memory.runs.begin(against(tree, names, self.code, entry_points, files, self._digests))
        self.commands = Commands(tree, self.code, entry_points, names, memory.runs)
        self.texts = Texts(files, self.commands, self.code)

    def close(self) -> None:
        """Let go of all that was found about this tree; what the memory keeps stays as it is."""
        made = vars(self)
        for part in (made[name] for name in ("_early", "_kept", "effects") if name in made):
            part.close()
        for part in (self.commands, self.evaluator.denoter, self.evaluator, self.code, self):
            vars(part).clear()

    @cached_property
    def effects(self) -> Effects:
        """What all calls do. Whatever starts programs is stated before (`evaluator.invocations`): it fills their options."""
        files = self._early.packed(EFFECTS, Packed(self.code))
        if self._pages is not None:
            self._pages.effects = files.told
        return Effects(self.code, self.evaluator, files, self._early, self._memory.before)

    def kept(self, topic: Topic[T]) -> Answers[T]:
        """What a topic says of single files, from former trees where it still holds: `resolved.kept(TOPIC).of(path)`."""
        return self._kept.of(topic)

    def made_of(self, make: Callable[..., T], *inputs: object) -> T:
        """What is made of some inputs, and of nothing else: the very thing that was made for the tree before where they are equal."""
        known = self._memory.made.get(make)
        if known is None or known[0] != inputs:
            known = self._memory.made[make] = inputs, make(*inputs)
        found: T = known[1]
        return found

    def early(self, topic: Topic[T], fits: Callable[[T], bool]) -> Answers[T]:
        """The same before calls are known, of whatever is asked while the starts of programs are stated; `fits` as in `Answers`."""
        return self._early.of(topic, fits)

    @cached_property
    def _early(self) -> Kept:
        memory = self._memory
        memory.last = since(self.code, self._digests, memory.last)
        tree = Tree(self.code, self.evaluator.invocations, memory.last)
        return Kept(tree, memory.entries, memory.store, memory.version)

    @cached_property
    def _kept(self) -> Kept:
        return Kept(self.effects.tree, self._memory.entries, self._memory.store, self._memory.version)

    def store(self) -> None:
        """Store what was found of single files, for the next process."""
        self._early.store()
        self._kept.store()
        self.remembered.store()
        if self._pages is not None:
            self._pages.store()

    @cached_property
    def mentioned(self) -> dict[str, frozenset[str]]:
        """By program that starts processes, the programs whose file name it writes out."""
        return mentions(self.effects)

    @cached_property
    def rows(self) -> Rows:
        """What runs over single programs saw."""
        return Rows(self.effects, self._kept)

    @cached_property
    def readings(self) -> Readings:
        """Which configuration keys are read where."""
        return Readings(self.effects, self._kept)


def _packages(files: Mapping[str, Facts]) -> frozenset[str]:
    """The name of the package at the root: a clone is usually called so too."""
    found = (facts.attr("package") for path, facts in files.items() if path in ("pyproject.toml", "setup.cfg"))
    return frozenset(form for name in found if name for form in (name, name.replace("_", "-"), name.replace("-", "_")))


def resolve(
    files: Mapping[str, Facts],
    tree: frozenset[str],
    knowledge: Knowledge,
    names: frozenset[str] = frozenset(),
    memory: Memory | None = None,
) -> Resolved:
    """Resolve all programs of a tree over their facts.

    `tree` holds every path, read or not; `names` are what a clone of the repository may be called. `memory` holds
    what is known of files from other trees; what is found is added to it.
    """
    return Resolved(files, tree, knowledge, names, memory)
