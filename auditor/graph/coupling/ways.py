"""Whether what a function returns is on its way to a model: into a fit, into a table for one, into a prediction."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph.coupling.sides import Side, predictions, serving_side, training_side
from auditor.graph.observed.flows import features
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Expr
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.origins import Traced
from auditor.program.naming.code import Frame, Local

DEEPEST = 5
"""Classes above one another that are looked at."""


class Ways:
    """Answers which functions surely stand beside the way: everything that reaches a model was followed, and they are not in it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[tuple[bool, Site], frozenset[Site] | None] = {}

    def beside_training(self, site: Site) -> bool:
        """Whether nothing that a function returns is learned from, in any program that trains."""
        return self._beside(site, training_side(self._world), trains=True)

    def beside_serving(self, site: Site) -> bool:
        """Whether no model is asked about anything that a function returns."""
        return self._beside(site, serving_side(self._world), trains=False)

    def _beside(self, site: Site, side: Side, *, trains: bool) -> bool:
        # What changes its argument and returns nothing leaves no trace to follow.
        if not site[1] or not self._world.resolved.code.index(*site).returns:
            return False
        runs = [(root, sites) for root, sites in side.runs.items() if site in sites]
        ways = [self._way(root, sites, trains=trains) for root, sites in runs]
        return bool(ways) and all(way is not None and site not in way for way in ways)

    def _way(self, root: Site, sites: frozenset[Site], *, trains: bool) -> frozenset[Site] | None:
        """The scopes that what reaches a model comes from; None where anything on the way could not be followed."""
        key = (trains, root)
        if key not in self._known:
            traced = list(self._learned(sites) if trains else self._asked(sites))
            whole = bool(traced) and all(each is not None and each.whole for each in traced)
            self._known[key] = frozenset(s for each in traced if each for s in self._sites(each)) if whole else None
        return self._known[key]

    def _learned(self, sites: frozenset[Site]) -> Iterator[Traced | None]:
        """What the fits of a run learn from, and what it writes for others."""
        flows = self._world.flows
        for effect in self._effects(sites):
            if self._world.trains(effect):
                given = features(effect)
                yield flows.behind(given, effect, loosely=True) if given is not None else None
                if type(effect.call.func) is Attr:  # a pipeline holds what it does to its rows
                    yield flows.behind(effect.call.func.base, effect, held=True)
            elif effect.role is Role.WRITE and effect.domain == "data":
                shown = flows.saved(effect)
                yield flows.behind(shown, effect, loosely=True) if shown is not None else None

    def _effects(self, sites: frozenset[Site]) -> Iterator[Effect]:
        own = self._world.resolved.effects.own
        return (effect for site in sorted(sites) for effect in own.get(site, ()) if not effect.dead)

    def _asked(self, sites: frozenset[Site]) -> Iterator[Traced | None]:
        """What models are asked about."""
        for site in sorted(sites):
            for called in predictions(self._world, site):
                given = self._argument(called.call)
                frame = Frame(*site, block=called.block)
                yield self._world.flows.origins.of(given, frame, called.call.line, loosely=True) if given else None

    @staticmethod
    def _argument(call: Call) -> Expr | None:
        return call.args[0] if call.args else call.keywords[0][1] if call.keywords else None

    def _sites(self, traced: Traced) -> Iterator[Site]:
        """The scopes that a value came through, those that calls on the way are handed, and all that objects do that they make."""
        yield from traced.scopes
        for origin in traced.calls:
            call = origin.call
            for expr in (call.func, *call.args, *(value for _, value in call.keywords)):
                met = self._world.resolved.evaluator.denoter.denote(expr, origin.frame)
                if type(met) is Local:
                    yield from self._run_by(met)

    def _run_by(self, met: Local, depth: int = 0) -> Iterator[Site]:
        """A function, or the methods of a class and of its bases, with what they call."""
        code, effects = self._world.resolved.code, self._world.resolved.effects
        scope = code.scope(met.path, met.scope)
        if scope.kind != "class":
            yield from effects.reached((met.path, met.scope))
            return
        for number in code.scopes(met.path):
            if code.scope(met.path, number).parent == met.scope:
                yield from effects.reached((met.path, number))
        for base in scope.bases if depth < DEEPEST else ():
            above = self._world.resolved.evaluator.denoter.denote(base, Frame(met.path, max(scope.parent, 0)))
            if type(above) is Local:
                yield from self._run_by(above, depth + 1)
