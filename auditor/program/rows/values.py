"""What is known of one value of a running program: its rows, the statistics in it, and what kind of thing it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr, replace

from auditor.program.rows.row_sets import Rows, RowSets, Spot, shares

Kind = Literal[
    "other",  # nothing is known but perhaps rows
    "frame",  # a table, array, series or data set
    "index",  # positions or labels of rows
    "mask",  # a truth value for each row
    "grouped",  # rows in groups, before their statistic is taken
    "statistic",  # a figure over rows, without rows itself
    "names",  # columns, sizes, kinds: no statistic
    "const",  # a literal
    "list",  # a list, tuple or set with known elements
    "table",  # a dict with known keys
    "splitter",  # an object that makes folds
    "folds",  # pairs of row positions, one pair a fold
    "resampler",
    "transformer",
    "model",
    "prediction",
    "loss",
    "object",  # of a class of the repository
    "function",  # of the repository, or a lambda
]


STATELESS = frozenset({"Normalizer", "HashingVectorizer", "FunctionTransformer", "Binarizer", "PolynomialFeatures"})
"""Transformers that learn nothing of the rows that they are fitted on."""

MOST_WEIGHT = 5_000
"""Elements of a list or dict, those of its elements counted, that are followed."""


class Fit(msgspec.Struct, frozen=True):
    """Something that was computed over rows: `how` is transformer, selector, statistic, group, model, filter, or vocabulary.

    A vocabulary is a list of the categories that occur, and no statistic: it tells of other rows only where it is made anew.

    `rescales` says that it keeps the order of each column; `split` is the split that a filter made by it stands for;
    `within` are the columns by whose values rows were grouped before; `fills` says that gaps are filled with a middle value,
    `labelled` that it learns what features say of the target, `indexes` that it only numbers the words that it met.
    """

    rows: Rows
    spot: Spot
    name: str
    how: str = "transformer"
    rescales: bool = False
    split: int = 0
    within: frozenset[str] = frozenset()
    fills: bool = False
    labelled: bool = False
    indexes: bool = False


NO_FITS: frozenset[Fit] = frozenset()
_NO_COLUMNS: Mapping[str, Value] = MappingProxyType({})


UNSUPERVISED = frozenset({"outlier", "neighbours", "embedding", "cluster", "density"})
"""Kinds of models that learn without labels."""


class Trained(msgspec.Struct, frozen=True):
    """One training of a model: `version` tells trainings apart, `ref` the object.

    `loops` are the loops around it, `continues` says that it goes on from an earlier training, `task` what kind of model it is,
    `trees` that it splits by the order of each column alone.
    """

    version: int
    ref: int
    name: str
    rows: Rows
    fits: frozenset[Fit]
    spot: Spot
    searched: bool = False
    loops: int = 0
    continues: bool = False
    task: str = ""
    trees: bool = False


class Value(Struct, frozen=True, eq=False):
    """One value, compared by identity. `columns` are what was stored under single names of a table."""

    kind: Kind = "other"
    rows: Rows | None = None
    fits: frozenset[Fit] = NO_FITS
    columns: Mapping[str, Value] = _NO_COLUMNS
    items: tuple[Value, ...] = ()
    keys: tuple[object, ...] = ()
    const: object = None
    name: str = ""
    ref: int = 0
    by: Trained | None = None
    split: tuple[int, object] | None = None
    path: str = ""
    scope: int = -1
    start: str = ""
    partial: bool = False
    open: bool = False
    weight: int = 1

    def __post_init__(self) -> None:
        if not self.items:
            return
        weight = 1 + sum(item.weight for item in self.items)
        if weight > MOST_WEIGHT:  # lists of lists that double: what is in them is no longer known
            force_setattr(self, "items", ())
            force_setattr(self, "keys", ())
            weight = 1
        force_setattr(self, "weight", weight)

    def all_fits(self) -> frozenset[Fit]:
        """Statistics in the whole value, in its columns and in its elements."""
        fits = self.fits
        if self.columns or self.items:
            for value in (*self.columns.values(), *self.items):
                fits = fits | value.all_fits()
        return fits

    def with_fits(self, fits: frozenset[Fit]) -> Value:
        """The same with further statistics in it."""
        return replace(self, fits=self.fits | fits) if fits - self.fits else self

    def on(self, rows: Rows | None) -> Value:
        """The same over other rows; what is stored in its columns follows."""
        if rows is self.rows:
            return self
        const = None if self.kind == "index" else self.const  # positions among these are no longer those of a range
        columns = self.columns
        if columns and rows is not None:
            columns = {name: replace(value, rows=rows) for name, value in columns.items()}
        return replace(self, rows=rows, columns=columns, const=const)

    def element(self, key: object) -> Value | None:
        """The element of a list or dict under a constant key."""
        if self.kind == "table":
            return next((v for k, v in zip(self.keys, self.items, strict=False) if k == key), None)
        if self.kind == "list" and isinstance(key, int) and -len(self.items) <= key < len(self.items):
            return self.items[key]
        return None

    def text(self) -> str | None:
        """The literal text."""
        return self.const if self.kind == "const" and isinstance(self.const, str) else None

    def names(self) -> set[str] | None:
        """The column names that are written out in it."""
        if self.kind == "const" and isinstance(self.const, (str, int)):
            return {str(self.const)}
        if self.kind == "list" and not self.open and all(item.kind == "const" for item in self.items):
            return {str(item.const) for item in self.items}
        return None


OTHER = Value()


def constant(value: object) -> Value:
    """A literal."""
    return Value("const", const=value)


def listed(items: Iterable[Value]) -> Value:
    """A list or tuple."""
    return Value("list", items=tuple(items))


def flat(values: Iterable[Value]) -> Iterable[Value]:
    """The values, elements in place of the lists and dicts that hold them."""
    for value in values:
        if value.kind in ("list", "table"):
            yield from flat(value.items)
        else:
            yield value


def fits_in(values: Iterable[Value]) -> frozenset[Fit]:
    """All statistics in some values."""
    found = [fits for value in values if (fits := value.all_fits())]
    return NO_FITS.union(*found) if found else NO_FITS


def mixed(values: Iterable[Value]) -> Value:
    """A combination row by row: the rows of the first that has any, the statistics of all; a prediction stays one."""
    known = list(flat(values))
    fits = fits_in(known)
    first: Value | None = None
    for value in known:
        if value.kind in ("prediction", "loss"):
            return value.with_fits(fits) if value.fits != fits else value
        if first is None and value.rows is not None:
            first = value
    if first is None:
        return Value("statistic", fits=fits) if fits else OTHER
    kind: Kind = first.kind if first.kind in ("mask", "index") else "frame"
    return Value(kind, first.rows, fits, split=first.split if len(known) == 1 else None)


def rescaled(found: Value, operands: Iterable[Value]) -> Value:
    """What arithmetic gives, where it moves one table by figures over it: each column keeps its order, as `x - x.mean()`."""
    figures = NO_FITS.union(*(value.fits for value in operands if value.kind == "statistic"))
    moved = frozenset(replace(fit, rescales=True) for fit in figures if fit.how == "statistic")
    kept = frozenset(fit for fit in found.fits if fit.how != "statistic" or fit not in figures)
    return replace(found, fits=kept | moved) if moved else found


def reordered(value: Value) -> Value:
    """The same once the order of a column has been lost: by a square, by another column."""
    if not any(fit.rescales for fit in value.fits):
        return value
    return replace(value, fits=frozenset(replace(fit, rescales=False) if fit.rescales else fit for fit in value.fits))


def either(sets: RowSets, values: list[Value]) -> Value:
    """One of several: the statistics of all, and what they agree on."""
    first = values[0]
    rest = [value for value in values[1:] if value is not first]
    if not rest:
        return first
    everything = [first, *rest]
    known = [value for value in everything if value.kind not in ("other", "const", "names") or value.rows is not None]
    if not known:
        return OTHER
    lead = known[0]
    fits = NO_FITS.union(*(value.fits for value in known))
    if any(value.kind != lead.kind or len(value.items) != len(lead.items) or value.ref != lead.ref for value in known):
        frames = [value for value in known if value.rows is not None]
        return Value("frame", _joined(sets, frames), fits) if len(frames) == len(known) else lead
    items = tuple(either(sets, [value.items[n] for value in known]) for n in range(len(lead.items)))
    columns = dict(lead.columns)
    for value in known[1:]:
        for name, column in value.columns.items():
            columns[name] = either(sets, [columns[name], column]) if name in columns else column
    return replace(lead, rows=_joined(sets, known), fits=fits, items=items, columns=columns)


def _joined(sets: RowSets, values: list[Value]) -> Rows | None:
    """The rows of one of several values: those that contain the others, else rows of their own."""
    found = [value.rows for value in values if value.rows is not None]
    if not found:
        return None
    widest = min(found, key=lambda rows: len(rows.above))
    if all(widest in rows.above for rows in found):
        return widest
    return sets.fresh()


def seen_by(fit: Fit, rows: Rows) -> bool:
    """Whether a statistic was computed over rows that include some of these."""
    return shares(fit.rows, rows)
