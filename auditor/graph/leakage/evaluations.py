"""Questions about evaluations: rows a model was judged on that it had seen, that others were judged on, or that came later."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import chain
from operator import or_

import msgspec

from auditor.graph import places
from auditor.graph.leakage.chosen import Chosen
from auditor.graph.leakage.leaks import MOST_SHOWN, at, entity, judged_at, owned_traces
from auditor.graph.leakage.on_purpose import on_purpose
from auditor.graph.leakage.thresholds import chosen_thresholds
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Assign, Attr, Expr, Group, Item, Name, Stmt
from auditor.model.ordered import Ordered
from auditor.model.place import Place, Related
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.statements import heads, placed, within
from auditor.program.rows import shuffling, verdicts
from auditor.program.rows.trace import Evaluation, Split, Trace
from auditor.program.rows.values import UNSUPERVISED

_SIGNS = {
    "parsed": "dates parsed here",
    "ordered": "ordered by time here",
    "lagged": "lag or window over earlier rows here",
}


JUDGING = regex(r"(^|_)(test|tst|holdout|hold_out|eval|valid|validation|val)(_|\d|$)", re.I)
"""Names of rows that a model is judged on."""
_HANDED_OVER = regex(
    r"((x|y|data|df|features?|labels?|targets?|rows|frame)_?)?(test|tst|testing|holdout|hold_out|eval|valid|validation|val)"
    r"(_?(x|y|data|set|df|features?|labels?|targets?|rows|frame|loader|dataset|dataloader|ds|dl|samples?|images?|batch))?\d?",
    re.I,
)
"""Whole names of parameters that take such rows; `test_size` and `eval_metric` are settings."""

_LOADS, _JUDGES, _TRAINS = 1, 2, 4
_JUDGED = _LOADS | _JUDGES
_MILDER_ANSWERED = 2
_MILDER_BESIDE = 1
"""Rows of the second split were held out indeed, and a figure is taken of these too; of a calibration only what it learns is too good."""
_MILDER_LOOKING = 2
"""A model in a notebook to look around in describes the data; nobody may mean to use it."""


class Doubt(Ordered, frozen=True):
    """One evaluation that does not show what it seems to: where it stands, what is said of it, and the trail to it."""

    place: Place
    entity: str
    says: str
    trail: tuple[Related, ...]
    certainty: float = 1.0
    milder: int = 0


class Unjudged(msgspec.Struct, frozen=True):
    """Programs that train a supervised model without judging it on rows it has not seen; of `open` ones it is not known."""

    on_training_rows: tuple[Doubt, ...]
    open: tuple[Place, ...]
    judged: int


def _doubt(
    world: World,
    evaluation: Evaluation,
    place: Place,
    says: str,
    trail: list[Related],
    certainty: float = 1.0,
    milder: int = 0,
) -> Doubt:
    name = f"{entity(world, evaluation.site)}|{evaluation.trained.name}"
    return Doubt(place, name, says, tuple(trail), certainty, milder)


def overlaps(world: World, owned: Callable[[str], bool]) -> tuple[Doubt, ...]:
    """Models that were trained on the rows they are judged on as if those had been held out."""
    return _all(world, owned, lambda trace: _overlaps(world, trace, copies=False))


def resampled(world: World, owned: Callable[[str], bool]) -> tuple[Doubt, ...]:
    """Models whose training rows hold copies or neighbours of the rows they are judged on."""
    return _all(world, owned, lambda trace: _overlaps(world, trace, copies=True))


def _overlaps(world: World, trace: Trace, *, copies: bool) -> Iterator[Doubt]:
    for found in verdicts.overlaps(trace):
        if (found.resampled is not None) != copies:
            continue
        evaluation = found.evaluation
        if evaluation is None:
            if found.split is not None and not _is_left(world, found.split):
                place = at(world, found.split.spot)
                says = "rows are split that were repeated or synthesised before"
                yield Doubt(place, f"{entity(world, found.split.site)}|{found.split.name}", says, (), 0.8)
            continue
        repeated = trace.repeats.get(found.resampled) if found.resampled is not None else None
        trail = [at(world, repeated).says("rows repeated or synthesised here")] if repeated is not None else []
        trail += [at(world, found.split.spot).says("split here")] if found.split is not None else []
        trail += judged_at(world, evaluation)
        name = evaluation.trained.name
        milder = 0
        if copies:
            says = f"{name} is trained on rows that were repeated or synthesised before they were split from the evaluated ones"
        else:
            says = f"{name} is trained on the rows it is judged on as if they were held out"
            again = [
                e for e in trace.evaluations if e.trained.spot == evaluation.trained.spot and e.relation == "apart"
            ]
            if evaluation.trained.rows is evaluation.tested:
                says, milder = f"{name} learns from the held-out rows that it is then judged on", _MILDER_BESIDE
            elif found.beside:
                says, milder = f"{says}: those come of another split of the same rows", _MILDER_BESIDE
            elif again:  # the choice of an epoch was made too hopefully; the last word may be that of rows untouched
                says, milder = f"{says}; it also answers for rows that were", _MILDER_ANSWERED
        yield _doubt(world, evaluation, at(world, evaluation.spot), says, trail, milder=milder)


def _is_left(world: World, split: Split) -> bool:
    """Whether no line makes use of any part that a split gives."""
    code, (path, number) = world.resolved.code, split.site
    if not number and any(True for _ in code.importers(path)):
        return False
    scopes = [code.scope(path, number), *(code.scope(path, each) for each in code.scopes(path) if each > number)]
    statements = [each.statement for scope in scopes for each in placed(scope.body)]
    parts = {
        part.id
        for statement in statements
        if type(statement) is Assign and statement.line <= split.spot.line <= statement.end_line
        for target in statement.targets
        for part in within(target)
        if type(part) is Name
    }
    read = (part for statement in statements for head in _read(statement) for part in within(head))
    return bool(parts) and not any(type(part) is Name and part.id in parts for part in read)


def _read(statement: Stmt) -> Iterator[Expr]:
    """The expressions of a statement whose names are read, not bound."""
    if type(statement) is not Assign:
        yield from heads(statement)
        return
    yield from [] if statement.value is None else [statement.value]
    targets = [each for target in statement.targets for each in (target.items if type(target) is Group else (target,))]
    yield from (target for target in targets if type(target) in (Attr, Item))


def on_training_rows(world: World, owned: Callable[[str], bool]) -> tuple[Doubt, ...]:
    """Models that are judged on the rows they were trained on."""
    return _all(world, owned, lambda trace: _on_training_rows(world, trace))


def _on_training_rows(world: World, trace: Trace) -> Iterator[Doubt]:
    for evaluation in verdicts.on_training_rows(trace):
        says = f"{evaluation.trained.name} is judged on the rows it was trained on"
        yield _doubt(world, evaluation, at(world, evaluation.spot), says, judged_at(world, evaluation)[:1])


def reused(world: World, owned: Callable[[str], bool]) -> tuple[Doubt, ...]:
    """Evaluation rows that several models, or tuning and the final figure, share, while none are kept for the last word."""
    elsewhere = _evaluates_loaded(world, owned)
    chosen = Chosen(world)
    return _all(
        world,
        owned,
        lambda trace: chain(
            _reused(world, trace, chosen, elsewhere=elsewhere), _by_threshold(world, trace, chosen, elsewhere=elsewhere)
        ),
    )


def _reused(world: World, trace: Trace, chosen: Chosen, *, elsewhere: bool) -> Iterator[Doubt]:
    for reuse in verdicts.repeated(trace, chosen.deciding):
        if all(world.uncalled.of(each.site) for each in reuse.evaluations):
            continue  # nobody was ever shown the figures
        last = reuse.evaluations[-1]
        shown = list({e.spot: e for e in reuse.evaluations}.values())
        trail = [
            at(world, e.spot).says(f"{e.trained.name} {'watches' if e.how == 'tuning' else 'judged on'} them here")
            for e in shown[:MOST_SHOWN]
        ]
        says = f"{_uses(reuse)}; this program keeps no rows for the last word"
        scored = reuse.selects and reuse.known and not elsewhere
        yield _doubt(world, last, at(world, last.spot), says, trail, 0.9 if scored else 0.6, 0 if scored else 2)


def _by_threshold(world: World, trace: Trace, chosen: Chosen, *, elsewhere: bool) -> Iterator[Doubt]:
    for cut in chosen_thresholds(world, trace, chosen):
        if not world.uncalled.of(cut.site):
            place = world.resolved.code.place(cut.site[0], cut.line)
            says = "the threshold of this figure is chosen by the very test rows that it is taken over; this program keeps no rows for the last word"
            certainty, milder = (0.6, _MILDER_ANSWERED) if elsewhere else (0.9, 0)
            yield Doubt(place, f"{entity(world, cut.site)}|threshold", says, (), certainty, milder)


def _uses(reuse: verdicts.Reuse) -> str:
    name = reuse.evaluations[-1].trained.name
    models = {e.trained.version for e in reuse.evaluations}
    if len(models) == 1 or (
        len({e.trained.name for e in reuse.evaluations}) == 1 and any(e.how == "tuning" for e in reuse.evaluations)
    ):
        return f"the rows that {name} is judged on also guide its training"
    if len({e.spot for e in reuse.evaluations}) == 1:
        return f"every {name} of a loop is judged on the same rows"
    return f"{len(models)} models are judged on the same rows"


def shuffled(world: World, owned: Callable[[str], bool]) -> tuple[Doubt, ...]:
    """Random splits of rows that are ordered in time."""
    return _all(world, owned, lambda trace: _shuffled(world, trace))


def _shuffled(world: World, trace: Trace) -> Iterator[Doubt]:
    for found in shuffling.shuffled_in_time(trace):
        place = at(world, found.split.spot)
        trail = tuple(at(world, signal.spot).says(_SIGNS[signal.word]) for signal in found.signals)
        says = f"{found.split.name} splits rows that are ordered in time at random"
        yield Doubt(
            place,
            f"{entity(world, found.split.site)}|{found.split.name}",
            says,
            trail,
            0.8 if len(found.signals) > 2 else 0.6,
        )


def unjudged(world: World, owned: Callable[[str], bool]) -> Unjudged:
    """Training without an evaluation on rows that were held out, program by program."""
    doubts: list[Doubt] = []
    nowhere: list[Place] = []
    judged = 0
    elsewhere = _evaluates_loaded(world, owned) or _is_handed_over(world, owned)
    traces = list(owned_traces(world, owned))
    held = {e.trained for trace in traces for e in trace.evaluations if e.relation == "apart"}
    for trace in traces:
        supervised = [t for t in trace.trainings if t.task not in UNSUPERVISED]
        if not supervised:
            continue
        evidence = verdicts.unheld(trace)
        if any(t in held for t in supervised):  # here, or by a program that loads the model
            judged += 1
        elif evidence and not elsewhere:
            first = evidence[0]
            says = f"{first.trained.name} is judged on its training rows only; no rows are held out"
            milder = _MILDER_LOOKING if places.is_exploratory(first.spot.path) else 0
            trail = judged_at(world, first)[:1]
            found = _doubt(world, first, at(world, first.spot), says, trail, milder=milder)
            doubts += [] if on_purpose(world, found.place) else [found]
        else:
            nowhere.append(at(world, supervised[0].spot))
    return Unjudged(tuple(doubts), tuple(nowhere), judged)


def _evaluates_loaded(world: World, owned: Callable[[str], bool]) -> bool:
    """Whether a program of the component loads a model and judges it: in its own code, or by functions that train nothing."""
    effects = world.resolved.effects.own
    bits = {Role.LOAD_MODEL: _LOADS, Role.EVALUATE: _JUDGES, Role.FIT: _TRAINS}
    said = {site: reduce(or_, (bits.get(e.role, 0) for e in own)) for site, own in effects.items() if own}
    does = world.resolved.effects.gathered(said)
    for path in filter(owned, world.resolved.code.paths):
        sites: list[Site] = [(path, number) for number in world.resolved.code.scopes(path)]
        if reduce(or_, (said.get(site, 0) for site in sites), 0) & _JUDGED == _JUDGED:
            return True
        if any(does(site) == _JUDGED for site in sites):
            return True
    return False


def _is_handed_over(world: World, owned: Callable[[str], bool]) -> bool:
    """Whether a function of the component judges, and a parameter's name says that its rows are held out: a flow hands them over."""
    code, own = world.resolved.code, world.resolved.effects.own
    return any(
        any(_HANDED_OVER.fullmatch(param.name) for param in code.scope(path, number).params)
        for path in code.paths
        if owned(path) and places.is_product(path)
        for number in code.scopes(path)
        if any(effect.role is Role.EVALUATE for effect in own.get((path, number), ()))
    )


def _all(world: World, owned: Callable[[str], bool], ask: Callable[[Trace], Iterator[Doubt]]) -> tuple[Doubt, ...]:
    found: dict[tuple[Place, str], Doubt] = {}
    for trace in owned_traces(world, owned):
        for doubt in ask(trace):
            if not on_purpose(world, doubt.place):
                found.setdefault((doubt.place, doubt.entity), doubt)
    return tuple(sorted(found.values(), key=lambda d: (d.place.path, d.place.cell or 0, d.place.line or 0, d.entity)))
