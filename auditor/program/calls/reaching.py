"""What runs when a function or a program is started: along calls, functions handed on, and the imports that are executed.

An import runs the body of a module and of its classes, and no function of it. What is only handed to a library there
waits: a service calls it, or the making of an object of that class.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from auditor.model.artefact import Role
from auditor.model.ir import Import, Imported
from auditor.program.calls.before import Before
from auditor.program.calls.file_effects import FileEffects
from auditor.program.calls.following import Following, classes_of, following, waits
from auditor.program.calls.records import Site
from auditor.program.calls.toward import Toward, Way, Ways
from auditor.program.calls.ways_in import WaysIn, is_open
from auditor.program.condensed import Condensed
from auditor.program.naming.code import Code, Frame, Instance, Library, Local

if TYPE_CHECKING:
    from auditor.program.calls.effects import Effect, Effects, LocalCall

_NONE: frozenset[Site] = frozenset()


class Reaching:
    """Answers which scopes a start leads to."""

    def __init__(self, effects: Effects, before: Before) -> None:
        """`before`: what is known of the tree before."""
        self.effects = effects
        self.code = effects.code
        self._before = before
        self._brought: dict[tuple[Site, bool], tuple[Site, ...]] = {}
        self._told: dict[str, tuple[Following, ...]] = {}
        self._held: dict[tuple[Local, ...], tuple[Site, ...]] = {}
        self._waiting: dict[Local, tuple[Site, ...]] = {}
        self._serving: dict[str, bool] = {}
        self._framework: dict[tuple[str | None, str, str, int], bool] = {}

    def of(
        self,
        start: Site,
        but: frozenset[Site] = frozenset(),
        runs: frozenset[int] = frozenset(),
        toward: Toward | None = None,
    ) -> Mapping[Site, Site | None]:
        """All scopes that run when one runs, each with the scope it was reached from (`Effects.reached`)."""
        anywhere = self._followed().ways(self.servers)
        ways = toward or anywhere
        known = None if but else ways.walked.get((start, bool(runs)))
        if known is not None and self._holds(start, known):
            return known.found
        walk = _Walk(self, start, but, runs, ways, anywhere)
        found = walk.run()
        if walk.chooses:
            under = (site for site in found if any(self.told_of(site).under))
            ruled_out = WaysIn(self.effects, start, found, runs).ruled_out(under)
            return _Walk(self, start, but, runs, ways, anywhere, ruled_out).run() if ruled_out else found
        if walk.firm:
            ways.walked[start, bool(runs)] = Way(found, walk.by, walk.serving)
        return found

    def _holds(self, start: Site, way: Way) -> bool:
        """Whether a walk from a start would find the same in this tree."""
        serving = way.serving is None or self.works_with_server(start[0]) is way.serving
        return serving and way.holds(self.effects.files.of)

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

    def _waiting_by(self, making: Iterable[tuple[Site, Following]]) -> dict[Site, tuple[Site, ...]]:
        """By scope, of some, what it runs because that waits in a class of which it makes objects."""
        found = ((site, self.waiting_in(told.made)) for site, told in making) if self._handing else ()
        return {site: waiting for site, waiting in found if waiting}

    def started(self, site: Site, *, first: bool) -> tuple[Site, ...]:
        """What a scope runs next where its own file is started; what it guards too where it is the start itself."""
        told = self.told_of(site)
        return self.waiting((*told.may, *told.guarded) if first else told.may, told)

    def waiting(self, sites: tuple[Site, ...], told: Following) -> tuple[Site, ...]:
        """Some scopes that run next, with what waits in the classes that are made."""
        return tuple(dict.fromkeys((*sites, *self.waiting_in(told.made)))) if told.made else sites

    def told_of(self, site: Site) -> Following:
        """What a scope runs next, as far as its file says."""
        return self._told_of(site[0])[site[1]]

    def _told_of(self, path: str) -> tuple[Following, ...]:
        """The same of all scopes of a file."""
        known = self._told.get(path)
        if known is None:
            known = self._told[path] = self.effects.told(path, following, tuple[Following, ...])
        return known

    def plainly(self, site: Site, *, started: bool, chosen: bool) -> tuple[Site, ...] | None:
        """What most scopes run: what they call outright and always, and what that brings with it.

        None where a call is handed on or `chosen` by the start, where the start decides whether a call is guarded, and where a
        test may replace something.
        """
        told = self.told_of(site)
        if told.tests or not told.certain[not started] or (chosen and told.under[not started]):
            return None
        return self.waiting(told.may if started else told.elsewhere, told)

    def beside(self, site: Site, *, started: bool) -> tuple[Site, ...]:
        """What a scope runs beside its calls: the modules that it imports, its classes, what waits in classes it makes."""
        key = (site, started)
        found = self._brought.get(key)
        if found is None:
            brought = [(path, 0) for path in sorted(self.code.brought(*site, started=started))]
            classes = classes_of(self.code, site[0]) if not site[1] else ()
            made = self.waiting_in(tuple(self.effects.made.get(site, ())))
            found = self._brought[key] = (*brought, *classes, *made)
        return found

    def waiting_in(self, made: tuple[Local, ...]) -> tuple[Site, ...]:
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
        statements = self.code.statements(path)
        return any(self._is_framework(path, each, name) for each in statements for name in each.names)

    def _is_framework(self, path: str, statement: Import, name: Imported) -> bool:
        """Whether an imported name is of such a framework; what it means among the names of a module, each that imports it asks."""
        home = self.code.modules.resolve(path, name.module, statement.level) if name.name else None
        key = (home, name.module, name.name, statement.level)
        found = self._framework.get(key) if home is not None else None
        if found is None:
            meant = self.effects.evaluator.denoter.modules.imported(name, statement.level, path)
            made = meant.of if type(meant) is Instance else meant
            dotted = made.dotted if type(made) is Library else made
            found = isinstance(dotted, str) and self.effects.serves(dotted)
            if home is not None:
                self._framework[key] = found
        return found


class _Walk:
    """One walk from a start on. `by` and `serving`: as of a `Way`; `chooses`: it came to calls of which the
    starts of a program tell whether they happen; `firm`: nothing else has a say in what it finds."""

    def __init__(
        self,
        reaching: Reaching,
        start: Site,
        but: frozenset[Site],
        runs: frozenset[int],
        ways: Ways,
        anywhere: Ways,
        ruled_out: frozenset[int] = frozenset(),
    ) -> None:
        """`anywhere`: the ways that lead anywhere, of which these leave some out. `ruled_out`: calls, by their identity, that are not
        followed."""
        self._reaching = reaching
        self._effects = reaching.effects
        self._start, self._but, self._runs, self._ways, self._anywhere = start, but, runs, ways, anywhere
        self._ruled_out = ruled_out
        self._leads = ways.leads if isinstance(ways, Toward) else None
        self._found: dict[Site, Site | None] = {start: None}
        self.by: dict[str, FileEffects] = {}
        self.serving: bool | None = None
        self.chooses = False
        self.firm = not but

    def run(self) -> dict[Site, Site | None]:
        """All scopes that run, each with the scope it was reached from."""
        start, leads = self._start, self._leads
        if leads is not None and not leads(start) and not any(map(leads, self._reaching.told_of(start).guarded)):
            return self._found
        served = self._spread([start])
        if served:
            self.serving = self._reaching.works_with_server(start[0])
            if self.serving or any(site in self._found for site in self._reaching.servers):
                waiting = [callee for callee in served if callee not in self._found]
                self._found.update(dict.fromkeys(waiting, start))
                self._spread(waiting, serves=True)
        return self._found

    def _spread(self, todo: list[Site], *, serves: bool = False) -> list[Site]:
        """Follow what runs from some scopes on; returns what only a service would call."""
        served: list[Site] = []
        replaced: dict[Site, frozenset[Site]] = {}
        found, home, chosen = self._found, self._start[0], bool(self._runs)
        here, elsewhere = self._ways.plain[True, chosen], self._ways.plain[False, chosen]
        while todo:
            site = todo.pop()
            started = site[0] == home
            known = here if started else elsewhere
            plain = known[site] if site in known else self._note(site, started=started)
            if plain is not None and not serves and site not in replaced:
                for other in plain:
                    if other not in found:
                        found[other] = site
                        todo.append(other)
                continue
            trial = self._effects.trials.of(site)
            gone = replaced.get(site, _NONE) | trial.functions
            onward = [*self._called(site, served), *self._reaching.beside(site, started=started)]
            for other in (*onward, *served) if serves else onward:
                if other in found or other in gone or (trial.moved and other[0] != site[0]):
                    continue
                if self._leads is not None and not self._leads(other):
                    continue
                found[other] = site
                todo.append(other)
                if gone:
                    replaced[other] = gone
        return served

    def _note(self, site: Site, *, started: bool) -> tuple[Site, ...] | None:
        """Note what a scope runs plainly, as far as it leads on these ways."""
        key = started, bool(self._runs)
        whole = self._anywhere.plain[key]
        if site not in whole:
            whole[site] = self._reaching.plainly(site, started=started, chosen=key[1])
        plain = whole[site]
        if self._leads is not None and plain is not None:
            plain = tuple(filter(self._leads, plain))
        self._ways.plain[key][site] = plain
        return plain

    def _called(self, site: Site, served: list[Site]) -> Iterator[Site]:
        """What the calls of a scope run; what a service would call is added to `served`."""
        effects, but, home = self._effects, self._but, self._start[0]
        self.by[site[0]] = effects.files.of(site[0])
        self.firm = self.firm and not self._reaching.told_of(site).tests
        for edge in effects.calls.get(site, ()):
            callee = (edge.callee.path, edge.callee.scope)
            if (edge.guarded and site != self._start) or id(edge) in self._ruled_out or not self._chosen(edge):
                continue
            if edge.direct or (callee not in but and (site[0] == home or not waits(effects.code, edge))):
                yield callee
            elif edge.served and callee not in but:
                served.append(callee)

    def _chosen(self, edge: LocalCall) -> bool:
        """Whether some of the starts reach a call, as far as tests on the command line tell."""
        if not self._runs or not edge.chosen:
            return True
        self.chooses = True
        return is_open(self._effects, edge, Frame(*edge.caller), self._runs)


def _registering(file: FileEffects, _code: Code, _path: str) -> dict[Site, tuple[Site, ...]]:
    """The same of the scopes of a file."""
    found: dict[Site, tuple[Site, ...]] = {}
    for edge in file.calls:
        if edge.registered:
            found[edge.caller] = (*found.get(edge.caller, ()), (edge.callee.path, edge.callee.scope))
    return found


def _serves(effect: Effect) -> bool:
    return effect.role is Role.SERVE and effect.entry.kind != "decorator"
