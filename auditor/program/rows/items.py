"""What `base[key]` takes, and what storing under it changes: rows by position, label or mask, columns by name."""

from __future__ import annotations

import re

import msgspec
from msgspec.structs import replace

from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Op, Slice
from auditor.model.regex import regex
from auditor.program.rows.machine import Machine, column
from auditor.program.rows.row_sets import TEST, TRAIN, Rows, Span
from auditor.program.rows.state import Env
from auditor.program.rows.values import OTHER, Fit, Value, fits_in, listed

_LOCATORS = frozenset({"loc", "iloc", "ix", "at", "iat"})
_OF_PART = regex(
    r"(?:^|[_\W])(?:train|training|test|testing|val|valid|validation|dev|eval)(?:$|[_\W\d])", re.IGNORECASE
)
_TELLS = regex(r"pred|prob|score|label|output|logit|class|y_?hat", re.IGNORECASE)
"""Names of what a prediction gives."""
_NAMED_PARTS = {"train": TRAIN, "training": TRAIN, "test": TEST, "validation": 2, "valid": 2, "val": 2, "dev": 2}


def held(m: Machine, expr: Expr, at: Env) -> bool:
    """Whether an expression starts from something the run holds, not from a module or a class."""
    while isinstance(expr, (Attr, Item)):
        expr = expr.base
    if type(expr) is Name:
        if at.lookup(expr.id) is not None:
            return True
        return expr.version > 0 and not _imported(m, expr, at)
    return True


def _imported(m: Machine, expr: Name, at: Env) -> bool:
    return all(
        binding.how in ("import", "define") for binding in m.code.index(*at.site).bindings.get(expr.id, {}).values()
    )


def item(m: Machine, expr: Item, at: Env) -> Value:
    """`base[key]`."""
    located = type(expr.base) is Attr and expr.base.name in _LOCATORS
    base = m.value(expr.base, at)
    if base.kind in ("list", "table"):
        return _element(m, base, expr.key, at)
    if base.kind == "folds":
        return _fold(m, base)
    if base.kind in ("prediction", "loss"):
        return _of_prediction(m, base, expr.key, at)
    if base.kind == "statistic":
        m.value(expr.key, at)
        return base
    if base.kind == "names":
        return base if type(expr.key) is Slice else base.with_fits(m.value(expr.key, at).all_fits())
    if base.rows is None:
        return OTHER
    if located and type(expr.key) is Group and expr.key.kind == "tuple" and len(expr.key.items) == 2:
        rows, columns = expr.key.items
        return _columns(m, _rows(m, base, rows, at), columns, at)
    if located:
        return _rows(m, base, expr.key, at)
    if type(expr.key) is Group and expr.key.kind == "tuple" and expr.key.items:
        return _rows(m, base, expr.key.items[0], at)
    if base.kind == "grouped":
        return base
    return _plain(m, base, expr.key, at)


def _plain(m: Machine, base: Value, key: Expr, at: Env) -> Value:
    """Columns by name, or rows by a mask, positions or a slice."""
    if type(key) in (Slice, Op, Call) or (type(key) is Const and isinstance(key.value, int)):
        return _rows(m, base, key, at)
    value = m.value(key, at)
    text = value.text()
    if text is not None and text in _NAMED_PARTS and base.name == "presplit":
        split = m.sets.split(("named", base.rows))
        return base.on(m.sets.part(m.rows(base), split, _NAMED_PARTS[text], "cut"))
    if text is not None and (apart := of_part(m, base, text)) is not None:
        return apart
    return _by_value(m, base, value)


def of_part(m: Machine, base: Value, name: str) -> Value | None:
    """What a part of something unknown is called after: `data["x_train"]` and `data.x_test` are rows of their own."""
    if base.kind not in ("other", "frame") or name in base.columns or not _OF_PART.search(name):
        return None
    return Value("frame", m.sets.root(f"{m.rows(base).id}.{name}"), base.fits)


def _element(m: Machine, base: Value, key: Expr, at: Env) -> Value:
    if type(key) is Slice:
        return base
    value = m.value(key, at)
    found = base.element(value.const) if value.kind == "const" else None
    if found is not None:
        return found
    if not base.items or (value.kind == "const" and not base.open):
        return OTHER
    return _some(m, base.items[0] if base.open else base.items[-1], key)


def _some(m: Machine, element: Value, key: Expr) -> Value:
    """An element that a position takes which cannot be told: some of the rows that all of them share."""
    if element.kind in ("list", "table"):
        return replace(element, items=tuple(_some(m, item, key) for item in element.items))
    known = element.rows is not None and element.kind in ("frame", "other", "index")
    return element.on(m.sets.chosen(m.rows(element), key)) if known else element


def _fold(m: Machine, base: Value) -> Value:
    split = m.sets.split(("fold", base.ref, base.rows, 0))
    rows = m.rows(base)
    return listed(Value("index", m.sets.part(rows, split, part, "fold")) for part in (TRAIN, TEST))


def _of_prediction(m: Machine, base: Value, key: Expr, at: Env) -> Value:
    """Columns of scores keep the rows of a prediction; a slice takes some, and a table of predictions has other columns too."""
    text = m.value(key, at).text() if type(key) in (Name, Const) else None
    if text is not None and not _TELLS.search(text):
        return Value("frame", base.rows, base.fits)
    if type(key) is Slice and base.rows is not None and not _whole(key):
        return base.on(_sliced(m, base.rows, key, at))
    if type(key) is Name and base.rows is not None:
        value = m.value(key, at)
        if value.kind == "index" and value.rows is not None:
            return base.on(m.sets.rebased(base.rows, value.rows))
        if value.kind == "other" and value.rows is not None:
            return base.on(m.sets.subset(base.rows))  # of some rows: which ones is not known
    return base


def _rows(m: Machine, base: Value, key: Expr, at: Env) -> Value:
    """The rows that a slice, a position, a mask or an index takes."""
    rows = m.rows(base)
    if type(key) is Slice:
        return base.on(_sliced(m, rows, key, at))
    if type(key) is Const:
        return base.on(m.sets.subset(rows))
    return _by_value(m, base, m.value(key, at))


def _by_value(m: Machine, base: Value, key: Value) -> Value:
    """What a table gives for an evaluated key: a mask or an index takes rows, names take columns."""
    rows = m.rows(base)
    if key.kind == "mask":
        how = "filtered" if key.name != "isin" else "cut"
        part = m.sets.part(rows, *key.split, how) if key.split is not None else m.sets.subset(rows, how)
        return base.on(part).with_fits(_filtering(key))
    if key.kind == "index" and key.rows is not None:
        return base.on(taken(m, rows, key))
    names = key.names()
    if names is not None:
        return _named(base, names)
    if key.kind in ("list", "names", "statistic"):
        return base.with_fits(fits_in([key]))
    if key.kind == "frame" and key.rows is not None:
        return base.on(m.sets.subset(rows)).with_fits(_filtering(key))
    return base.on(m.sets.subset(rows))


def taken(m: Machine, rows: Rows, index: Value) -> Rows:
    """The rows at some positions: those of a range are the ones between its bounds."""
    if isinstance(index.const, tuple):
        return _sliced(m, rows, *index.const)
    return m.sets.rebased(rows, m.rows(index))


def _filtering(key: Value) -> frozenset[Fit]:
    """Statistics that decide which rows stay."""
    split = key.split[0] if key.split is not None else 0
    return frozenset(
        msgspec.structs.replace(fit, how="filter", split=split) for fit in key.all_fits() if fit.how != "vocabulary"
    )


def _named(base: Value, names: set[str]) -> Value:
    if len(names) == 1 and (stored := base.columns.get(next(iter(names)))) is not None:
        return stored.with_fits(base.fits) if stored.kind == "frame" else stored
    return replace(base, kind="frame", columns={name: v for name, v in base.columns.items() if name in names})


def _columns(m: Machine, base: Value, key: Expr, at: Env) -> Value:
    """The columns that the second part of a locator takes."""
    if type(key) is Slice:
        return base if _whole(key) else _without_lists(base)
    if type(key) is Const and isinstance(key.value, int):
        return replace(base, columns={})
    value = m.value(key, at)
    names = value.names()
    if names is not None and any(name in base.columns or not name.lstrip("-").isdigit() for name in names):
        return _named(base, names)
    return base.with_fits(fits_in([value])) if value.kind in ("list", "names", "statistic") else base


def _without_lists(base: Value) -> Value:
    """A table some of whose columns are cut off by their places: what was only listed may have been the target."""
    columns = {
        name: replace(value, fits=frozenset(fit for fit in value.fits if fit.how != "vocabulary"))
        for name, value in base.columns.items()
    }
    return replace(base, columns=columns) if columns else base


def _whole(key: Slice) -> bool:
    return key.start is None and key.stop is None


def _sliced(m: Machine, rows: Rows, key: Slice, at: Env) -> Rows:
    """The rows between two bounds: disjoint from those before and after the same bounds."""
    start = None if key.start is None else m.value(key.start, at)
    stop = None if key.stop is None else m.value(key.stop, at)
    low = start.const if start is not None and start.kind == "const" else None
    high = stop.const if stop is not None and stop.kind == "const" else None
    if start is not None and low == 0:
        start = None
    if _counts(m, key.stop, rows, at):
        stop = None
    if start is None and stop is None:
        return rows
    if at.loops and start is not None and stop is not None and not isinstance(low, int) and not isinstance(high, int):
        return m.sets.chosen(rows, key)  # one batch after the other
    if (start is None or isinstance(low, int)) and (stop is None or isinstance(high, int)):
        cut = any(isinstance(part, Span) for part in rows.layers.values())
        split = m.sets.split(("span", rows if cut else None))  # positions count anew in what was cut before
        if start is None or stop is None:
            rows = _joined(rows, 0 if start is None else -1)
        return m.sets.part(rows, split, Span(low if start else None, high if stop else None), "cut")  # type: ignore[arg-type]
    if start is not None:
        rows = m.sets.part(_joined(rows, -1), m.sets.split(("bound", key.start)), TEST, "cut")
    if stop is not None:
        rows = m.sets.part(_joined(rows, 0), m.sets.split(("bound", key.stop)), TRAIN, "cut")
    return rows


def _joined(rows: Rows, member: int) -> Rows:
    """Two tables that were joined are taken apart again at one bound: the rows before it are the first, those after it the second."""
    return rows.members[member] if rows.how == "union" and len(rows.members) == 2 else rows


def _counts(m: Machine, bound: Expr | None, rows: Rows, at: Env) -> bool:
    """`len(x)` and `x.shape[0]` as the upper bound of a slice of x: up to the end."""
    counted: Expr | None = None
    if type(bound) is Call and type(bound.func) is Name and bound.func.id == "len" and bound.args:
        counted = bound.args[0]
    elif type(bound) is Item and type(bound.base) is Attr and bound.base.name == "shape":
        counted = bound.base.base
    return counted is not None and m.value(counted, at).rows is rows


def store(m: Machine, target: Item, value: Value, at: Env) -> None:
    """`base[key] = value`: a table keeps its rows and gets what is known of the value; a list or dict gets the value."""
    base_expr, key = target.base, target.key
    if type(base_expr) is Attr and base_expr.name in _LOCATORS:
        base_expr = base_expr.base
        key = key.items[-1] if type(key) is Group and key.kind == "tuple" else key
    base = m.value(base_expr, at)
    name = m.value(key, at)
    if base.kind in ("table", "list"):
        m.changed(base_expr, base, _with_element(base, name, value), at)
    elif base.rows is not None:
        m.changed(base_expr, base, _with_columns(base, name, value, partly=base_expr is not target.base), at)


def _with_element(base: Value, key: Value, value: Value) -> Value:
    if base.kind == "list":
        return replace(base, items=(*base.items, value)) if value.kind != "const" else base
    pairs = [(k, v) for k, v in zip(base.keys, base.items, strict=False) if key.kind != "const" or k != key.const]
    pairs.append((key.const if key.kind == "const" else None, value))
    return replace(base, keys=tuple(k for k, _ in pairs), items=tuple(v for _, v in pairs))


def _with_columns(base: Value, key: Value, value: Value, *, partly: bool) -> Value:
    names = key.names()
    if names is None or (key.kind == "const" and not isinstance(key.const, str)):
        # Which columns change is not known: the statistics may sit in any of them.
        return base.with_fits(value.all_fits())
    for name in sorted(names):
        before = base.columns.get(name)
        kept = value.with_fits(before.all_fits()) if partly and before is not None else value
        base = column(base, name, kept)
    return base
