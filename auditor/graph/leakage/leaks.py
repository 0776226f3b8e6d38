"""Questions about leakage: which statistics, and which rows, a model saw before it was judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.place import Place, Related
from auditor.program.calls.effects import Site
from auditor.program.rows import verdicts
from auditor.program.rows.row_sets import Spot
from auditor.program.rows.trace import Evaluation, Trace

_MILDER_STATISTIC = 1
_MILDER_RESCALED = 2
"""Trees split where the order of a column tells them to: what keeps that order tells them nothing."""

_MILDER_FILTER = 2
"""Rows that are left out by a statistic over all rows: no value of a row tells of the others, but the easy ones are judged."""

_MILDER_UNLABELLED = 2
"""A statistic taken with rows that are only predicted inflates no figure; serving cannot take it so."""

_MILDER_BY_HOW = {"statistic": _MILDER_STATISTIC, "group": _MILDER_STATISTIC, "filter": _MILDER_FILTER}

BUG = "following its rows failed: "
"""Begins what is told of a program over which the run itself broke."""

MOST_SHOWN = 8

_VERBS = {"statistic": "taken", "group": "taken", "model": "trained", "filter": "taken"}


class Leak(NamedTuple):
    """A statistic over evaluated rows; `trail` tells fit, split, training and evaluation in this order. `milder`: severity steps."""

    transformer: str
    entity: str
    fitted: Place
    trail: tuple[Related, ...]
    certainty: float
    milder: int = 0
    says: str = ""


class Leaks(NamedTuple):
    """All leaks of a component; `pairs` of model and evaluation were seen, `analysed` could be followed; `cut` tells which runs were not finished."""

    preprocessing: tuple[Leak, ...]
    pairs: int
    analysed: int
    cut: tuple[str, ...] = ()


def traces(world: World) -> dict[str, Trace]:
    """What a run over each program saw, tests left out."""
    found = {}
    for path in world.resolved.code.paths:
        try:
            trace = None if places.is_test(path) else world.resolved.rows.of(path)
        except Exception as error:  # noqa: BLE001  # a bug of ours in one program: told as one, and all others are followed
            trace = Trace(cut=f"{BUG}{type(error).__name__}: {error}")
        if trace is not None:
            found[path] = trace
    return found


def owned_traces(world: World, owned: Callable[[str], bool]) -> Iterator[Trace]:
    """The traces of the programs of one component."""
    for path, trace in world.once(traces).items():
        if owned(path):
            yield trace


def leaks(world: World, owned: Callable[[str], bool]) -> Leaks:
    """Statistics over evaluated rows, in every program of the component."""
    found: dict[tuple[Spot, str], Leak] = {}
    pairs = analysed = 0
    cut: list[str] = []
    for path, trace in world.once(traces).items():
        if not owned(path):
            continue
        judged = {(e.trained.version, e.tested): e for e in trace.evaluations}
        pairs += len(judged)
        analysed += sum(e.relation != "unknown" for e in judged.values())
        cut += [f"{path}: {trace.cut}"] if trace.cut else []
        for group in _grouped(verdicts.preprocessing(trace)):
            found.setdefault((group[0].fit.spot, group[0].fit.name), _leak(world, group))
    return Leaks(tuple(found[key] for key in sorted(found)), pairs, analysed, tuple(cut))


def _grouped(found: list[verdicts.Leak]) -> list[list[verdicts.Leak]]:
    """Plain statistics of one file that reach the same scope are one piece of work; each fitted object is its own."""
    groups: dict[object, list[verdicts.Leak]] = {}
    for leak in found:
        plain = leak.fit.how in _MILDER_BY_HOW and leak.evaluation is not None
        site = leak.evaluation.site if leak.evaluation is not None else None
        groups.setdefault((leak.fit.spot.path, site, leak.fit.how == "filter") if plain else leak.fit, []).append(leak)
    return [sorted(group, key=lambda leak: (leak.fit.spot, leak.fit.name)) for group in groups.values()]


def _leak(world: World, group: list[verdicts.Leak]) -> Leak:
    first = group[0]
    fit, evaluation, split = first.fit, first.evaluation, first.split
    verb = _VERBS.get(fit.how, "fitted")
    name = _named(group)
    place = at(world, fit.spot)
    if evaluation is None:
        trail = [place.says(f"{name} {verb} here, on rows that are held out below")]
        trail += [at(world, split.spot).says("split into training and test part here")] if split is not None else []
        site = split.site if split is not None else (fit.spot.path, 0)
        says = f"{name} is {verb} on rows that the split then holds out"
        return Leak(fit.name, entity(world, site), place, tuple(trail), 0.6, _MILDER_STATISTIC, says)
    trail = [
        at(world, leak.fit.spot).says(f"{leak.fit.name} {verb} here, on rows that are evaluated below")
        for leak in group[:MOST_SHOWN]
    ]
    trail += [at(world, split.spot).says("split into training and test part here")] if split is not None else []
    trail += judged_at(world, evaluation)
    unlabelled = verdicts.unlabelled(evaluation)
    rows = "the rows that the model predicts" if unlabelled else "rows that the model is evaluated on"
    says = f"{name} {'are' if len(group) > 1 else 'is'} {verb} {'over' if verb == 'taken' else 'on'} {rows}"
    milder = _MILDER_UNLABELLED if unlabelled else _MILDER_BY_HOW.get(fit.how, 0)
    if all(leak.fit.rescales and leak.trees_only for leak in group):
        milder, says = max(milder, _MILDER_RESCALED), f"{says}; trees hardly see it, any other model would"
    certainty = 0.6 if unlabelled else 0.9 if evaluation.how == "folds" or evaluation.relation == "unknown" else 1.0
    return Leak(fit.name, entity(world, evaluation.site), place, tuple(trail), certainty, milder, says)


def _named(group: list[verdicts.Leak]) -> str:
    """`median()`, or `12 statistics (mean(), mode())`."""
    names = sorted({leak.fit.name for leak in group})
    return names[0] if len(group) == 1 else f"{len(group)} statistics ({', '.join(names[:4])})"


def at(world: World, spot: Spot) -> Place:
    """The place of a line, in its cell where the file is a notebook."""
    return world.resolved.code.place(spot.path, spot.line)


def entity(world: World, site: Site) -> str:
    """The scope in which a model is judged."""
    return world.resolved.code.scope(*site).name or site[0]


def judged_at(world: World, evaluation: Evaluation) -> list[Related]:
    """Where a model was trained and where it was judged."""
    name = evaluation.trained.name
    if evaluation.how == "folds":
        return [at(world, evaluation.spot).says(f"{name} judged here by cross-validation over those rows")]
    word = {"predict": "predicts those rows", "tuning": "watches those rows while it is trained"}.get(
        evaluation.how, "judged"
    )
    return [
        at(world, evaluation.trained.spot).says(f"{name} trained here"),
        at(world, evaluation.spot).says(f"{name} {word} here"),
    ]
