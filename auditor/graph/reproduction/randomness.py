"""Questions about randomness: what chance decides on the way to a model, and whether a seed controls it (RULES §6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import asks_a_model, feeders
from auditor.graph.data.versions import trainings
from auditor.graph.reproduction.course import Course
from auditor.graph.reproduction.seeds import Seeds
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Const
from auditor.model.place import Place
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.origins import through
from auditor.program.running.invocations import argument

NETWORKS = frozenset({"torch", "tensorflow", "paddle", "mxnet"})
"""Generators that fitting a network draws from: weights, batches, dropout."""
_ROWS = frozenset({Role.SPLIT, Role.RESAMPLE})
_MODELS = frozenset({Role.ESTIMATOR, Role.TUNE, Role.TRANSFORMER, Role.COMPOSE})
_DRAWING = _ROWS | _MODELS | {Role.FIT, Role.SAMPLE}
"""What a call that chance decides on may do."""
_PICKS = frozenset({"random.sample", "random.choices", "numpy.random.choice"})
"""Draws of some elements of a list: files that are copied, indices of rows."""
_REORDERS = frozenset({"random.shuffle", "numpy.random.shuffle", "numpy.random.permutation", "torch.randperm"})
_CHOOSES = ("sample", "shuffle", "sampleBy")
_USES = frozenset({Role.FIT, Role.FIT_TRANSFORM, Role.SPLIT, Role.EVALUATE, Role.WRITE, Role.DATASET, Role.COPY})


class Draw(msgspec.Struct, frozen=True):
    """One random choice behind a model. `late` is where its generator is seeded afterwards.

    `decides`: `rows` (which of them are used, and for what), `order`, `model`, or `network` (weights and batches of a fit).
    """

    name: str
    decides: str
    generator: str
    place: Place
    seeded: bool
    late: Place | None = None


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


class _Run(msgspec.Struct, frozen=True):
    """A start of a program, or the functions of a file that no program of the repository calls."""

    course: Course | None
    sites: tuple[Site, ...]
    seeds: tuple[Effect, ...]


def chances(world: World, owned: Callable[[str], bool]) -> list[Chance]:
    """The random choices of a component that trains, file by file."""
    trained = {training.program for training in trainings(world, owned)}
    trained |= {feeder for program in sorted(trained) for feeder in feeders(world, program) if owned(feeder)}
    product = [path for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    if not trained and not any(_fits(world, path) for path in product):
        return []
    finder = _Finder(world)
    draws: dict[tuple[str, int], Draw] = {}
    files: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for run in _runs(world, trained, product):
        for number, path, draw in finder.draws(run):
            key = (path, number)  # two files of one content share their calls
            # Where one start of several leaves a choice to chance, it is left to chance.
            if key not in draws or (draws[key].seeded and not draw.seeded):
                draws[key] = draw
            files[path].add(key)
    return [
        Chance(path, tuple(sorted((draws[k] for k in files[path]), key=lambda d: (d.place, d.name))))
        for path in sorted(files)
        if owned(path)
    ]


def _fits(world: World, path: str) -> bool:
    own = world.resolved.effects.own
    return any(world.trains(e) for n in world.resolved.code.scopes(path) for e in own.get((path, n), ()))


def _runs(world: World, trained: set[str], product: list[str]) -> Iterator[_Run]:
    """The programs that train or divide rows, and the functions that only something outside calls."""
    own, code = world.resolved.effects.own, world.resolved.code
    covered: set[Site] = set()
    for program in sorted(set(world.lineage.entries) & set(product)):
        course = Course(world, (program, 0))
        effects = [e for site in course.sites for e in own.get(site, ())]
        covered |= set(course.sites)
        if program in trained or any(e.role in _ROWS for e in effects):
            yield _Run(course, tuple(course.sites), tuple(e for e in effects if e.role is Role.SEED))
    sites = [(path, n) for path in product for n in code.scopes(path)]
    seeds = tuple(e for site in sites for e in own.get(site, ()) if e.role is Role.SEED)
    # A framework may call the other functions in any order, so a seed anywhere in the component counts.
    left = [site for site in sites if site not in covered and any(e.role in _DRAWING for e in own.get(site, ()))]
    rest = tuple(site for site in left if not _tested(world, site) and not world.uncalled.of(site))
    yield _Run(None, rest, seeds)


def _tested(world: World, site: Site) -> bool:
    """Whether a function is called by tests and examples alone."""
    found = [edge.caller[0] for edge in world.resolved.effects.callers.get(site, ())]
    return bool(found) and not any(places.is_product(path) for path in found)


class Drawn(msgspec.Struct, frozen=True):
    """Whether a program fits, divides, judges or writes anything; and the draws behind that, each by its scope and its number among
    the effects there."""

    uses: bool = False
    behind: frozenset[tuple[int, int]] = frozenset()


def _drawn(world: Sight, path: str) -> Drawn:
    own, scopes = world.resolved.effects.own, world.resolved.code.scopes(path)
    effects = [(number, n, e) for number in scopes for n, e in enumerate(own.get((path, number), ()))]
    uses = [effect for _, _, effect in effects if effect.role in _USES]
    drawn = [each for each in effects if each[2].role is Role.SAMPLE]
    calls = {call for use in uses for call in _behind(world, use)} if drawn else frozenset[int]()
    return Drawn(bool(uses), frozenset((number, n) for number, n, effect in drawn if id(effect.call) in calls))


def _behind(world: Sight, effect: Effect) -> Iterator[int]:
    """The calls behind what a call fits, divides, judges or writes."""
    given = (*effect.call.args, *(value for _, value in effect.call.keywords))
    for value in (world.flows.saved(effect),) if effect.role is Role.WRITE else given:
        calls = world.flows.behind(value, effect).calls if value is not None else ()
        # What is written of answers tells of a model that was fitted before.
        if not (effect.role is Role.WRITE and any(asks_a_model(origin.call) for origin in calls)):
            yield from through(calls)


DRAWN = Look("drawn", _drawn, Drawn, rare=True)
"""The draws of a program behind what it fits, divides, judges or writes."""


class _Finder:
    """Finds the random choices in the runs of a tree."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seeds = Seeds(world.resolved)
        self._seeding: dict[int, frozenset[str]] = {}

    def draws(self, run: _Run) -> Iterator[tuple[int, str, Draw]]:
        """The random choices of a run, each with the identity of its call and the file it stands in."""
        networks: set[tuple[str, str]] = set()
        for site in run.sites:
            for effect in self.world.resolved.effects.own.get(site, ()) if places.is_product(site[0]) else ():
                decides = self._decides(effect)
                left = self._left_open(effect, decides)
                if left is None:
                    continue
                if decides == "network":
                    if (site[0], self._generator(effect)) in networks:
                        continue  # the first call of a training loop stands for all
                    networks.add((site[0], self._generator(effect)))
                yield id(effect.call), site[0], self._draw(run, effect, decides, left=left)

    def _left_open(self, effect: Effect, decides: str) -> bool | None:
        """Whether the call itself leaves a choice to chance; None where there is no choice, or it cannot be told."""
        if not decides:
            return None
        if decides == "network":
            return True
        if not _may_draw(effect):
            return None
        left = self.seeds.open(effect)
        if left and decides == "model" and self._told_later(effect):
            return None
        if left is False and effect.entry.seed is not None:
            given = argument(effect.call, effect.entry.seed.arg, effect.entry.seed.pos)
            return False if given is not None else None  # without a seed it needs none
        return left

    def _told_later(self, effect: Effect) -> bool:
        """Whether the file names the seed's argument as a text: a table of parameters may hold it for a model made before."""
        seed = effect.entry.seed
        return seed is not None and seed.arg in self.world.resolved.code.texts(effect.site[0])

    def _draw(self, run: _Run, effect: Effect, decides: str, *, left: bool) -> Draw:
        code, generator = self.world.resolved.code, self._generator(effect)
        before, late = not left, None
        for other in run.seeds if left and generator else ():
            if not other.dead and generator in self._seeded(other):
                if self._precedes(run, other, effect):
                    before = True
                else:
                    late = code.place(other.site[0], other.line)
        place = code.place(effect.site[0], effect.line, effect.end_line)
        return Draw(effect.name, decides, generator, place, before, None if before else late)

    @staticmethod
    def _precedes(run: _Run, one: Effect, other: Effect) -> bool:
        """Whether a run comes to one call before the other, or where that is not known may do so."""
        at, then = (run.course.step(one.call), run.course.step(other.call)) if run.course else (None, None)
        return at is None or then is None or at < then

    # --- what counts ---

    def _decides(self, effect: Effect) -> str:
        """What a call decides by chance: `rows`, a `model`, the fitting of a `network`; "" for anything else."""
        if effect.dead or effect.certainty < 0.6:
            return ""
        role, attrs = effect.role, effect.entry.attrs
        if role is Role.TUNE and _tries_once(effect):
            return ""
        if role is Role.FIT:
            plain = not attrs.get("schedule") and not attrs.get("guard") and self.world.trains(effect)
            return "network" if plain and self._generator(effect) in NETWORKS and self._imports(effect) else ""
        if role in _MODELS or role in _ROWS:
            return ("rows" if role in _ROWS else "model") if effect.entry.seed is not None else ""
        if role is Role.SAMPLE and (effect.name in _REORDERS | _PICKS or _chooses(effect)):
            used = self.world.seen(DRAWN, effect.site[0])
            if used.uses and (effect.name in _REORDERS or self._position(effect) in used.behind):
                return "order" if _orders(effect) else "rows"
        return ""

    def _position(self, effect: Effect) -> tuple[int, int]:
        """The scope of a call, and its number among the effects there."""
        own = self.world.resolved.effects.own[effect.site]
        return effect.site[1], next(n for n, other in enumerate(own) if other is effect)

    def _imports(self, effect: Effect) -> bool:
        """Whether the file of a call imports its library, where the method's name alone tells what it is."""
        if effect.certainty > 0.9:
            return True
        code, path = self.world.resolved.code, effect.site[0]
        return any(
            not statement.level and imported.module.partition(".")[0] in {effect.entry.library, self._generator(effect)}
            for number in code.scopes(path)
            for statement, _, _ in code.index(path, number).imports
            for imported in statement.names
        )

    def _generator(self, effect: Effect) -> str:
        """The process-wide generator that a call draws from when it is given none; "" for one of its own."""
        library = self.world.resolved.knowledge.library(effect.entry.library)
        own = effect.entry.attrs.get("draws")
        return str(own) if own else library.draws if library is not None else ""

    def _seeded(self, effect: Effect) -> frozenset[str]:
        """The generators that a call gives a seed which may be the same in the next run."""
        if id(effect) not in self._seeding:
            self._seeding[id(effect)] = self._generators(effect) if self.seeds.sets(effect) else frozenset()
        return self._seeding[id(effect)]

    def _generators(self, effect: Effect) -> frozenset[str]:
        """The generators that a call seeds."""
        named = effect.entry.attrs.get("seeds")
        if named:
            return frozenset(str(named).split())
        own = effect.entry.kind == "class" or effect.entry.returns  # a generator of its own
        return frozenset() if own else frozenset({self._generator(effect)} - {""})


def _may_draw(effect: Effect) -> bool:
    """Whether a call whose algorithm draws only under some values of an argument is given one of them."""
    argument_, _, values = str(effect.entry.attrs.get("chance", "")).partition("=")
    if not argument_:
        return True
    given = dict(effect.call.keywords).get(argument_)
    return type(given) is Const and str(given.value) in values.split(",")


def _tries_once(effect: Effect) -> bool:
    """Whether a search makes a single trial: it searches nothing."""
    given = dict(effect.call.keywords)
    return any(
        type(value := given.get(name)) is Const and value.value == 1
        for name in ("max_evals", "n_trials", "n_iter", "max_trials")
    )


def _orders(effect: Effect) -> bool:
    """Whether a call hands out the same rows in another order, batch by batch."""
    return effect.entry.seed is not None and effect.entry.seed.switch == "shuffle"


def _chooses(effect: Effect) -> bool:
    """Whether a call draws rows of a table or a data set, or puts them in another order."""
    seed = effect.entry.seed
    return seed is not None and (effect.name.endswith(_CHOOSES) or _orders(effect))
