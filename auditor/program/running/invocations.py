"""How programs are started: the words after each program, by whatever command says so."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from auditor.model.facts import Word
from auditor.model.ir import Call, Expr, Star
from auditor.program.condensed import places_of
from auditor.program.naming.importing import Importing


class Invocation(NamedTuple):
    """One start of a program: the words that follow it, the folder it runs in (if it is one of the tree), and the step.

    `number` tells it from all other starts, and is the same wherever its program is started alike. `shown` is true where a
    document only shows the command to people.
    """

    number: int
    program: str
    words: tuple[Word, ...]
    folder: str | None
    by: str
    shown: bool = False


class Invocations:
    """All starts of the programs of a tree. What a module reads from the command line, the program around it was given."""

    def __init__(self, importing: Callable[[], Importing]) -> None:
        self._importing = importing
        self._started: list[str] = []
        self._around: Callable[[str], int] | None = None
        self._direct: dict[str, list[Invocation]] = defaultdict(list)
        self._known: dict[str, tuple[Invocation, ...]] = {}
        self.by_number: dict[int, Invocation] = {}

    def add(self, program: str, words: tuple[Word, ...], folder: str | None, by: str, *, shown: bool = False) -> None:
        """State a start; the same words by the same step count once."""
        others = self._direct[program]
        made = Invocation(_first_number(program) + len(others), program, words, folder, by, shown)
        if not any(made[1:] == other[1:] for other in others):
            others.append(made)
            self.by_number[made.number] = made
            self._known.clear()
            self._around = None

    def direct(self, program: str) -> tuple[Invocation, ...]:
        """The starts of a program itself."""
        return tuple(self._direct.get(program, ()))

    def of(self, path: str) -> tuple[Invocation, ...]:
        """The starts in which a module sees the command line: its own, else those of programs that import it.

        A command that a document shows counts only where nothing else starts the program.
        """
        found = self._known.get(path)
        if found is None:
            started = (path,) if self._direct.get(path) else self._importers(path)
            own = tuple(each for program in started for each in self._direct[program])
            run = tuple(each for each in own if not each.shown)
            found = self._known[path] = run or own
        return found

    def _importers(self, path: str) -> list[str]:
        """The programs that are started and import a module, in order."""
        if self._around is None:
            self._started = sorted(program for program, starts in self._direct.items() if starts)
            said = {program: 1 << number for number, program in enumerate(self._started)}
            self._around = self._importing().told(said)
        return [self._started[number] for number in places_of(self._around(path))]


def anonymous(starts: Iterable[Invocation]) -> tuple[Invocation, ...]:
    """Starts without the steps that make them, which mean nothing to a program."""
    return tuple(start._replace(by="") for start in starts)


def _first_number(program: str) -> int:
    """Where the starts of a program begin to be numbered: a command for one program leaves the numbers of others as they are."""
    return int.from_bytes(hashlib.blake2b(program.encode(), digest_size=5).digest()) << 16


def argument(call: Call, name: str | None, pos: int | None) -> Expr | None:
    """The expression given for a parameter, by keyword or position."""
    if name is not None:
        for keyword, value in call.keywords:
            if keyword == name:
                return value
    if pos is not None and pos < len(call.args) and type(call.args[pos]) is not Star:
        return call.args[pos]
    return None
