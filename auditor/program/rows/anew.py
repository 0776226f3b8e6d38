"""What is learned again from the rows that a model predicts, in place of what was learned from those of its training."""

from __future__ import annotations

import msgspec

from auditor.program.rows.row_sets import Spot
from auditor.program.rows.trace import Evaluation, Trace
from auditor.program.rows.values import Fit, seen_by
from auditor.program.rows.verdicts import unlabelled

_LISTS = frozenset({"vocabulary"})
_LEARNED = frozenset({"vocabulary", "transformer", "selector", "statistic"})
"""What is computed once, over the rows of training, and applied to all others."""


class Anew(msgspec.Struct, frozen=True):
    """Something computed over rows that a model predicts, and over none that it was trained on."""

    fit: Fit
    evaluation: Evaluation


def fitted_anew(trace: Trace) -> list[Anew]:
    """What is computed over predicted rows alone: the same value means another thing there than in training.

    Of rows whose labels are known, statistics are told as preprocessing; lists of categories are told here.
    """
    found: dict[tuple[Spot, str], Anew] = {}
    for evaluation in (*trace.evaluations, *trace.answers):
        if evaluation.how not in ("folds", "tuning") and evaluation.relation != "overlap":
            for fit in _own(evaluation):
                found.setdefault((fit.spot, fit.name), Anew(fit, evaluation))
    return list(found.values())


def _own(evaluation: Evaluation) -> list[Fit]:
    """What is in the predicted rows and was computed over them, where the origin of both sides is known."""
    trained, tested = evaluation.trained.rows, evaluation.tested
    told = _LEARNED if unlabelled(evaluation) else _LISTS
    found = [
        fit
        for fit in evaluation.fits - evaluation.trained.fits
        if fit.how in told and fit.rows in tested.above and not seen_by(fit, trained)
    ]
    known = trained.known and all(fit.rows.known for fit in found)
    return sorted(found, key=lambda fit: (fit.spot, fit.name, fit.rows.id, fit.rescales)) if known else []
