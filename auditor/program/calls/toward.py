"""Which scopes may lead to some others: found for all in one pass, so that no walk need enter the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from auditor.program.calls.records import Site


class Toward:
    """The scopes from which some others may be reached."""

    def __init__(
        self, goals: frozenset[Site], onward: Callable[[Site], Iterable[Site]], also: Iterable[Site] = ()
    ) -> None:
        """`onward` gives all that a scope may run next, whatever starts it; walks enter what leads to those of `also` too."""
        self.goals = goals
        self._ends = goals.union(also)
        self._onward = onward
        self._entered: set[Site] = set()
        self._leading: set[Site] = set()

    def leads(self, site: Site) -> bool:
        """Whether a scope is one of the goals, or may lead to one."""
        if site not in self._entered:
            self._enter(site)
        return site in self._leading

    def _enter(self, start: Site) -> None:
        """Look at all that a scope leads to and that was not looked at before, then go back from what leads to a goal."""
        new, entered, leading = [start], self._entered, self._leading
        before: dict[Site, list[Site]] = defaultdict(list)
        back: list[Site] = []
        entered.add(start)
        for site in new:  # which grows meanwhile
            if site in self._ends:
                back.append(site)
            for other in self._onward(site):
                if other not in entered:
                    entered.add(other)
                    new.append(other)
                if other in leading:
                    back.append(site)
                else:
                    before[other].append(site)
        while back:
            site = back.pop()
            if site not in leading:
                leading.add(site)
                back += before.get(site, ())
