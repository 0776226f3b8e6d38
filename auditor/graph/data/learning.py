"""What flows into the model fits of a program, and into what a program writes: the reads that training starts from."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.graph.observed.lineage import Touch
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Const, Expr, Name
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.origins import Origin, Traced, judges
from auditor.program.naming.code import Frame, Local


class Flowing(msgspec.Struct, frozen=True):
    """What flows into something: the calls it comes from, the functions that were entered by them, and the scopes of the
    repository's objects and functions that hand it over.

    `whole`: everything on the way could be followed; `guessed`: nothing shows what it comes from, so all that the program
    runs is taken for it.
    """

    calls: frozenset[int]
    entered: frozenset[Site]
    sites: frozenset[Site]
    whole: bool
    guessed: bool = False

    def holds(self, world: World, effect: Effect) -> bool:
        """Whether what a call reads is in it; where a loader is called twice, only what its call on the way reads."""
        if effect.origin is None:
            return id(effect.call) in self.calls or effect.site in self.sites
        site, line = effect.origin
        own = (e for e in world.resolved.effects.own.get(site, ()) if (e.line, e.name) == (line, effect.name))
        if site not in self.sites and not any(id(each.call) in self.calls for each in own):
            return False
        aside = (edge.callee for edge in effect.chain if id(edge.call) not in self.calls)
        return not any((callee.path, callee.scope) in self.entered for callee in aside)


class Learning:
    """What flows into fits and writes, each program traced once for all that ask."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, Flowing] = {}
        self._written: dict[int, tuple[Effect, Traced]] = {}  # by the identity of the effect, which is held beside

    def of(self, program: str) -> Flowing:
        """What the model fits of a program are given."""
        found = self._known.get(program)
        if found is None:
            world = self._world
            sites = sorted(world.lineage.sites_of_program(program, Role.FIT))
            fits = (effect for site in sites for effect in world.resolved.effects.own.get(site, ()))
            traced = [each for effect in fits if world.trains(effect) for each in _behind_fit(world, effect)]
            found = self._known[program] = _flowing(world, traced)
        return found

    def behind(self, program: str, writes: Iterable[Touch]) -> Flowing:
        """What some writes of a program hold; all that it reads where a write does not show what it holds."""
        found = _flowing(self._world, [self._held(touch.effect) for touch in writes])
        if found.calls:
            return found
        return msgspec.structs.replace(found, sites=frozenset(self._world.lineage.reached(program)), guessed=True)

    def _held(self, write: Effect) -> Traced:
        """The origins of what a write holds; many programs may reach the same one."""
        known = self._written.get(id(write))
        if known is None:
            known = self._written[id(write)] = write, _behind_write(self._world, write)
        return known[1]


def _behind_write(world: World, write: Effect) -> Traced:
    """The origins of what a write holds; of one in a function that was called, as this call has it."""
    effects = world.resolved.effects
    site, line = write.origin or (write.site, write.line)
    own = (e for e in effects.own.get(site, ()) if (e.line, e.name) == (line, write.name))
    for effect in own:
        shown = world.flows.saved(effect)
        if shown is not None:
            frame = _entered(world, write, site) or effect.frame
            return world.flows.origins.of(shown, frame, effect.line, loosely=True)
    return Traced((), False)


def _entered(world: World, effect: Effect, site: Site) -> Frame | None:
    """The frame of the function that a write stands in, with what the calls on the way there hand over."""
    frame: Frame | None = None
    for edge in effect.chain:
        around = frame or Frame(*edge.caller, block=edge.site.block)
        frame = world.resolved.evaluator.objects.entered(edge.callee, edge.call, around)
    return frame if frame is not None and (frame.path, frame.scope) == site else None


def _behind_fit(world: World, effect: Effect) -> list[Traced]:
    """The origins of what a fit is given; of its receiver too, which may have been made with the data."""
    call = effect.call
    given: list[Expr] = [*call.args, *(value for name, value in call.keywords if not judges(name))]
    if type(call.func) is Attr:
        given.append(call.func.base)
    return [
        world.flows.origins.of(value, effect.frame, effect.line, loosely=True, learnt=True)
        for value in given
        if type(value) is not Const
    ]


def _flowing(world: World, traced: list[Traced]) -> Flowing:
    origins = [origin for each in traced for origin in each.calls]
    entered: set[Site] = set()
    sites: set[Site] = set()
    for origin in origins:
        callee = _local(world, origin.call.func, origin)
        if callee is not None:
            entered |= _run(world, callee)
            sites |= _asked(world, callee)
        for expr in (*origin.call.args, *(v for name, v in origin.call.keywords if not judges(name))):
            given = _local(world, expr, origin)
            if given is not None:
                sites |= _asked(world, given) or world.resolved.effects.reached((given.path, given.scope)).keys()
    calls = frozenset(id(origin.call) for origin in origins)
    return Flowing(calls, frozenset(entered), frozenset(sites), all(each.whole for each in traced))


def _local(world: World, expr: Expr, origin: Origin) -> Local | None:
    """The function or class of the repository that a name stands for."""
    if type(expr) not in (Name, Attr):
        return None
    found = world.resolved.evaluator.denoter.denote(expr, origin.frame)
    return found if type(found) is Local else None


def _run(world: World, callee: Local) -> set[Site]:
    """What a call of a function or a class runs at once."""
    if world.resolved.code.scope(callee.path, callee.scope).kind != "class":
        return {(callee.path, callee.scope)}
    init = world.resolved.evaluator.objects.method(callee, "__init__")
    return {(init.path, init.scope)} if type(init) is Local else set()


def _asked(world: World, cls: Local) -> set[Site]:
    """The scopes that run when a framework asks an object of a class for what it holds; none of a function."""
    code = world.resolved.code
    if code.scope(cls.path, cls.scope).kind != "class":
        return set()
    found: set[Site] = set()
    for number in code.nested(cls.path, cls.scope):
        if not judges(code.scope(cls.path, number).name.rpartition(".")[2]):
            found |= world.resolved.effects.reached((cls.path, number)).keys()
    return found
