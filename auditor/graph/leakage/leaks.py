"""Questions about leakage: which statistics saw the rows a model is judged on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place, Related
from auditor.program.calls.effects import Site
from auditor.program.rows.interpret import Interpreter
from auditor.program.rows.row_sets import Evaluation, Fit, Spot, leaking

_STARTS = frozenset({Role.SPLIT, Role.EVALUATE, Role.PREDICT})


class Leak(NamedTuple):
    """A transformer fitted on evaluated rows; `trail` tells fit, split, training and evaluation in this order."""

    transformer: str
    entity: str
    fitted: Place
    trail: tuple[Related, ...]
    certainty: float


class Leaks(NamedTuple):
    """All leaks of a component; `pairs` of model and evaluation were seen, `analysed` could be followed."""

    preprocessing: tuple[Leak, ...]
    pairs: int
    analysed: int


def leaks(world: World, owned: Callable[[str], bool]) -> Leaks:
    """Follow rows through every scope of the component that splits or evaluates."""
    interpreter = Interpreter(world.resolved.effects)
    found: dict[tuple[Spot, str], Leak] = {}
    pairs = analysed = 0
    for site in _sites(world, owned):
        trace = interpreter.run(site)
        pairs += trace.pairs
        analysed += len(trace.evaluations)
        clean = {e.model_id for e in trace.evaluations if not e.folds and not leaking(e)}
        split = bool(trace.splits)
        for evaluation in trace.evaluations:
            if evaluation.model_id in clean or (evaluation.folds and split):
                continue
            for fit in leaking(evaluation):
                key = (fit.spot, fit.name)
                if key not in found:
                    found[key] = _leak(world, evaluation, fit)
    return Leaks(tuple(found[key] for key in sorted(found)), pairs, analysed)


def _sites(world: World, owned: Callable[[str], bool]) -> list[Site]:
    """Scopes with a split or an evaluation of their own, and the top level of files that hold one."""
    found: list[Site] = []
    for path in world.resolved.code.paths:
        if not owned(path) or places.is_test(path):
            continue
        busy = [
            n
            for n in world.resolved.code.scopes(path)
            if any(e.role in _STARTS for e in world.resolved.effects.own.get((path, n), ()))
        ]
        found += [(path, number) for number in sorted({0, *busy} if busy else ())]
    return found


def _leak(world: World, evaluation: Evaluation, fit: Fit) -> Leak:
    def at(spot: Spot) -> Place:
        return world.resolved.code.place(spot.path, spot.line)

    trail = [at(fit.spot).says(f"{fit.name} fitted here, on rows that are evaluated below")]
    if evaluation.split is not None:
        trail.append(at(evaluation.split).says("split into training and test part here"))
    if not evaluation.folds:
        trail.append(at(evaluation.fitted).says(f"{evaluation.model} trained here"))
    trail.append(
        at(evaluation.judged).says(
            f"{evaluation.model} judged here" + (" by cross-validation over those rows" if evaluation.folds else "")
        )
    )
    scope = world.resolved.code.scope(*evaluation.site)
    return Leak(
        fit.name, scope.name or evaluation.site[0], at(fit.spot), tuple(trail), 0.9 if evaluation.folds else 1.0
    )
