"""The whole program over facts: names, values, calls, effects, commands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from auditor.knowledge import Knowledge
from auditor.model.facts import Facts
from auditor.program.code import Code
from auditor.program.commands import Commands
from auditor.program.effects import Effects
from auditor.program.evaluate import Evaluator
from auditor.program.readings import Readings


class Resolved:
    """The resolved program of a tree: what all later rooms ask."""

    def __init__(self, files: Mapping[str, Facts], tree: frozenset[str], knowledge: Knowledge) -> None:
        self.files = files
        self.tree = tree
        self.knowledge = knowledge
        self.code = Code(files, knowledge)
        self.evaluator = Evaluator(self.code)
        entry_points = {point.name: point.target for facts in files.values() for point in facts.entry_points}
        self.commands = Commands(tree, self.code.modules, entry_points)

    @cached_property
    def effects(self) -> Effects:
        """What all calls do. Whatever starts programs is stated before (`evaluator.invocations`): it fills their options."""
        return Effects(self.code, self.evaluator)

    @cached_property
    def readings(self) -> Readings:
        """Which configuration keys are read where."""
        return Readings(self.effects)


def resolve(files: Mapping[str, Facts], tree: frozenset[str], knowledge: Knowledge) -> Resolved:
    """Resolve all programs of a tree over their facts; `tree` holds every path, read or not."""
    return Resolved(files, tree, knowledge)
