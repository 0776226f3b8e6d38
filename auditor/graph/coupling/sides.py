"""The two sides of a model: the code that runs when it is trained, and the code that runs when it answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from functools import cached_property

from auditor.graph import places
from auditor.graph.data.versions import Training, trainings
from auditor.graph.declared.steps import PIPELINES
from auditor.graph.observed.answers import asks_a_model, keeps_answers
from auditor.graph.observed.lineage import Touch
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.origins import Origin
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import CallSite

LEVELS = 3
"""Callers over which the root of what answers is searched."""


class Side:
    """One side of a model: every scope of it (`sites`), and the scopes where it begins (`starts`)."""

    def __init__(
        self, sites: frozenset[Site], starts: tuple[Site, ...], run: Callable[[Site], frozenset[Site]]
    ) -> None:
        """`run` gives what runs from a start on: hundreds of programs may share most of it, and few rules ask for each."""
        self.sites = sites
        self.starts = starts
        self._run = run

    @cached_property
    def runs(self) -> dict[Site, frozenset[Site]]:
        """By start every scope that runs from there."""
        return {start: self._run(start) for start in self.starts}


def every(_path: str) -> bool:
    """The whole repository."""
    return True


def product_trainings(world: World) -> tuple[Training, ...]:
    """The trainings of the whole repository, notebooks to look around in left out."""
    return world.once(_trainings)


def _trainings(world: World) -> tuple[Training, ...]:
    return tuple(training for training in trainings(world, every) if not places.is_exploratory(training.program))


def training_side(world: World) -> Side:
    """What runs when a model is trained: the programs that fit, and those that write the data they read."""
    return world.once(_training_side)


def serving_side(world: World) -> Side:
    """What runs when a model answers: services, and whatever loads a model to predict and neither trains nor judges one."""
    return world.once(_serving_side)


def _training_side(world: World) -> Side:
    programs = feeders(world, *(training.program for training in product_trainings(world)))
    return Side(
        _whole(world, world.lineage.reached_by_any(programs)),
        tuple((program, 0) for program in sorted(programs)),
        lambda start: _whole(world, set(world.lineage.reached(start[0]))),
    )


def feeders(world: World, *programs: str) -> frozenset[str]:
    """Some programs and those that write, over any number of files, the data they read."""
    writers, asked = world.once(_writers), world.once(_asked)
    found, todo = set(programs), list(programs)
    while todo:
        program = todo.pop()
        read = {touch.artefact.id for touch in world.lineage.of_program(program) if touch.way == "read"}
        for artefact in sorted(read | asked.get(program, frozenset())):
            makers = writers.get(artefact, frozenset())
            todo += sorted(makers - found)
            found |= makers
    return frozenset(found)


def _asked(world: World) -> dict[str, frozenset[str]]:
    """What the steps of pipelines that run a program declare to read: the program itself may take each path from settings."""
    table: dict[str, set[str]] = {}
    for step in world.steps.all:
        for program in world.steps.programs(step) if step.tool in PIPELINES and step.reads else ():
            table.setdefault(program, set()).update(each.id for each in step.reads)
    return {program: frozenset(read) for program, read in table.items()}


def _writers(world: World) -> dict[str, frozenset[str]]:
    """The product programs that write each data set, or run in a step that declares it as its output."""
    table: dict[str, set[str]] = {}
    for program in world.lineage.entries:
        for touch in world.lineage.of_program(program) if places.is_product(program) else ():
            if touch.way == "write" and touch.kind is NodeKind.DATASET:
                table.setdefault(touch.artefact.id, set()).add(program)
    for step in world.steps.all:
        for out in step.writes if step.tool in PIPELINES else ():
            table.setdefault(out.id, set()).update(p for p in world.steps.programs(step) if places.is_product(p))
    return {artefact: frozenset(programs) for artefact, programs in table.items()}


def _serving_side(world: World) -> Side:
    product = [path for path in world.resolved.code.paths if places.is_product(path) and not path.endswith(".ipynb")]
    services = serving_programs(product, world.resolved, world.lineage)
    runs = {(path, 0): _whole(world, _with_service(world, path)) for path in services}
    for root in sorted(_candidates(world, product)):
        reached = set(world.resolved.effects.reached(root))
        if root not in runs and _answers(world, reached) and not _is_tryout(world, reached):
            runs[root] = _whole(world, reached)
    return Side(frozenset[Site]().union(*runs.values()), tuple(runs), runs.__getitem__)


def given_to_somebody(world: World) -> frozenset[Site]:
    """The scopes of what answers somebody: of services, and of programs that keep what they predict in a table of that name."""
    return world.once(_given)


def _given(world: World) -> frozenset[Site]:
    side = serving_side(world)
    product = [path for path in world.resolved.code.paths if places.is_product(path)]
    services = frozenset(serving_programs(product, world.resolved, world.lineage))
    runs = (
        side.runs[start] for start in side.starts if start[0] in services or _keeps_answers(world, side.runs[start])
    )
    return frozenset[Site]().union(*runs)


def _keeps_answers(world: World, sites: frozenset[Site]) -> bool:
    return any(t.way == "write" and keeps_answers(t) for site in sites for t in world.lineage.touches.get(site, ()))


def _candidates(world: World, product: list[str]) -> set[Site]:
    """The scopes that load a model, and those that call them: where an answer may begin."""
    wanted, loading = frozenset(product), world.resolved.effects.playing(Role.LOAD_MODEL)
    found = {effect.site for effect in loading if not effect.dead and effect.site[0] in wanted}
    edge = set(found)
    for _ in range(LEVELS):
        edge = {call.caller for site in edge for call in world.resolved.effects.callers.get(site, ())} - found
        found |= {site for site in edge if places.is_product(site[0])}
    return found


def _answers(world: World, sites: set[Site]) -> bool:
    """Whether scopes load a model and predict with it, and neither train nor judge one."""
    predicting = predicting_sites(world)
    loads = predicts = False
    for site in sites:
        for effect in world.resolved.effects.own.get(site, ()):
            if effect.role is Role.EVALUATE or world.trains(effect):
                return False
            loads = loads or effect.role is Role.LOAD_MODEL
        predicts = predicts or site in predicting
    return loads and predicts


_FROM_OUTSIDE = frozenset({
    Role.READ, Role.DOWNLOAD, Role.CLI_PARAM, Role.CONFIG_READ, Role.CALL_SERVICE, Role.CONNECT, Role.SERVE,
})  # fmt: skip


_ASKING = frozenset({"sys", "socket", "select", "urllib", "http", "asyncio", "os", "queue", "multiprocessing"})
"""Modules of the standard library that may bring something in."""


def _is_tryout(world: World, sites: set[Site]) -> bool:
    """Whether all that scopes predict for is written out in them: such a program tries a model and serves nobody."""
    asked = sites & predicting_sites(world)
    return bool(asked) and all(site[1] in world.seen(WRITTEN_OUT, site[0]) for site in asked)


def _is_written_out(world: Sight, site: Site, asked: CallSite) -> bool:
    """Whether what a call predicts for comes from nothing outside the code."""
    given = next(iter(asked.call.args), None) or next((value for _, value in asked.call.keywords), None)
    if given is None:
        return False
    traced = world.flows.origins.of(given, Frame(*site, block=asked.block), asked.call.line)
    return traced.whole and not any(_is_from_outside(world, origin) for origin in traced.calls)


def _is_from_outside(world: Sight, origin: Origin) -> bool:
    """Whether a call brings something in: by its role, or because nothing is known of its library."""
    dotted = world.flows.dotted(origin.call.func, origin.frame)
    entry = world.flows.entry(origin)
    if entry is not None:
        return entry.role in _FROM_OUTSIDE
    root = dotted.partition(".")[0]
    known = world.resolved.knowledge.library(dotted) is not None or root in sys.stdlib_module_names - _ASKING
    return dotted in ("builtins.input", "builtins.open") or bool(dotted and not known and root != "builtins")


def predicting_sites(world: World) -> frozenset[Site]:
    """The scopes of product code that predict."""
    return world.once(_predicting)


def _predicting(world: World) -> frozenset[Site]:
    return frozenset(
        (path, number) for path in world.resolved.code.paths for number in world.seen(PREDICTING_SCOPES, path)
    )


def _scopes_that_predict(world: Sight, path: str) -> tuple[int, ...]:
    scopes = world.resolved.code.scopes(path) if places.is_product(path) else ()
    return tuple(number for number in scopes if predictions(world, (path, number)))


PREDICTING_SCOPES = Look("predicting", _scopes_that_predict, tuple[int, ...])
"""The scopes of a product program that predict."""


def _scopes_of_written(world: Sight, path: str) -> tuple[int, ...]:
    return tuple(
        number
        for number in _scopes_that_predict(world, path)
        if all(_is_written_out(world, (path, number), call) for call in predictions(world, (path, number)))
    )


WRITTEN_OUT = Look("written out", _scopes_of_written, tuple[int, ...], rare=True)
"""Those of them that predict only for what is written out in the code."""


def predictions(world: Sight, site: Site) -> list[CallSite]:
    """The calls of a scope that predict, by what is known of them or by the name of the method."""
    known = {
        id(effect.call)
        for effect in world.resolved.effects.own.get(site, ())
        if effect.role is Role.PREDICT and effect.domain == "ml"
    }
    return [
        call
        for call in world.resolved.code.index(*site).calls
        if not call.dead and (id(call.call) in known or asks_a_model(call.call))
    ]


def _with_service(world: World, program: str) -> set[Site]:
    """Every scope that runs with a service, the functions included that nothing calls but who runs it (`run`, `handler`)."""
    found = set(world.lineage.reached(program))
    for number in world.resolved.code.scopes(program):
        scope = world.resolved.code.scope(program, number)
        if scope.kind == "function" and not world.resolved.effects.callers.get((program, number)):
            found |= set(world.resolved.effects.reached((program, number)))
    return found


def _whole(world: World, sites: set[Site]) -> frozenset[Site]:
    """The scopes with the methods that only a framework calls of the objects made in them (`__getitem__`, `forward`); no tests."""
    todo, effects = sites, world.resolved.effects
    while todo:
        methods = {method for site in todo for method in _called_by_nobody(world, site)}
        todo = effects.reached_by_any(methods - sites) - sites
        sites = sites | todo
    return frozenset(site for site in sites if not places.is_test(site[0]))


def _called_by_nobody(world: World, site: Site) -> Iterator[Site]:
    """The methods that nothing calls but tests of the classes that a scope makes objects of."""
    effects, code = world.resolved.effects, world.resolved.code
    for call in effects.calls.get(site, ()):
        owner = code.owner(call.callee.path, call.callee.scope) if call.constructs else None
        for number in code.nested(call.callee.path, owner) if owner is not None else ():
            method = (call.callee.path, number)
            if all(places.is_test(edge.caller[0]) for edge in effects.callers.get(method, ())):
                yield method


def models(world: World, sites: Collection[Site], way: str) -> list[Touch]:
    """The models that some scopes read or write (`way`)."""
    role = Role.SAVE_MODEL if way == "write" else Role.LOAD_MODEL
    return [
        touch
        for site in sorted(site for site in sites if site in world.lineage.touches)
        for touch in world.lineage.touches[site]
        if touch.way == way and (touch.kind is NodeKind.MODEL or touch.effect.role is role)
    ]


def effects_in(world: World, sites: Collection[Site], *roles: Role) -> list[Effect]:
    """The sure effects of some roles that stand in some scopes, in order."""
    return [
        effect
        for site in sorted(sites)
        for effect in world.resolved.effects.own.get(site, ())
        if effect.role in roles and effect.certainty >= 0.6 and not effect.dead
    ]
