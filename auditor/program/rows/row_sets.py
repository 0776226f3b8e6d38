"""What is known of the rows of a value: row sets as symbols, statistics fitted over them, and how both combine.

Rows are symbols: a split makes parts of a set, a mask makes a part that cannot be told, everything else that is not understood
is a set of its own, so that it overlaps nothing; hence unknown origin makes no finding (RULES §7).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from auditor.program.calls.effects import Site

TEST, TRAIN = 1, 0


class Rows(NamedTuple):
    """A set of rows: `part` of the split `split` of `parent`, or a part that cannot be told (`part` -1)."""

    id: int
    parent: Rows | None = None
    split: int = 0
    part: int = -1

    def lineage(self) -> Iterable[Rows]:
        """This set and those it was taken from."""
        rows: Rows | None = self
        while rows is not None:
            yield rows
            rows = rows.parent


class Spot(NamedTuple):
    """A line of a file."""

    path: str
    line: int


class Fit(NamedTuple):
    """A transformer fitted on rows."""

    rows: Rows
    spot: Spot
    name: str


class Evaluation(NamedTuple):
    """One model, the rows it was trained on and those it was judged on, with the statistics both carry."""

    model: str
    site: Site
    trained: Rows
    tested: Rows
    fits: frozenset[Fit]
    split: Spot | None
    fitted: Spot
    judged: Spot
    model_id: int
    folds: bool = False


@dataclass(frozen=True)
class Value:
    """What is known of one value. `columns` are taints that sit on single named columns of a frame."""

    kind: str = "other"
    rows: Rows | None = None
    fits: frozenset[Fit] = frozenset()
    columns: tuple[tuple[str, frozenset[Fit]], ...] = ()
    name: str = ""
    id: int = 0
    items: tuple[Value, ...] = ()
    spot: Spot | None = None
    trained: tuple[Rows, frozenset[Fit], Spot] | None = None
    fit: Fit | None = None
    model: Value | None = None

    def all_fits(self) -> frozenset[Fit]:
        """Taints of the whole value and of its columns."""
        return self.fits.union(*(fits for _, fits in self.columns))


OTHER = Value()


@dataclass
class Trace:
    """What one run over a scope found."""

    evaluations: list[Evaluation] = field(default_factory=list)
    splits: dict[int, Spot] = field(default_factory=dict)
    pairs: int = 0


def leaking(evaluation: Evaluation) -> list[Fit]:
    """Statistics in an evaluation that were computed over the rows it was judged on."""
    judged = {rows.id for rows in evaluation.tested.lineage()}
    return sorted((fit for fit in evaluation.fits if fit.rows.id in judged), key=lambda fit: (fit.spot, fit.name))


def flat(values: Iterable[Value]) -> Iterable[Value]:
    """The values, those inside of tuples and tables in place of them."""
    for value in values:
        if value.items:
            yield from flat(value.items)
        else:
            yield value


def mixed(values: list[Value]) -> Value:
    """A combination row by row: the rows of the first that has any, the taints of all."""
    first = next((value for value in values if value.rows is not None and value.kind in ("frame", "other")), None)
    if first is None:
        return OTHER
    fits = frozenset[Fit]().union(*(value.fits for value in values))
    return replace(first, fits=fits, model=None)


def either(values: list[Value]) -> Value:
    """One of several: known only as far as they agree."""
    first = values[0]
    if all(
        value.rows == first.rows and value.kind == first.kind and len(value.items) == len(first.items)
        for value in values
    ):
        items = tuple(either([value.items[n] for value in values]) for n in range(len(first.items)))
        common = first.fits.intersection(*(value.fits for value in values))
        return replace(first, items=items, fits=common) if first.items or common != first.fits else first
    known = [value for value in values if value is not OTHER]
    return known[0] if len(known) == 1 else OTHER
