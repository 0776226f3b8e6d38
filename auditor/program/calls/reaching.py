"""What runs when a function or a program is started: along calls, functions handed on, and the imports that are executed.

An import runs the body of a module and of its classes, and no function of it. What is only handed to a library there
waits: a service calls it, or the making of an object of that class.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from auditor.model.artefact import Role
from auditor.program.calls.before import Before
from auditor.program.calls.file_effects import FileEffects
from auditor.program.calls.following import Following, classes_of, following, waits
from auditor.program.calls.records import Site
from auditor.program.calls.toward import Toward
from auditor.program.calls.trials import NONE
from auditor.program.calls.ways_in import WaysIn, is_open
from auditor.program.condensed import Condensed
from auditor.program.naming.code import Code, Frame, Instance, Library, Local

if TYPE_CHECKING:
    from auditor.program.calls.effects import Effect, Effects, LocalCall


Plain: TypeAlias = dict[Site, tuple[Site, ...] | None]
"""What scopes run for certain, None where their start has a say in it."""

_NONE: frozenset[Site] = frozenset()


class Reaching:
    """Answers which scopes a start leads to."""

    def __init__(self, effects: Effects, before: Before) -> None:
        """`before`: what is known of the tree before."""
        self.effects = effects
        self.code = effects.code
        self._before = before
        self._brought: dict[tuple[Site, bool], tuple[Site, ...]] = {}
        self._plain: dict[tuple[Toward | None, bool, bool], Plain] = defaultdict(dict)
        self._told: dict[str, tuple[Following, ...]] = {}
        self._held: dict[tuple[Local, ...], tuple[Site, ...]] = {}
        self._waiting: dict[Local, tuple[Site, ...]] = {}
        self._serving: dict[str, bool] = {}

    def of(
        self,
        start: Site,
        but: frozenset[Site] = frozenset(),
        runs: frozenset[int] = frozenset(),
        toward: Toward | None = None,
    ) -> dict[Site, Site | None]:
        """All scopes that run when one runs, each with the scope it was reached from (`Effects.reached`)."""
        found = self._of(start, but, runs, toward)
        ruled_out = WaysIn(self.effects, start, found, runs).ruled_out() if runs else frozenset()
        return self._of(start, but, runs, toward, ruled_out) if ruled_out else found

    def _of(
        self,
        start: Site,
        but: frozenset[Site],
        runs: frozenset[int],
        toward: Toward | None,
        ruled_out: frozenset[int] = frozenset(),
    ) -> dict[Site, Site | None]:
        """The same without some calls that were ruled out."""
        found: dict[Site, Site | None] = {start: None}
        if toward is not None and not toward.leads(start) and not any(map(toward.leads, self.told_of(start).guarded)):
            return found
        served = self._spread(found, [start], start, but, runs, toward, ruled_out)
        if served and self._serves(start, found):
            waiting = [callee for callee in served if callee not in found]
            found.update(dict.fromkeys(waiting, start))
            self._spread(found, waiting, start, but, runs, toward, ruled_out, serves=True)
        return found

    def toward(self, goals: frozenset[Site]) -> Toward:
        """The scopes that may lead to some others, or to one that answers requests: whoever reaches one runs more."""
        return self._followed().toward(goals, self.servers)

    def condensed(self, onward: Callable[[Site], Iterable[Site]]) -> Condensed[Site]:
        """What all scopes lead to where another file was started: `onward` says what each runs next there."""
        return self._followed().condensed(onward)

    def _followed(self) -> Before:
        """What runs before what in this tree, whichever was asked last."""
        self._before.follow(self._told_of_all, self._waiting_by)
        return self._before

    @cached_property
    def _told_of_all(self) -> dict[str, tuple[Following, ...]]:
        """By file what its scopes run next."""
        return {path: self._told_of(path) for path in self.code.paths}

    def _waiting_by(self, making: Iterable[tuple[Site, Following]]) -> dict[Site, list[Site]]:
        """By scope those of some that run it because it waits in a class of which they make objects."""
        found: dict[Site, list[Site]] = defaultdict(list)
        for site, told in making if self._handing else ():
            for other in self._waiting_in(told.made):
                found[other].append(site)
        return found

    def started(self, site: Site, *, first: bool) -> tuple[Site, ...]:
        """What a scope runs next where its own file is started; what it guards too where it is the start itself."""
        told = self.told_of(site)
        return self.waiting((*told.may, *told.guarded) if first else told.may, told)

    def waiting(self, sites: tuple[Site, ...], told: Following) -> tuple[Site, ...]:
        """Some scopes that run next, with what waits in the classes that are made."""
        return tuple(dict.fromkeys((*sites, *self._waiting_in(told.made)))) if told.made else sites

    def told_of(self, site: Site) -> Following:
        """What a scope runs next, as far as its file says."""
        return self._told_of(site[0])[site[1]]

    def _told_of(self, path: str) -> tuple[Following, ...]:
        """The same of all scopes of a file."""
        known = self._told.get(path)
        if known is None:
            known = self._told[path] = self.effects.told(path, following, tuple[Following, ...])
        return known

    def _spread(
        self,
        found: dict[Site, Site | None],
        todo: list[Site],
        start: Site,
        but: frozenset[Site],
        runs: frozenset[int],
        toward: Toward | None,
        ruled_out: frozenset[int],
        *,
        serves: bool = False,
    ) -> list[Site]:
        """Follow what runs from some scopes on into `found`; returns what only a service would call."""
        served: list[Site] = []
        replaced: dict[Site, frozenset[Site]] = {}
        home, chosen = start[0], bool(runs)
        here, elsewhere = self._plain[toward, True, chosen], self._plain[toward, False, chosen]
        while todo:
            site = todo.pop()
            known = here if site[0] == home else elsewhere
            plain = known[site] if site in known else self._note(site, toward, started=site[0] == home, chosen=chosen)
            if plain is not None and not serves and site not in replaced:
                for other in plain:
                    if other not in found:
                        found[other] = site
                        todo.append(other)
                continue
            onward: list[Site] = []
            trial = self.effects.trials.of(site)
            gone = replaced.get(site, _NONE) | trial.functions
            for edge in self.effects.calls.get(site, ()):
                callee = (edge.callee.path, edge.callee.scope)
                if (edge.guarded and site != start) or id(edge) in ruled_out or not self._chosen(edge, runs):
                    continue
                if edge.direct or (callee not in but and (site[0] == home or not waits(self.code, edge))):
                    onward.append(callee)
                elif edge.served and callee not in but:
                    served.append(callee)
            onward += self._beside(site, started=site[0] == home)
            for other in (*onward, *served) if serves else onward:
                if other in found or other in gone or (trial.moved and other[0] != site[0]):
                    continue
                if toward is not None and not toward.leads(other):
                    continue
                found[other] = site
                todo.append(other)
                if gone:
                    replaced[other] = gone
        return served

    def _chosen(self, edge: LocalCall, runs: frozenset[int]) -> bool:
        """Whether some of the starts reach a call, as far as tests on the command line tell."""
        return not runs or not edge.chosen or is_open(self.effects, edge, Frame(*edge.caller), runs)

    def _note(self, site: Site, toward: Toward | None, *, started: bool, chosen: bool) -> tuple[Site, ...] | None:
        """Note what most scopes run: what they call outright and always, and what that brings with it, as far as it leads there.

        None where a call is handed on or `chosen` by the start, where the start decides whether a call is guarded, and where a
        test replaces something.
        """
        known = self._plain[toward, started, chosen]
        if toward is not None:
            whole = self._plain[None, started, chosen]
            plain = whole[site] if site in whole else self._note(site, None, started=started, chosen=chosen)
            known[site] = None if plain is None else tuple(filter(toward.leads, plain))
            return known[site]
        told, plain = self.told_of(site), None
        if (
            told.certain[not started]
            and not (chosen and told.under[not started])
            and self.effects.trials.of(site) == NONE
        ):
            plain = self.waiting(told.may if started else told.elsewhere, told)
        known[site] = plain
        return plain

    def _beside(self, site: Site, *, started: bool) -> tuple[Site, ...]:
        """What a scope runs beside its calls: the modules that it imports, its classes, what waits in classes it makes."""
        key = (site, started)
        found = self._brought.get(key)
        if found is None:
            brought = [(path, 0) for path in sorted(self.code.brought(*site, started=started))]
            classes = classes_of(self.code, site[0]) if not site[1] else ()
            made = self._waiting_in(tuple(self.effects.made.get(site, ())))
            found = self._brought[key] = (*brought, *classes, *made)
        return found

    def _waiting_in(self, made: tuple[Local, ...]) -> tuple[Site, ...]:
        """What waits in some classes for the making of an object."""
        if self._handing.isdisjoint(made):
            return ()
        found = self._held.get(made)
        if found is None:
            found = self._held[made] = tuple(callee for cls in made for callee in self._waiting_for(cls))
        return found

    @cached_property
    def _handing(self) -> frozenset[Local]:
        """The classes for which something waits: those that hand something to a library, and their heirs."""
        heirs: dict[Local, list[Local]] = defaultdict(list)
        for cls, bases in self.effects.bases.items():
            for base in bases:
                heirs[base].append(cls)
        found, todo = set[Local](), [Local(*site) for site in self._registered]
        while todo:
            cls = todo.pop()
            if cls not in found:
                found.add(cls)
                todo += heirs.get(cls, ())
        return frozenset(found)

    def _waiting_for(self, cls: Local) -> tuple[Site, ...]:
        """What a class and its bases hand to a library, such as validators: making an object calls it."""
        found = self._waiting.get(cls)
        if found is None:
            found = self._waiting[cls] = tuple(self._handed_by(cls))
        return found

    def _handed_by(self, cls: Local) -> Iterator[Site]:
        todo, seen = [cls], {cls}
        while todo:
            at = todo.pop()
            yield from self._registered.get((at.path, at.scope), ())
            for base in self.effects.bases.get(at, ()):
                if base not in seen:
                    seen.add(base)
                    todo.append(base)

    @cached_property
    def _registered(self) -> dict[Site, tuple[Site, ...]]:
        """By scope, what it hands to a library for later."""
        found: dict[Site, tuple[Site, ...]] = {}
        for path in self.code.paths:
            found.update(self.effects.told(path, _registering))
        return found

    def _serves(self, start: Site, found: dict[Site, Site | None]) -> bool:
        """Whether a start answers requests: its own file works with a framework for that, or a function it reaches does."""
        return self.works_with_server(start[0]) or any(site in found for site in self.servers)

    def works_with_server(self, path: str) -> bool:
        """Whether a file imports a framework that answers requests, or an application made with one."""
        if path not in self._serving:
            self._serving[path] = self._imports_framework(path)
        return self._serving[path]

    @cached_property
    def servers(self) -> tuple[Site, ...]:
        """The functions that answer requests by a call."""
        serving = filter(_serves, self.effects.own_playing(Role.SERVE))
        sites = dict.fromkeys(effect.site for effect in serving)
        return tuple(site for site in sites if self.code.scope(*site).kind == "function")

    def _imports_framework(self, path: str) -> bool:
        imported = (
            self.effects.evaluator.denoter.modules.imported(name, statement.level, path)
            for statement in self.code.statements(path)
            for name in statement.names
        )
        made = (meant.of if type(meant) is Instance else meant for meant in imported)
        names = (each.dotted if type(each) is Library else each for each in made)
        return any(isinstance(name, str) and self.effects.serves(name) for name in names)


def _registering(file: FileEffects, _code: Code, _path: str) -> dict[Site, tuple[Site, ...]]:
    """The same of the scopes of a file."""
    found: dict[Site, tuple[Site, ...]] = {}
    for edge in file.calls:
        if edge.registered:
            found[edge.caller] = (*found.get(edge.caller, ()), (edge.callee.path, edge.callee.scope))
    return found


def _serves(effect: Effect) -> bool:
    return effect.role is Role.SERVE and effect.entry.kind != "decorator"
