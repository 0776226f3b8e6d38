"""What many starts lead to, found for all of them at once.

Elsewhere than in the file that is started, a scope runs the same whoever starts it: that part is walked once for all
starts, and each adds what its own file runs. Where a start has a say in more than that, it is followed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from auditor.program.calls.following import Following
from auditor.program.calls.reaching import Reaching
from auditor.program.calls.records import Site
from auditor.program.calls.trials import NONE
from auditor.program.condensed import Condensed

_SERVED, _SERVES, _TRIED = 1, 2, 4
"""What a start must know of a scope: that a service calls what it hands on, that it answers requests, that a test replaces something in it."""
_FILES = 8
"""From here on a bit for each file that runs more where it was started, if something elsewhere comes back to it."""


class _Entered(NamedTuple):
    """What a start runs in its own file, and what it comes to from there."""

    own: Collection[Site]
    elsewhere: Collection[Site]


class Gathering:
    """Answers for many starts what they lead to, as `Reaching` does for one."""

    def __init__(self, reaching: Reaching) -> None:
        self._reaching = reaching
        self._known: dict[Site, _Entered | None] = {}
        self._onward: dict[Site, tuple[Site, ...]] = {}
        self._of_file: dict[str, int] = {}

    def of_any(self, starts: Iterable[Site]) -> set[Site]:
        """All scopes that run when some start runs."""
        found: set[Site] = set()
        passed: set[Site] = set()
        for start in starts:
            entered = self._entered(start)
            if entered is None:
                found.update(self._reaching.of(start))
                continue
            found.update(entered.own)
            todo = [site for site in entered.elsewhere if site not in passed]
            passed.update(todo)
            while todo:
                new = [site for site in self._elsewhere(todo.pop()) if site not in passed]
                passed.update(new)
                todo += new
        return found | passed

    def gathered(self, said: Mapping[Site, int]) -> Callable[[Site], int]:
        """By start what is said of all scopes that run, as bits of a number."""
        beyond = self._condensed.gathered(said.get)

        def of(start: Site) -> int:
            entered = self._entered(start)
            if entered is None:
                return reduce(or_, (said.get(site, 0) for site in self._reaching.of(start)), 0)
            own = reduce(or_, (said.get(site, 0) for site in entered.own), 0)
            return reduce(or_, map(beyond, entered.elsewhere), own)

        return of

    def handed(self, said: Mapping[Site, int]) -> Callable[[Site], int]:
        """By scope what is said of all starts that it runs with, as bits of a number."""
        own: dict[Site, int] = {}
        elsewhere: dict[Site, int] = {}
        for start, bits in said.items():
            entered = self._entered(start)
            for site in entered.own if entered is not None else self._reaching.of(start):
                own[site] = own.get(site, 0) | bits
            for site in entered.elsewhere if entered is not None else ():
                elsewhere[site] = elsewhere.get(site, 0) | bits
        beyond = self._condensed.handed(elsewhere)
        return lambda site: own.get(site, 0) | beyond(site)

    # --- where a start has no say ---

    def _elsewhere(self, site: Site) -> tuple[Site, ...]:
        """What a scope runs next where another file was started."""
        known = self._onward.get(site)
        if known is None:
            told = self._reaching.told_of(site)
            known = self._onward[site] = self._reaching.waiting(told.elsewhere, told)
        return known

    @cached_property
    def _condensed(self) -> Condensed[Site]:
        return self._reaching.condensed(self._elsewhere)

    @cached_property
    def _marked(self) -> Callable[[Site], int]:
        return self._condensed.gathered(self._mark)

    def _mark(self, site: Site) -> int:
        """What a start must know of a scope."""
        told = self._reaching.told_of(site)
        found = _SERVED if told.served else 0
        if site in self._servers:
            found |= _SERVES
        if told.tests and self._reaching.effects.trials.of(site) != NONE:
            found |= _TRIED
        if _runs_more(told):
            found |= self._of_file.setdefault(site[0], _FILES << len(self._of_file))
        return found

    @cached_property
    def _servers(self) -> frozenset[Site]:
        return frozenset(self._reaching.servers)

    # --- where it has ---

    def _entered(self, start: Site) -> _Entered | None:
        """What a start runs in its own file, and what it comes to; None where that is not all that it has a say in."""
        if start not in self._known:
            self._known[start] = self._enter(start)
        return self._known[start]

    def _enter(self, start: Site) -> _Entered | None:
        own, elsewhere, todo = {start}, set[Site](), [start]
        while todo:
            site = todo.pop()
            if self._reaching.told_of(site).tests and self._reaching.effects.trials.of(site) != NONE:
                return None
            for other in self._reaching.started(site, first=site == start):
                if other[0] != start[0]:
                    elsewhere.add(other)
                elif other not in own:
                    own.add(other)
                    todo.append(other)
        marks = reduce(or_, map(self._marked, elsewhere), 0)
        if marks & _TRIED or (marks & _SERVED and self._serves(start, own, marks)):
            return None
        if marks & self._of_file.get(start[0], 0) and not self._returning(start[0]) <= own:
            return None
        return _Entered(tuple(own), tuple(elsewhere))

    def _serves(self, start: Site, own: set[Site], marks: int) -> bool:
        """Whether a start answers requests: by what it runs, or as its file works with a framework for that."""
        return bool(marks & _SERVES or own & self._servers) or self._reaching.works_with_server(start[0])

    def _returning(self, path: str) -> set[Site]:
        """The scopes of a file that run more where it was started."""
        sites = ((path, number) for number in self._reaching.code.scopes(path))
        return {site for site in sites if _runs_more(self._reaching.told_of(site))}


def _runs_more(told: Following) -> bool:
    return len(told.may) > len(told.elsewhere)
