"""Which scopes may lead to some others: found by going back from these, so that no walk need enter the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from auditor.program.calls.file_effects import FileEffects
from auditor.program.calls.records import Site

Plain: TypeAlias = dict[Site, tuple[Site, ...] | None]
"""What scopes run for certain, None where their start has a say in it."""


class Way(NamedTuple):
    """What a walk found: each scope with the one it was reached from. `by`: the files of which it took more than what is told of
    what runs before what, with their effects; `serving`: whether the file of its start works with a framework that answers requests,
    None where nobody asked. They decide too whether it would find the same."""

    found: Mapping[Site, Site | None]
    by: Mapping[str, FileEffects]
    serving: bool | None

    def holds(self, effects: Callable[[str], FileEffects]) -> bool:
        """Whether these files have the very same effects now."""
        return all(effects(path) is was for path, was in self.by.items())


class Ways:
    """What was found along what runs before what, in all trees of which the same is told."""

    def __init__(self) -> None:
        self.plain: dict[tuple[bool, bool], Plain] = defaultdict(dict)
        """By whether the file of a scope was started, and whether a start chooses, what it runs."""
        self.walked: dict[tuple[Site, bool], Way] = {}
        """By start, and whether it chooses, where it leads."""


class Toward(Ways):
    """The scopes from which some others may be reached."""

    def __init__(
        self, goals: frozenset[Site], before: Callable[[Site], Iterable[Site]], also: Iterable[Site] = ()
    ) -> None:
        """`before` gives the scopes that may run a scope next; walks enter what leads to those of `also` too."""
        super().__init__()
        self.goals = goals
        leading: set[Site] = set()
        back = [*goals, *also]
        while back:
            site = back.pop()
            if site not in leading:
                leading.add(site)
                back += before(site)
        self.leads: Callable[[Site], bool] = leading.__contains__
        """Whether a scope is one of the goals, or may lead to one, the calls left out that it guards: only a start runs these."""
