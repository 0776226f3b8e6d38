"""Who reads and writes what: effects of code joined to artefacts, lifted to the programs that run them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, reduce
from itertools import groupby
from operator import or_

import msgspec
from msgspec.structs import replace

from auditor.graph import places
from auditor.graph.artefacts.identity import Identities, Identity
from auditor.graph.declared.dbt_projects import Projects
from auditor.graph.observed.identified import Identified, kind_of
from auditor.graph.observed.known_touches import Found, KnownTouches
from auditor.graph.observed.tables import Tables, is_tabular
from auditor.graph.observed.unpacking import unpacked
from auditor.graph.observed.uses import DATA, WRITING, filled, is_address, ways
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Call
from auditor.model.place import Place
from auditor.program import Resolved
from auditor.program.calls.effects import Effect, Effects, Site
from auditor.program.calls.toward import Toward
from auditor.program.running.launches import Launch
from auditor.program.symbolic.values import Value, is_temporary


class Touch(msgspec.Struct, frozen=True):
    """One reading or writing of an artefact by code. `site` is the scope where the call stands.

    `runs` are the starts of a program in which it happens (numbers of invocations); none means in all of them.
    """

    way: str  # read, write
    artefact: Identity
    kind: NodeKind
    effect: Effect
    site: Site
    confidence: float
    runs: frozenset[int] = frozenset()


def library_call(effects: Effects, touch: Touch) -> Call:
    """The call of the library itself behind a touch; it may stand in a function that was called."""
    effect = touch.effect
    site, line = effect.origin or (effect.site, effect.line)
    own = (each for each in effects.own.get(site, ()) if (each.line, each.name) == (line, effect.name))
    return next((each.call for each in own), effect.call)


class Lineage:
    """All touches of a tree, and the programs from which each is reached."""

    def __init__(
        self,
        resolved: Resolved,
        identities: Identities,
        launched: dict[str, list[Launch]],
        run: frozenset[str],
        flows: Mapping[str, tuple[Site, ...]],
        projects: Projects,
    ) -> None:
        self.resolved = resolved
        self.identities = identities
        self.launched = launched
        self.flows = flows
        """The functions that an orchestrator runs, by the file that declares its steps, and console scripts, by their own."""
        self.touches: dict[Site, list[Touch]] = defaultdict(list)
        self._led: dict[tuple[str, frozenset[str] | None], tuple[Touch, ...]] = {}
        self.unresolved: dict[Site, list[Effect]] = defaultdict(list)
        self._scratch: set[tuple[Site, int, str]] = set()
        self._read_all(projects)
        self.entries: tuple[str, ...] = tuple(sorted(self._entries(run)))
        self._models: dict[str, bool] = {}
        self._reached: dict[tuple[str, frozenset[int]], Mapping[Site, Site | None]] = {}
        self._toward: dict[tuple[Role, ...], Toward] = {}
        self._players: dict[tuple[str, tuple[Role, ...]], list[Site]] = {}

    # --- resolution ---

    def _read_all(self, projects: Projects) -> None:
        effects = [effect for effect in self.resolved.effects.all() if effect.io]
        self._identified = Identified(self.resolved, self.identities, effects)
        for effect in effects:
            if (effect.role in WRITING or effect.role is Role.COPY) and not is_tabular(effect):
                for value in (*(effect.targets if effect.role in WRITING else ()), *effect.dest):
                    found = self._identified.of(effect.site[0], value, written=True)
                    if found is not None and found.path is not None and not found.guessed:
                        self.identities.written.add(found.path)
        self.tables = Tables(self.resolved, self.identities, self._identified.of, effects, projects)
        known = self.resolved.made_of(KnownTouches)
        known.begin(self.identities.files, frozenset(self.identities.written))
        for path, of_file in groupby(effects, lambda effect: effect.site[0]):
            self._read(path, list(of_file), known)
        for cell, named in self.tables.cells():
            self.touches[cell.site].append(self._touched(named.way, named.artefact, named.kind, cell))
        for touch in list(unpacked(self.touches, self.identities, self.resolved.code.texts)):
            self.touches[touch.site].append(touch)

    def _read(self, path: str, effects: list[Effect], known: KnownTouches) -> None:
        """What the effects of a file touch. What a table means hangs on all that name it."""
        if any(map(is_tabular, effects)):
            for effect in effects:
                if is_tabular(effect):
                    self._tabular(effect)
                else:
                    self._add(self._touched_by((effect,)))
            return
        values = (value for effect in effects for value in (*effect.targets, *effect.dest, *effect.source))
        carried = tuple(self._identified.carried(value) for value in values if not value.exact)
        around = self._identified.around(path), carried
        self._add(known.find(path, effects, around, lambda: self._touched_by(effects)))

    def _add(self, found: Found) -> None:
        for touch in found.touches:
            self.touches[touch.site].append(touch)
        for effect in found.unnamed:
            self.unresolved[effect.site].append(effect)
        self._scratch.update(found.scratch)

    def _tabular(self, effect: Effect) -> None:
        """A call whose target is SQL or the name of a table."""
        found = self.tables.of(effect)
        for named in found:
            self.touches[effect.site].append(self._touched(named.way, named.artefact, named.kind, effect))
        if (
            not found
            and not self.tables.says_nothing(effect)
            and not all(self._identified.carried(v) for v in effect.targets)
        ):
            self.unresolved[effect.site].append(effect)

    def _touched(
        self, way: str, identity: Identity, kind: NodeKind, effect: Effect, runs: frozenset[int] = frozenset()
    ) -> Touch:
        certainty = round(min(identity.confidence, effect.certainty) * (0.5 if effect.dead else 1.0), 3)
        return Touch(way, identity, kind_of(kind, identity, way, effect), effect, effect.site, certainty, runs)

    def _touched_by(self, effects: Iterable[Effect]) -> Found:
        """What some effects touch, none of which names a table."""
        found = Found([], [], [])
        for effect in effects:
            for way, values, kind, hub in ways(effect):
                touches, named = self._found(effect, way, values, kind, hub=hub)
                found.touches.extend(touches)
                if not named:
                    found.unnamed.append(effect)
                if any(map(is_temporary, values)):
                    found.scratch.append(_place_of(effect))
        return found

    def _found(
        self, effect: Effect, way: str, values: tuple[Value, ...], kind: NodeKind, *, hub: bool
    ) -> tuple[list[Touch], bool]:
        """What an effect touches in one way, and whether it could be named; `hub`: it may name what no file is."""
        found, named = [], False
        for value in values:
            if self._identified.carried(value) or is_temporary(value):
                named = True
                continue
            if hub and effect.entry.attrs.get("url") is True and not is_address(value):
                continue  # no such call reads a file; what it is relative to is set elsewhere
            identity = self._identified.of(effect.site[0], value, written=way == "write")
            if hub:
                identity = self._identified.named(effect, value, identity) or identity
            if identity is not None:
                named = True
                pictured = values is effect.source and places.is_byproduct(identity.path or "")  # logged, not worked on
                found.append(self._touched(way, identity, NodeKind.REPORT if pictured else kind, effect, value.runs))
        return found, named

    @property
    def io_calls(self) -> int:
        """Call sites of I/O with a path argument, each once, wherever its path came from."""
        return len(self.sites[0])

    @property
    def io_resolved(self) -> float | None:
        """Share of those calls for which at least one artefact could be named."""
        every, named = self.sites
        return round(len(named) / len(every), 4) if every else None

    @cached_property
    def sites(self) -> tuple[set[tuple[Site, int, str]], set[tuple[Site, int, str]]]:
        """Library calls of product code that name an artefact, and those of them for which one was found, here or by a caller."""
        every = {
            (site, effect.line, effect.name)
            for site, own in self.resolved.effects.own.items()
            for effect in own
            if effect.io and places.is_product(site[0])
            if not self.tables.says_nothing(effect)
        }
        found = {_place_of(touch.effect) for site, touches in self.touches.items() for touch in touches}
        return every, every & (found | self._scratch)

    # --- programs ---

    def _entries(self, run: frozenset[str]) -> Iterator[str]:
        """Programs that are started: run by a command or an orchestrator, notebooks, files with a main guard or loose effects."""
        effects = self.resolved.effects
        imported = {target for targets in effects.imports.values() for target in targets}
        fitting = frozenset(effect.site for effect in effects.own_playing(Role.FIT))
        handling = (site for site, each in self.touches.items() if any(touch.kind in DATA for touch in each))
        work = effects.toward(fitting.union(handling))
        for path in self.resolved.code.paths:
            program, body = self.resolved.code.programs[path], (path, 0)
            if (
                path in run
                or path in self.flows
                or path.endswith(".ipynb")
                or program.main_guard
                # The body of a file that trains is a script even without a main guard or a file that it touches.
                or (path not in imported and (self.touches.get(body) or body in fitting or self._starts(path, work)))
            ):
                yield path

    def _starts(self, path: str, work: Toward) -> bool:
        """Whether the body of a file calls what handles data or trains: `main()` without a guard."""
        effects = self.resolved.effects
        called = {call.callee for call in effects.calls.get((path, 0), ()) if call.direct and not call.constructs}
        starts = ((callee.path, callee.scope) for callee in sorted(called))
        return any(not work.goals.isdisjoint(effects.reached(start, toward=work)) for start in starts)

    def reached(self, path: str, starts: frozenset[int] = frozenset()) -> Mapping[Site, Site | None]:
        """All scopes that run when a program is started, or when it is started in one of these ways; none of what is no program."""
        if path not in self.resolved.code.programs:
            return {}
        found = self._reached.get((path, starts))
        if found is None:
            found = self._reached[path, starts] = self._walked(path, starts, None)
        return found

    def reached_by_any(self, paths: Iterable[str]) -> set[Site]:
        """All scopes that run when any of some programs is started."""
        programs = [path for path in paths if path in self.resolved.code.programs]
        plain = [path for path in programs if path not in self.flows]
        found = self.resolved.effects.reached_by_any((path, 0) for path in plain)
        return found.union(*(self.reached(path) for path in programs if path in self.flows))

    def gathered(self, said: Mapping[Site, int]) -> Callable[[str], int]:
        """By program what is said, as bits of a number, of all scopes that run when it is started: for whoever asks of many."""
        of = self.resolved.effects.gathered(said)

        def of_program(path: str) -> int:
            if path in self.resolved.code.programs and path not in self.flows:
                return of((path, 0))
            return reduce(or_, (said.get(site, 0) for site in self.reached(path)), 0)

        return of_program

    def told(self, tell: Callable[[Effect], int]) -> Callable[[str], int]:
        """The same of what is told of each effect; what a file guards, at its top level, happens where it is started."""
        effects = self.resolved.effects
        happens, guarded = dict[Site, int](), dict[Site, int]()
        for site in {*effects.own, *effects.lifted}:
            for effect in effects.of(site):
                table = guarded if effect.guarded else happens
                table[site] = table.get(site, 0) | tell(effect)
        of = self.gathered(happens)
        return lambda path: of(path) | guarded.get((path, 0), 0)

    def handed(self, said: Mapping[str, int]) -> Callable[[Site], int]:
        """By scope what is said, as bits of a number, of all programs that it runs with."""
        plain = {(path, 0): bits for path, bits in said.items() if path not in self.flows}
        of, others = self.resolved.effects.handed(plain), dict[Site, int]()
        for path in said.keys() & self.flows.keys():
            for site in self.reached(path):
                others[site] = others.get(site, 0) | said[path]
        return lambda site: of(site) | others.get(site, 0)

    def _reached_toward(self, path: str, starts: frozenset[int], toward: Toward) -> Mapping[Site, Site | None]:
        """Those of these scopes that may lead to some goals, in the same order; others may be among them."""
        if path not in self.resolved.code.programs:
            return {}  # a file that a step runs need not be one that can be read
        known = self._reached.get((path, starts))
        return self._walked(path, starts, toward) if known is None else known

    def _walked(self, path: str, starts: frozenset[int], toward: Toward | None) -> Mapping[Site, Site | None]:
        effects = self.resolved.effects
        found = effects.reached((path, 0), runs=starts, toward=toward)
        for site in self.flows.get(path, ()):
            if site not in found:
                further = effects.reached(site, toward=toward)
                found = {**found, **{each: by for each, by in further.items() if each not in found}}
        return found

    def reaches_model(self, path: str) -> bool:
        """Whether starting a program, or any of its functions, leads to a model that is loaded or predicts."""
        known = self._models.get(path)
        if known is None:
            toward = self._playing((Role.LOAD_MODEL, Role.PREDICT))
            starts = [*((path, number) for number in self.resolved.code.scopes(path)), *self.flows.get(path, ())]
            known = self._models[path] = any(
                not toward.goals.isdisjoint(self.resolved.effects.reached(start, toward=toward)) for start in starts
            )
        return known

    @cached_property
    def _touching(self) -> Toward:
        """The way to all that touches something, and to the callers that `_admitted` looks for."""
        touching = frozenset(site for site, each in self.touches.items() if each)
        doubted = (site for site in touching if any(map(_hangs_on_callers, self.touches[site])))
        callers = self.resolved.effects.callers
        guarding = (edge.caller for site in doubted for edge in callers.get(site, ()) if edge.guarded)
        return self.resolved.effects.toward(touching.union(guarding))

    @cached_property
    def _unnamed(self) -> dict[Site, list[Effect]]:
        """The I/O whose artefact could not be named, calls that got one through a caller left out."""
        left = {site: [e for e in each if not self._is_named_by_callers(e)] for site, each in self.unresolved.items()}
        return {site: effects for site, effects in left.items() if effects}

    @cached_property
    def _toward_unnamed(self) -> Toward:
        return self.resolved.effects.toward(frozenset(self._unnamed))

    def of_program(self, path: str, by: frozenset[str] | None = None) -> tuple[Touch, ...]:
        """Every touch that starting a program leads to; `by`: only when these steps start it."""
        found = self._led.get((path, by))
        if found is None:
            found = self._led[path, by] = tuple(self._led_to(path, by))
        return found

    def _led_to(self, path: str, by: frozenset[str] | None) -> Iterator[Touch]:
        invocations = self.resolved.evaluator.invocations
        starts = frozenset(each.number for each in invocations.direct(path) if by is None or each.by in by)
        reached = self._reached_toward(path, starts, self._touching)
        for site in [site for site in reached if site in self.touches]:
            for touch in self.touches[site]:
                told = (site[0] == path or not touch.effect.guarded) and (not touch.runs or touch.runs & starts)
                if told and self._admitted(touch, reached):
                    yield touch

    def _admitted(self, touch: Touch, reached: Mapping[Site, Site | None]) -> bool:
        """Whether some call on the way leaves the branch possible in which a function does something."""
        effects = self.resolved.effects
        if not _hangs_on_callers(touch):
            return True
        ways = [edge for edge in effects.callers.get(touch.site, ()) if edge.caller in reached]
        return not ways or any(not edge.direct or effects.admits(edge, touch.effect.at.conditions) for edge in ways)

    def of_function(self, site: Site, but: frozenset[Site] = frozenset()) -> Iterator[Touch]:
        """Every touch that calling a function leads to; functions in `but` that it only hands on are left out."""
        for reached in self.resolved.effects.reached(site, but):
            yield from (touch for touch in self.touches.get(reached, ()) if not touch.effect.guarded)

    def of_given(self, site: Site, given: Mapping[str, Value]) -> Iterator[Touch]:
        """What a function touches that hangs on its parameters, when it is given these."""
        for effect in self.resolved.effects.of(site):
            targets = tuple(filled(value, site, given) for value in effect.targets)
            dest = tuple(filled(value, site, given) for value in effect.dest)
            source = tuple(filled(value, site, given) for value in effect.source)
            if not effect.io or (targets, dest, source) == (effect.targets, effect.dest, effect.source):
                continue
            told = replace(effect, targets=targets, dest=dest, source=source)
            if is_tabular(effect):
                yield from (self._touched(n.way, n.artefact, n.kind, effect) for n in self.tables.told(told))
                continue
            for way, values, kind, hub in ways(told):
                if any(map(is_temporary, values)):
                    self._scratch.add(_place_of(effect))
                yield from self._found(effect, way, values, kind, hub=hub)[0]

    def sites_of_program(self, path: str, *roles: Role) -> list[Site]:
        """The scopes that starting a program leads to in which some effect plays one of these roles; of no roles, any effect."""
        found = self._players.get((path, roles))
        if found is None:
            playing = self._playing(roles)
            found = [site for site in self._reached_toward(path, frozenset(), playing) if site in playing.goals]
            if roles:  # few play a role, and many rules ask for the same
                self._players[path, roles] = found
        return found

    def _playing(self, roles: tuple[Role, ...]) -> Toward:
        """The way to the scopes in which some effect plays one of these roles."""
        found = self._toward.get(roles)
        if found is None:
            found = self._toward[roles] = self.resolved.effects.toward(self._of_roles(roles))
        return found

    def _of_roles(self, roles: tuple[Role, ...]) -> frozenset[Site]:
        effects = self.resolved.effects
        if not roles:
            return frozenset(site for site in {*effects.own, *effects.lifted} if any(True for _ in effects.of(site)))
        return frozenset(effect.site for role in roles for effect in effects.playing(role))

    def effects_of_program(self, path: str, *roles: Role) -> Iterator[Effect]:
        """Every effect that starting a program leads to; with `roles`, those that play one of them."""
        for site in self.sites_of_program(path, *roles):
            for effect in self.resolved.effects.of(site):
                if (site[0] == path or not effect.guarded) and (not roles or effect.role in roles):
                    yield effect

    def unresolved_of_program(self, path: str) -> list[Effect]:
        """I/O of a program whose artefact could not be named, calls that got one through a caller left out."""
        return [
            effect
            for site in self._reached_toward(path, frozenset(), self._toward_unnamed)
            for effect in self._unnamed.get(site, ())
            if site[0] == path or not effect.guarded
        ]

    def _is_named_by_callers(self, effect: Effect) -> bool:
        holes = [hole for value in effect.targets for hole in value.holes()]
        owners = {hole.owner for hole in holes if hole.owner is not None}
        callers = self.resolved.effects.callers
        return any(hole.kind == "param" for hole in holes) and any(callers.get(owner) for owner in owners)

    def place(self, touch: Touch) -> Place:
        """Where a touch stands."""
        return self.resolved.code.place(touch.site[0], touch.effect.line, touch.effect.end_line)


def _place_of(effect: Effect) -> tuple[Site, int, str]:
    """The call of the library behind an effect: its scope, its line and its name."""
    return (*(effect.origin or (effect.site, effect.line)), effect.name)


def _hangs_on_callers(touch: Touch) -> bool:
    """Whether what a function is called with may exclude the branch in which it does something."""
    return bool(touch.site[1] and touch.effect.origin is None and touch.effect.at.conditions)
