"""What runs when tests run: found by a walk that keeps all that it was told, for where a later tree tells it the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import chain
from typing import NamedTuple, TypeAlias, TypeVar

from auditor.graph import places
from auditor.graph.testing.leading import Leads
from auditor.program.calls.effects import Site
from auditor.program.condensed import Condensed
from auditor.program.naming.code import Local

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Sets: TypeAlias = tuple[frozenset[Site], ...]
"""What runs next, as sets of which most stand for many scopes: each set is one object."""

DEEPEST_BASES = 5


class Whole(NamedTuple):
    """What a walk is told of all files at once: the tests that can fail and all tests, the classes of the repository that each class
    derives from, fixtures by the name that tests ask for ("": by themselves), and what runs in the programs that a test starts."""

    failing: frozenset[Site]
    tests: frozenset[Site]
    bases: Mapping[Local, tuple[Local, ...]]
    fixtures: Mapping[str, frozenset[Site]]
    launches: Mapping[Site, frozenset[Site]]


class Tells(NamedTuple):
    """Who tells a walk what it asks of single files, of which `programs` are there: where each scope leads, the methods of each class
    by its number, the bodies of the modules that it imports, what all tests in it run beside; and all of the programs that a text
    may name, and the method whose name no other has."""

    programs: AbstractSet[str]
    leads: Callable[[str], tuple[Leads, ...]]
    classes: Callable[[str], Mapping[int, frozenset[Site]]]
    imported: Callable[[str], frozenset[Site]]
    around: Callable[[str], frozenset[Site]]
    named: Callable[[str], frozenset[Site]]
    only: Callable[[str], frozenset[Site]]

    def once(self) -> Tells:
        """The same, of which nobody is asked the same twice."""
        return self._replace(
            leads=_Told(self.leads).__getitem__,
            classes=_Told(self.classes).__getitem__,
            imported=_Told(self.imported).__getitem__,
            around=_Told(self.around).__getitem__,
            named=_Told(self.named).__getitem__,
            only=_Told(self.only).__getitem__,
        )


class _Told(dict[K, V]):
    """What was told, by what was asked."""

    def __init__(self, ask: Callable[[K], V]) -> None:
        super().__init__()
        self.ask: Callable[[K], V] | None = ask

    def __missing__(self, asked: K) -> V:
        if self.ask is None:
            raise LookupError(f"the walk is over and did not ask for {asked}")
        found = self[asked] = self.ask(asked)
        return found

    def is_told_by(self, ask: Callable[[K], V]) -> bool:
        """Whether somebody else tells the same."""
        return all(ask(asked) == told for asked, told in self.items())


class Walk:
    """The scopes that run in tests: those in tests that can fail are `reached`, those in any `touched`."""

    def __init__(self, whole: Whole, tells: Tells) -> None:
        self._whole = whole
        self._leads = _Told(tells.leads)
        self._classes = _Told(tells.classes)
        self._imported = _Told(tells.imported)
        self._around = _Told(tells.around)
        self._named = _Told(tells.named)
        self._only = _Told(tells.only)
        self._meant: dict[Local | str, Sets] = {}
        self._all_methods: dict[Local, Sets] = {}
        self._made: dict[Site, Sets] = {}
        self._known: dict[Site, Sets] = {}
        self.reached = self._reach(whole.failing, frozenset())
        self.touched = self._reach(whole.tests, self.reached)
        for told in (self._leads, self._classes, self._imported, self._around, self._named, self._only):
            told.ask = None  # and with it the tree

    def fits(self, whole: Whole, tells: Tells) -> bool:
        """Whether a walk that is told so finds the same."""
        asked = self._leads.keys() | self._classes.keys() | self._imported.keys() | self._around.keys()
        return (
            self._whole == whole
            and asked <= tells.programs
            and self._leads.is_told_by(tells.leads)
            and self._classes.is_told_by(tells.classes)
            and self._imported.is_told_by(tells.imported)
            and self._around.is_told_by(tells.around)
            and self._named.is_told_by(tells.named)
            and self._only.is_told_by(tells.only)
        )

    @cached_property
    def condensed(self) -> Condensed[Site]:
        """What each scope that runs leads to."""
        return Condensed(lambda site: chain.from_iterable(self._known[site]))

    def _reach(self, starts: frozenset[Site], reached: frozenset[Site]) -> frozenset[Site]:
        """The scopes that run from some on, added to those that are known to run."""
        todo = list(starts - reached)
        found = {*reached, *todo}
        passed: set[int] = set()  # what many scopes run is one set, which is kept
        while todo:
            site = todo.pop()
            known = self._known.get(site)
            if known is None:
                known = self._known[site] = tuple(self._onward(site))
            for onward in known:
                if id(onward) not in passed:
                    passed.add(id(onward))
                    for other in onward:
                        if other not in found:
                            found.add(other)
                            todo.append(other)
        return frozenset(found)

    def _onward(self, site: Site) -> list[frozenset[Site]]:
        """What a scope calls, and of what tests mention all: objects are made elsewhere, handed on and called by libraries.

        Whoever imports a module runs its body, and with it those of the modules that it imports.
        """
        path, number = site
        told = self._leads[path][number]
        found = [told.sites] if told.sites else []
        for cls in told.made:
            found += self._methods(cls)
        for constructor in told.constructors:
            found += self._made_by(constructor)
        found += filter(None, [self._only[name] for name in told.asked])
        if places.is_test(path):
            fixtures = self._whole.fixtures
            found += (
                *self._mentioned(told.named),
                *(fixtures[name] for name in (*told.params, "") if name in fixtures),
            )
            found += filter(None, (self._imported[path], self._around[path], self._whole.launches.get(site)))
        elif not number:
            found.append(self._imported[path])
        return found

    def _made_by(self, constructor: Site) -> Sets:
        """The methods of the class that a constructor belongs to."""
        found = self._made.get(constructor)
        if found is None:
            path = constructor[0]
            owners = (Local(path, cls) for cls, methods in self._classes[path].items() if constructor in methods)
            found = self._made[constructor] = tuple(chain.from_iterable(map(self._methods, owners)))
        return found

    def _methods(self, cls: Local) -> Sets:
        """All methods of a class and of the classes of the repository it is made from, those of each as one set."""
        found = self._all_methods.get(cls)
        if found is None:
            family = dict.fromkeys(self._ancestry(cls, 0))
            sets = (self._classes[each.path].get(each.scope) for each in family)
            found = self._all_methods[cls] = tuple(filter(None, sets))
        return found

    def _ancestry(self, cls: Local, depth: int) -> Iterator[Local]:
        yield cls
        for base in self._whole.bases.get(cls, ()) if depth < DEEPEST_BASES else ():
            yield from self._ancestry(base, depth + 1)

    def _mentioned(self, names: tuple[Local | str, ...]) -> Iterator[frozenset[Site]]:
        """The functions and the methods of the classes that a test names, and the programs whose path it writes out."""
        for named in names:
            found = self._meant.get(named)
            if found is None:
                found = self._meant[named] = self._meaning(named)
            yield from found

    def _meaning(self, named: Local | str) -> Sets:
        if isinstance(named, str):
            return (self._named[named],)
        if named.scope in self._classes[named.path]:
            return self._methods(named)
        return (frozenset({named}),)


class KnownWalk:
    """The walk through the tree before."""

    def __init__(self) -> None:
        self._last: Walk | None = None

    def walk(self, whole: Whole, tells: Tells) -> Walk:
        """That walk where it fits, else one that is made now."""
        tells = tells.once()
        if self._last is None or not self._last.fits(whole, tells):
            self._last = Walk(whole, tells)
        return self._last
