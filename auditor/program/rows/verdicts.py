"""What a trace shows, by the definitions of Yang et al. 2022 restated for row sets (RULES §7.9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from auditor.model.regex import regex
from auditor.program.naming.scopes import Block
from auditor.program.rows.row_sets import TRAIN, Rows, Spot, origins, relation
from auditor.program.rows.trace import Evaluation, How, Split, Trace
from auditor.program.rows.values import UNSUPERVISED, Fit, seen_by

_TRAINING = regex(r"(^|_)train(ing)?(_|$)", re.I)
_TESTING = regex(r"(^|_)(test|tst|hold_?out)(_|$)", re.I)
_PLAIN: tuple[How, ...] = ("metric", "score", "compare", "residual", "folds", "tuning", "predict")
"""Ways to judge, those that show it best first."""
_FIGURES = frozenset({"metric", "score", "compare"})
"""Ways to judge that give a figure."""


class Leak(msgspec.Struct, frozen=True):
    """A statistic over evaluated rows that reached a model, with the evaluation that shows it (None: the split alone does).

    `trees_only`: every model that is judged so splits by the order of each column alone. `inner`: all that is judged so chooses
    within a part of the rows, and other rows, which the statistic leaves alone, have the last word.
    """

    fit: Fit
    evaluation: Evaluation | None
    split: Split | None
    trees_only: bool = True
    inner: bool = False

    @property
    def idle(self) -> bool:
        """Whether nothing comes of it: trees do not see a scale, and no figure is taken over its rows."""
        aside = self.inner or (self.evaluation is not None and unlabelled(self.evaluation))
        return aside and self.fit.rescales and self.trees_only


class Overlap(msgspec.Struct, frozen=True):
    """A model judged on rows it was trained on, or a split of repeated rows that no model is seen on.

    `resampled` is the row set whose rows were repeated before they were split. `beside`: a second split of the same rows gave what
    it was trained on, and is judged by as well.
    """

    evaluation: Evaluation | None
    resampled: Rows | None
    split: Split | None
    beside: bool = False


class Reuse(msgspec.Struct, frozen=True):
    """Rows that several unrelated models were judged on. `selects`: a choice by them is visible; `known`: so is where they come from."""

    evaluations: tuple[Evaluation, ...]
    selects: bool
    known: bool


def held_out(trace: Trace) -> list[Evaluation]:
    """Evaluations on rows that the model was not trained on."""
    return [e for e in trace.evaluations if e.relation == "apart"]


def leaking(evaluation: Evaluation) -> list[Fit]:
    """Statistics in an evaluation that were computed over the rows it was judged on."""
    found = (fit for fit in evaluation.fits if fit.how != "vocabulary" and seen_by(fit, evaluation.tested))
    return sorted(found, key=lambda fit: (fit.spot, fit.name, fit.how == "filter", fit.rows.id, fit.rescales))


def preprocessing(trace: Trace) -> list[Leak]:
    """Statistics over held-out rows that reach the model judged on them."""
    found: dict[tuple[Spot, str], Leak] = {}
    final = [e for e in trace.evaluations if _final(e) and not leaking(e)]
    clean, objects = {e.trained.version for e in final}, {e.trained.ref for e in final}
    for evaluation in sorted(trace.evaluations, key=lambda e: _PLAIN.index(e.how)):
        if evaluation.trained.version in clean or (evaluation.how == "predict" and evaluation.trained.ref in objects):
            continue
        if evaluation.relation == "overlap" and (
            evaluation.trained.rows is evaluation.tested or not presented_apart(evaluation)
        ):
            continue
        if evaluation.relation == "overlap" and evaluation.how == "predict":
            continue  # nobody takes the answer to a few training rows for a figure
        if evaluation.how in ("folds", "tuning", "predict") and _divided(evaluation.tested):
            continue  # within training rows: no figure comes of it
        if _drawn_anew(evaluation):
            continue
        if _inner(evaluation) and any(_last_word(other, evaluation) for other in trace.evaluations):
            continue
        for fit in leaking(evaluation):
            if unlabelled(evaluation) and not seen_by(fit, evaluation.trained.rows):
                continue  # a statistic of the rows to be predicted alone, as serving in batches takes it
            if _within(fit, evaluation, trace):
                continue
            if fit.spot != evaluation.trained.spot and not _divides(fit, evaluation):
                _note(found, trace, fit, evaluation)
    return [leak for leak in found.values() if not leak.idle] if found else _before_split(trace)


def _note(found: dict[tuple[Spot, str], Leak], trace: Trace, fit: Fit, evaluation: Evaluation) -> None:
    """Keep the evaluation that shows a leak first; of a scale, the first of a model that sees it."""
    leak = found.get((fit.spot, fit.name))
    inner = evaluation.how == "folds" and any(_judged_beside(other, evaluation) for other in trace.evaluations)
    if leak is None:
        split, trees = _split(trace, evaluation), evaluation.trained.trees
        found[fit.spot, fit.name] = Leak(fit, evaluation, split, trees_only=trees, inner=inner)
        return
    fit = leak.fit if fit.rescales else msgspec.structs.replace(leak.fit, rescales=False)
    leak = msgspec.structs.replace(leak, fit=fit)
    if fit.rescales and leak.trees_only and not evaluation.trained.trees:
        leak = msgspec.structs.replace(leak, evaluation=evaluation, split=_split(trace, evaluation), trees_only=False)
    found[leak.fit.spot, leak.fit.name] = msgspec.structs.replace(
        leak, trees_only=leak.trees_only and evaluation.trained.trees, inner=leak.inner and inner
    )


def _drawn_anew(evaluation: Evaluation) -> bool:
    """Whether some rows of an unknown table are judged after some others, perhaps the same: batches, shuffled in each round."""
    root = evaluation.tested.root
    return evaluation.relation == "unknown" and not root.known and root in origins(evaluation.trained.rows)


def _divides(fit: Fit, evaluation: Evaluation) -> bool:
    """Whether a statistic only says where training and evaluated rows part: `frame.date < frame.date.max() - month`."""
    mine, others = evaluation.trained.rows.layers, evaluation.tested.layers
    return fit.how == "filter" and fit.split in mine and fit.split in others and mine[fit.split] != others[fit.split]


def _within(fit: Fit, evaluation: Evaluation, trace: Trace) -> bool:
    """Whether no group that a statistic is taken of has rows on both sides: those of one day, where the days were parted."""
    mine, others = evaluation.trained.rows.layers, evaluation.tested.layers
    return any(
        trace.columns.get(number) in fit.within and mine.get(number, part) != part for number, part in others.items()
    )


def _inner(evaluation: Evaluation) -> bool:
    """Whether an evaluation chooses within training rows: folds of them, or a part of the part that was trained on."""
    return evaluation.how in ("folds", "tuning") or _divided(evaluation.tested)


def _last_word(other: Evaluation, evaluation: Evaluation) -> bool:
    """Whether another model is judged, without a leak, on rows that the first evaluation kept away from."""
    if other.how not in _FIGURES or other.relation == "overlap" or leaking(other):
        return False
    elsewhere = other.tested.root is not evaluation.tested.root and other.trained.rows.root is evaluation.tested.root
    return elsewhere or relation(other.tested, evaluation.tested) == "apart"


def _judged_beside(other: Evaluation, evaluation: Evaluation) -> bool:
    """Whether a model of the rows that folds were made of is judged, without a leak, on another selection of the same table.

    Nobody can tell whether two selections share rows; they are written as the two sides of one division.
    """
    mine, its = other.trained.rows, other.tested
    return (
        other.how in _FIGURES
        and other.relation == "unknown"
        and mine in evaluation.tested.above
        and its is not mine
        and its.parent is not None
        and its.parent is mine.parent
        and its.how in ("cut", "filtered")
        and not leaking(other)
    )


def unlabelled(evaluation: Evaluation) -> bool:
    """Whether rows are only predicted that no random split held out: most likely nobody knows their labels."""
    return evaluation.how == "predict" and all(rows.how != "part" for rows in evaluation.tested.chain())


def _before_split(trace: Trace) -> list[Leak]:
    """Where no model is judged at all: transformers fitted on rows that a split sets aside."""
    if trace.evaluations:
        return []
    found: dict[tuple[Spot, str], Leak] = {}
    for split in trace.splits.values():
        seen = [fit for fit in (*split.fits, *trace.fits) if fit.how in ("transformer", "selector")]
        for fit in seen:
            if (
                split.name.endswith("train_test_split")
                and (fit.rows in split.rows.above or split.rows in fit.rows.above)
                and not fit.rows.layers.keys() & {split.number}
            ):
                inner = _divided(split.rows) and _divided(fit.rows)  # the part that was held out before is untouched
                found.setdefault((fit.spot, fit.name), Leak(fit, None, split, trees_only=False, inner=inner))
    return list(found.values())


def _final(evaluation: Evaluation) -> bool:
    return evaluation.how not in ("folds", "tuning") and evaluation.relation == "apart"


def _divided(rows: Rows) -> bool:
    """Whether rows are within the training part of a split that holds others out, or what a function calls that part."""
    named = _handed(rows.root) and _TRAINING.search(rows.root.name) is not None
    return named or any(r.how == "part" and r.part == TRAIN for r in rows.chain())


def _split(trace: Trace, evaluation: Evaluation) -> Split | None:
    """The split that put the trained and the evaluated rows on different sides."""
    mine, splits = evaluation.trained.rows.layers, trace.earlier | trace.splits
    for number, part in evaluation.tested.layers.items():
        if number in splits and mine.get(number, part) != part:
            return splits[number]
    return next((splits[n] for n in evaluation.tested.layers if n in splits), None)


def resampled(evaluation: Evaluation) -> Rows | None:
    """The set with repeated rows of which trained and evaluated rows are both parts, or that was trained on beside its origin."""
    tested = evaluation.tested
    for rows in evaluation.trained.rows.chain():
        if rows.how == "repeated" and (rows in tested.above or _origin_seen(rows, tested)):
            return rows
        for member in rows.members:
            copies = member.repeated()
            if copies is None or copies.parent is None:
                continue
            if relation(copies.parent, tested) == "overlap" or (
                rows in tested.above and relation(copies.parent, tested) != "apart"
            ):
                return rows
    return None


def _counts(evaluation: Evaluation) -> bool:
    """Whether an evaluation gives a figure that may be the last word; folds of a training part give none."""
    return evaluation.how in _FIGURES or (evaluation.how == "folds" and not _divided(evaluation.tested))


def _origin_seen(rows: Rows, tested: Rows) -> bool:
    """Whether repeated rows are judged beside their origin. Where both sides repeat what is not known to be rows at all (a table
    of numbers, laid out anew for each draw), nobody can say."""
    if rows.parent is None or (tested.repeated() is not None and not rows.root.known):
        return False
    return relation(rows.parent, tested) == "overlap"


def overlaps(trace: Trace) -> list[Overlap]:
    """Models all of whose held-out evaluations overlap their training rows, by rows or by copies of rows."""
    found: list[Overlap] = []
    for evaluations in _by_model(trace.evaluations):
        shown = [e for e in evaluations if e.how in _FIGURES]
        apart = [e for e in evaluations if e.trained.rows is not e.tested and _counts(e)]
        copies = [(e, rows) for e in apart if (rows := resampled(e)) is not None]
        if copies and len(copies) == len(apart):
            found += [Overlap(e, rows, _split(trace, e)) for e, rows in copies[:1]]
        elif shown and all(e.relation == "overlap" for e in shown):
            presented = [e for e in shown if (e.trained.rows is not e.tested and presented_apart(e)) or _calibrates(e)]
            found += [Overlap(e, None, _split(trace, e)) for e in presented[:1]]
        else:
            again = [e for e in shown if e.relation == "overlap" and presented_apart(e) and _split_anew(e)]
            found += [Overlap(e, None, _split(trace, e), beside=True) for e in again[:1]]
    if not trace.evaluations:
        repeats = [
            (split, split.rows.repeated()) for split in trace.splits.values() if split.name == "train_test_split"
        ]
        found += [Overlap(None, rows, split) for split, rows in repeats if rows is not None]
    return found


def _split_anew(evaluation: Evaluation) -> bool:
    """Whether one split held the evaluated rows out, and another of the same rows, that knows nothing of it, gave those to train on."""
    mine, others = evaluation.trained.rows.layers, evaluation.tested.layers
    return not mine.keys() <= others.keys() and not others.keys() <= mine.keys()


def _calibrates(evaluation: Evaluation) -> bool:
    """Whether probabilities of a model are set right by rows that were held out from it, and are judged by these very rows."""
    held = any(r.part not in (None, TRAIN) and r.how in ("part", "cut") for r in evaluation.tested.chain())
    return held and evaluation.trained.rows is evaluation.tested and evaluation.trained.name.startswith("Calibrat")


def presented_apart(evaluation: Evaluation) -> bool:
    """Whether the evaluated rows are the part that some split held out; a part that the trained rows are in as well is none."""
    inside = evaluation.trained.rows.above
    return any(
        r.part not in (None, TRAIN) and r.how in ("part", "cut") and r not in inside for r in evaluation.tested.chain()
    )


def on_training_rows(trace: Trace) -> list[Evaluation]:
    """Evaluations of supervised models on the very rows of their training."""
    told = {found.evaluation.trained.version for found in overlaps(trace) if found.evaluation is not None}
    return [
        e
        for e in trace.evaluations
        if e.how in _FIGURES
        and not (e.trained.version in told and (presented_apart(e) or _calibrates(e)))
        and e.trained.task not in UNSUPERVISED
        and _same(e.trained.rows, e.tested)
    ]


def _same(trained: Rows, tested: Rows) -> bool:
    return trained is tested or tested in trained.above or trained in tested.above


def repeated(trace: Trace, deciding: Callable[[Evaluation], frozenset[str]]) -> list[Reuse]:
    """Rows on which several unrelated models are judged while no other rows are kept for the last word.

    `deciding` are the names of a figure by which a choice is seen to be made: who chooses by some rows keeps the others.
    """
    groups: dict[Rows, list[Evaluation]] = {}
    for e in trace.evaluations:
        if e.how in ("folds", "residual") or e.relation == "overlap" or any(r.how == "fold" for r in e.tested.chain()):
            continue
        if unlabelled(e):
            continue
        key = next((rows for rows in groups if rows in e.tested.above or e.tested in rows.above), e.tested)
        groups.setdefault(key, []).append(e)
    found = []
    named = {rows: frozenset[str]().union(*map(deciding, uses)) for rows, uses in groups.items()}
    by = {rows: names for rows, names in named.items() if names}
    for rows, evaluations in groups.items():
        tuned = {e.trained.version for e in evaluations if e.how == "tuning"}
        final = {e.trained.version for e in evaluations if e.how != "tuning"}
        stopped = any(e.selects for e in evaluations) and rows in trace.held_out and not _spare(trace, rows)
        chosen = rows not in by and any(relation(rows, other) == "apart" for other in by)
        shown = len(final) < 2 or not _together(evaluations) or chosen
        if not tuned & final and not stopped and shown:
            continue
        spared = rows in by and not any(_TESTING.search(name) for name in by[rows])
        if not any(
            _kept_apart(rows, other, uses) or (spared and other not in by and relation(rows, other) == "apart")
            for other, uses in groups.items()
        ):
            known = rows.known or bool(rows.layers)
            found.append(Reuse(tuple(evaluations), _selects(evaluations), known))
    return found


def _spare(trace: Trace, rows: Rows) -> bool:
    """Whether a split holds further rows out that these are no part of."""
    return any(relation(part, rows) == "apart" for part in trace.held_out)


def _kept_apart(rows: Rows, other: Rows, uses: list[Evaluation]) -> bool:
    """Whether other rows, disjoint from these, are judged by one model only: the hold-out for the last word."""
    return relation(rows, other) == "apart" and len({e.trained.version for e in uses}) == 1


def _selects(evaluations: list[Evaluation]) -> bool:
    """Whether a choice by these rows is visible: early stopping on them, or candidates tried in a loop."""
    stopped = {e.trained.version for e in evaluations if e.selects}
    if stopped:
        return True
    spots = [e.spot for e in evaluations if e.looped and e.how in _FIGURES and not e.trained.continues]
    return len(spots) != len(set(spots))


def _together(evaluations: list[Evaluation]) -> bool:
    """Whether two different models are judged in one run: not in arms that exclude each other."""
    first = evaluations[0]
    return any(e.trained.version != first.trained.version and not exclusive(e.block, first.block) for e in evaluations)


def exclusive(one: Block, other: Block) -> bool:
    """Whether two statements stand in different arms of one branch."""
    for (construct, arm), (other_construct, other_arm) in zip(one, other, strict=False):
        if construct != other_construct:
            return False
        if arm != other_arm:
            return True
    return False


def _by_model(evaluations: Iterable[Evaluation]) -> list[list[Evaluation]]:
    table: dict[int, list[Evaluation]] = {}
    for e in evaluations:
        table.setdefault(e.trained.version, []).append(e)
    return list(table.values())


def unheld(trace: Trace) -> list[Evaluation]:
    """Models judged on their training rows while nothing in the program is judged on other rows."""
    if trace.unresolved or any(e.relation != "overlap" or e.how == "folds" for e in trace.evaluations):
        return []
    return [e for e in on_training_rows(trace) if e.trained.rows.known]  # of others, more may be kept elsewhere


def _handed(root: Rows) -> bool:
    """Whether rows are what a function is handed by someone unseen, who may keep others."""
    return bool(root.name) and not root.known
