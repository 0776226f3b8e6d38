"""Which scopes may lead to some others: found by going back from these, so that no walk need enter the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from auditor.program.calls.records import Site


class Toward:
    """The scopes from which some others may be reached."""

    def __init__(
        self, goals: frozenset[Site], before: Callable[[Site], Iterable[Site]], also: Iterable[Site] = ()
    ) -> None:
        """`before` gives the scopes that may run a scope next; walks enter what leads to those of `also` too."""
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
