"""Questions about randomness: what chance decides on the way to a model, and whether a seed controls it (RULES §6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from functools import cached_property

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import feeders
from auditor.graph.data.versions import trainings
from auditor.graph.reproduction.choices import DRAWING, ROWS, Choice, Choices
from auditor.graph.reproduction.course import Course, Courses
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place
from auditor.program.calls.effects import Effect, Site
from auditor.program.condensed import places_of


class Draw(msgspec.Struct, frozen=True):
    """One random choice behind a model. `late` is where its generator is seeded afterwards; `sometimes`: some programs that come
    to it seed it, and some do not.

    `decides`: `rows` (which of them are used, and for what), `order`, `model`, or `network` (weights and batches of a fit).
    """

    name: str
    decides: str
    generator: str
    place: Place
    seeded: bool
    late: Place | None = None
    sometimes: bool = False


class Chance(msgspec.Struct, frozen=True):
    """The random choices of one file on the way to a model; what could not be told is not among them."""

    path: str
    draws: tuple[Draw, ...]

    @property
    def unseeded(self) -> tuple[Draw, ...]:
        """What no seed controls, that which decides the rows first."""
        return tuple(sorted((d for d in self.draws if not d.seeded), key=lambda d: (d.decides != "rows", d.place)))

    @property
    def coverage(self) -> float:
        """The share that a seed controls, in [0, 1]."""
        return sum(draw.seeded for draw in self.draws) / len(self.draws)


def chances(world: World, owned: Callable[[str], bool]) -> list[Chance]:
    """The random choices of a component that trains, file by file."""
    trained = {training.program for training in trainings(world, owned)}
    trained |= {feeder for feeder in feeders(world, *trained) if owned(feeder)}
    product = [path for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    if not trained and not any(_fits(world, path) for path in product):
        return []
    choices = Choices(world)
    met = _Met(world, choices)
    own, code = world.resolved.effects.own, world.resolved.code
    programs = sorted(set(world.lineage.entries) & set(product))
    courses = Courses(world, programs)
    divides = courses.gathered({site: 1 for site in courses.sites if any(e.role in ROWS for e in own.get(site, ()))})
    asked = [program for program in programs if program in trained or divides(program)]
    _Runs(world, choices, courses, asked).meet(met)
    sites = [(path, n) for path in product for n in code.scopes(path)]
    met.run(_left(world, [site for site in sites if site not in courses.sites]), _seeds(world, sites), None)
    return met.told(owned)


def _fits(world: World, path: str) -> bool:
    own = world.resolved.effects.own
    return any(world.trains(e) for n in world.resolved.code.scopes(path) for e in own.get((path, n), ()))


def _left(world: World, sites: Iterable[Site]) -> list[Site]:
    """Those of some functions that no program calls which only something outside calls, and on which chance may decide."""
    own = world.resolved.effects.own
    left = [site for site in sites if any(e.role in DRAWING for e in own.get(site, ()))]
    return [site for site in left if not _tested(world, site) and not world.uncalled.of(site)]


def _seeds(world: World, sites: Iterable[Site]) -> list[Effect]:
    """The calls in some scopes that seed a generator: a framework may call functions in any order, so each counts."""
    return [e for site in sites for e in world.resolved.effects.own.get(site, ()) if e.role is Role.SEED]


def _tested(world: World, site: Site) -> bool:
    """Whether a function is called by tests and examples alone."""
    found = [edge.caller[0] for edge in world.resolved.effects.callers.get(site, ())]
    return bool(found) and not any(places.is_product(path) for path in found)


class _Met:
    """The random choices that runs meet, as they come to them."""

    def __init__(self, world: World, choices: Choices) -> None:
        self._world = world
        self._choices = choices
        self._draws: dict[tuple[str, int], Draw] = {}
        self._files: dict[str, set[tuple[str, int]]] = defaultdict(set)

    def take(self, choice: Choice, *, before: bool, late: Place | None = None) -> None:
        """Note a choice, with whether a seed controls it in a run."""
        effect, path = choice.effect, choice.effect.site[0]
        key = (path, id(effect.call))  # two files of one content share their calls
        place = self._world.resolved.code.place(path, effect.line, effect.end_line)
        draw = Draw(effect.name, choice.decides, choice.generator, place, before, late)
        # Where one start of several leaves a choice to chance, it is left to chance.
        known = self._draws.get(key)
        if known is None:
            self._draws[key] = draw
        elif known.seeded != draw.seeded:
            self._draws[key] = msgspec.structs.replace(draw if known.seeded else known, sometimes=True)
        self._files[path].add(key)

    def run(self, sites: Iterable[Site], seeds: Sequence[Effect], course: Course | None) -> None:
        """Note the choices of a run: its scopes and the calls that seed generators, in the order in which it comes to them."""
        networks: set[tuple[str, str]] = set()
        for choice in (choice for site in sites for choice in self._choices.of(site)):
            loop = (choice.effect.site[0], choice.generator)
            if choice.decides == "network" and loop in networks:
                continue  # the first call of a training loop stands for all
            if choice.decides == "network":
                networks.add(loop)
            before, late = self._seeded(choice, seeds, course)
            self.take(choice, before=before, late=late)

    def _seeded(self, choice: Choice, seeds: Sequence[Effect], course: Course | None) -> tuple[bool, Place | None]:
        """Whether a choice is controlled, and where its generator is seeded too late."""
        before, late = not choice.left, None
        for other in seeds if choice.left and choice.generator else ():
            if choice.generator in self._choices.seeded(other):
                if _precedes(course, other, choice.effect):
                    before = True
                else:
                    late = self._world.resolved.code.place(other.site[0], other.line)
        return before, None if before else late

    def told(self, owned: Callable[[str], bool]) -> list[Chance]:
        """The choices that were met, file by file."""
        return [
            Chance(path, tuple(sorted((self._draws[k] for k in self._files[path]), key=lambda d: (d.place, d.name))))
            for path in sorted(self._files)
            if owned(path)
        ]


def _precedes(course: Course | None, one: Effect, other: Effect) -> bool:
    """Whether a run comes to one call before the other, or where that is not known may do so."""
    at, then = (course.step(one), course.step(other)) if course is not None else (None, None)
    return at is None or then is None or at < then


class _Runs:
    """The programs that train or divide rows; hundreds of them may come to the same choices."""

    def __init__(self, world: World, choices: Choices, courses: Courses, programs: list[str]) -> None:
        self._choices = choices
        self._courses = courses
        self._programs = programs
        own, sites = world.resolved.effects.own, sorted(courses.come_to(programs))
        self._all = [choice for site in sites for choice in choices.of(site)]
        self._seeds = [e for site in sites for e in own.get(site, ()) if e.role is Role.SEED]
        seeded = (
            {generator for effect in self._seeds for generator in choices.seeded(effect)} if self._open() else set()
        )
        self._generators = {generator: 1 << len(self._all) + n for n, generator in enumerate(sorted(seeded))}
        self._led = courses.gathered(self._said())

    def _open(self) -> bool:
        return any(choice.left and choice.generator for choice in self._all)

    def _said(self) -> dict[Site, int]:
        """By scope its choices, and the generators that it seeds, as bits of a number."""
        said: dict[Site, int] = defaultdict(int)
        for number, choice in enumerate(self._all):
            said[choice.effect.site] |= 1 << number
        for effect in self._seeds if self._generators else ():
            for generator in self._choices.seeded(effect):
                said[effect.site] |= self._generators[generator]
        return said

    def meet(self, met: _Met) -> None:
        """Note the choices of all programs: without their order where it does not matter."""
        choices, settled = (1 << len(self._all)) - 1, 0
        for program in self._programs:
            led = self._led(program)
            if self._is_ordered(led):
                course = self._courses.of(program, self._leading)
                seeds = [e for site in course.sites for e in self._seeding.get(site, ())]
                met.run(course.sites, seeds, course)
                continue
            for number in places_of(led & choices & ~settled):
                met.take(self._all[number], before=not self._all[number].left)
            settled |= led & choices

    def _is_ordered(self, led: int) -> bool:
        """Whether it matters in which order a program comes to what it leads to: a seed may come late, or one of several training
        loops first."""
        return any(led & bit and led & open_ for bit, open_ in self._drawing) or any(
            (led & loops).bit_count() > 1 for loops in self._loops
        )

    @cached_property
    def _drawing(self) -> list[tuple[int, int]]:
        """By generator that some call seeds its bit, and the choices that are left to it."""
        found = dict.fromkeys(self._generators, 0)
        for number, choice in enumerate(self._all):
            if choice.left and choice.generator in found:
                found[choice.generator] |= 1 << number
        return [(self._generators[generator], open_) for generator, open_ in found.items()]

    @cached_property
    def _loops(self) -> list[int]:
        """The training loops of each file that draw from the same generator, where it has several."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for number, choice in enumerate(self._all):
            if choice.decides == "network":
                found[choice.effect.site[0], choice.generator] |= 1 << number
        return [loops for loops in found.values() if loops.bit_count() > 1]

    @cached_property
    def _seeding(self) -> dict[Site, list[Effect]]:
        found: dict[Site, list[Effect]] = defaultdict(list)
        for effect in self._seeds:
            found[effect.site].append(effect)
        return found

    @cached_property
    def _leading(self) -> Container[Site]:
        """The scopes from which programs come to what has an order: choices and seeds, copies of their files among them."""
        calls = {id(choice.effect.call) for choice in self._all} | {id(effect.call) for effect in self._seeds}
        own = self._choices.world.resolved.effects.own
        sites = (site for site in self._courses.sites if any(id(e.call) in calls for e in own.get(site, ())))
        return self._courses.leading(sites)
