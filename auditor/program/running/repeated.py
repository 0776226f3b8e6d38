"""What commands run that differ in their lines alone: many workflows begin alike, and are resolved once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from auditor.model.facts import Command
from auditor.program.running.grounds import Ground
from auditor.program.running.looking import Looking
from auditor.program.running.runs import Run

_Key: TypeAlias = tuple[object, ...]


class _Found(msgspec.Struct, frozen=True):
    """What a command runs, and the names by which that was looked for."""

    runs: tuple[Run, ...]
    names: set[str]


class Repeated:
    """The runs of single commands of one tree."""

    def __init__(self, looking: Looking) -> None:
        """`looking` notes what commands look for, and is told anew of what one looked for before."""
        self._looking = looking
        self._known: dict[_Key, _Found] = {}
        self._changing = False

    def changes(self) -> None:
        """Say of the command that is being asked for that another answer may come later, as more is known of images."""
        self._changing = True

    def runs(
        self, command: Command, ground: Ground, find: Callable[[Command, Ground], tuple[Run, ...]]
    ) -> tuple[Run, ...]:
        """What a command runs where it starts, as `find` tells it the first time."""
        said = (command.words, command.cwd, command.assignments, command.environment, command.body, command.guard)
        known = self._known.get((said, ground))
        if known is not None:
            self._looking.again(known.names)
            return tuple(msgspec.structs.replace(run, line=command.line) for run in known.runs)
        self._changing = False
        with self._looking.noted() as names:
            found = find(command, ground)
        self._looking.again(names)
        if not self._changing:
            self._known[said, ground] = _Found(found, names)
        return found
