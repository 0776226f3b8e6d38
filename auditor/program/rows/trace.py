"""What one run over a program found: splits, trainings and evaluations, in the order in which they happen."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import Block
from auditor.program.rows.row_sets import Relation, Rows, Spot, relation
from auditor.program.rows.values import Fit, Trained

How = Literal["metric", "score", "compare", "residual", "predict", "folds", "tuning"]


class Signal(msgspec.Struct, frozen=True):
    """One sign that rows are ordered in time: `word` is parsed, ordered or lagged."""

    word: str
    spot: Spot


class Split(msgspec.Struct, frozen=True):
    """One split: where it stands, the rows it divides, the statistics that were in them, and whether it draws at random."""

    number: int
    spot: Spot
    name: str
    rows: Rows
    fits: frozenset[Fit]
    site: Site
    shuffles: bool = True


class Evaluation(msgspec.Struct, frozen=True):
    """One trained model and rows it is judged on, with the statistics in both.

    `how`: by a metric, by its own `score`, by a comparison with labels or a difference to them, by a prediction over
    held-out rows, on folds of what it is given, or while it is tuned. `looped`: in a loop that also trains it.
    """

    trained: Trained
    tested: Rows
    fits: frozenset[Fit]
    how: How
    spot: Spot
    site: Site
    block: Block = ()
    selects: bool = False
    looped: bool = False

    @property
    def relation(self) -> Relation:
        """Whether the training rows and the evaluated rows overlap."""
        return "apart" if self.how == "folds" else relation(self.trained.rows, self.tested)

    def key(self) -> tuple[object, ...]:
        """What makes two evaluations one."""
        return (self.trained.version, self.tested.id, self.how in ("predict", "residual"), self.how == "tuning")


class Trace(msgspec.Struct):
    """Everything one run saw."""

    evaluations: list[Evaluation] = []
    answers: list[Evaluation] = []
    """Predictions over rows that no split held out, with statistics in them."""
    trainings: list[Trained] = []
    splits: dict[int, Split] = {}
    fits: list[Fit] = []
    unresolved: int = 0
    """Metrics of which no model could be told."""
    held_out: list[Rows] = []
    earlier: dict[int, Split] = {}
    """Splits of the programs that handed rows over."""
    columns: dict[int, str] = {}
    """The column by which a split parts rows, where a comparison with it does."""
    signals: dict[Rows, dict[str, Signal]] = {}
    repeats: dict[Rows, Spot] = {}
    """Where rows were repeated or synthesised."""
    cut: str = ""
    """Why it stopped early."""
