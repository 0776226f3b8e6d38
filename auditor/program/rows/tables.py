"""Methods, attributes and functions over tables, arrays and series, by the table of their effects."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from auditor.knowledge.row_effects import row_effects
from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Op
from auditor.program.rows import column_expressions, complements, groups, items, times
from auditor.program.rows.machine import Machine, column
from auditor.program.rows.row_sets import TEST, TRAIN
from auditor.program.rows.state import Called
from auditor.program.rows.values import OTHER, Fit, Value, fits_in, flat, listed, mixed, reordered

ALONG_COLUMNS = (1, -1, "columns", "index=1")
FOLDING = frozenset({"abs", "absolute", "square", "pow", "power"})
"""What gives two values of a column the same place: its order is lost."""
_FILTERS = frozenset({"dropna", "drop_duplicates", "query", "dropDuplicates", "distinct", "filter"})
_MISSING = frozenset({"isnull", "isna", "notnull", "notna", "duplicated"})


def attribute(m: Machine, base: Value, name: str) -> Value:
    """`base.name` of something that has rows."""
    effect = row_effects()[0].get(name)
    if base.kind in ("prediction", "loss", "mask", "grouped"):
        return base
    if name == "index":
        return Value("index", base.rows)
    if base.kind == "index" and name != "values":
        return Value("names") if effect == "names" else base
    if effect == "names":
        return Value("names")
    if effect == "keep":
        return base
    return replace(base, kind="frame", columns={}) if base.kind in ("frame", "other") else OTHER


def method(m: Machine, called: Called, base: Value) -> Value | None:
    """`base.method(…)`; None where the method is not one of a table."""
    name = called.name
    word = times.signal(called, base)
    if word and base.rows is not None:
        m.signal(base.rows, word, called.spot)
    if base.kind == "grouped":
        return groups.method(m, called, base)
    if name in groups.WINDOWS and base.rows is not None:
        return replace(base, name="window")
    special = _SPECIAL.get(name)
    found = special(m, called, base) if special is not None else None
    if found is None:
        found = _by_effect(m, called, base, row_effects()[0].get(name))
    if name in FOLDING:
        found = reordered(found)
    return _in_place(m, called, base, column_expressions.settled(m, base, found))


def _by_effect(m: Machine, called: Called, base: Value, effect: str | None) -> Value:
    others = called.every()
    match effect:
        case "statistic":
            return _statistic(called, base)
        case "names":
            if called.name in _MISSING:
                # How much is missing is counted for each row or column, no value is learned.
                return Value("mask", base.rows, split=(m.sets.split((called.name, base.rows, called.target)), TRAIN))
            return Value("names")
        case "learned":
            return replace(
                base, fits=base.fits | {Fit(m.rows(base), called.spot, called.name, "statistic")}, columns=base.columns
            )
        case "subset":
            filtered = m.sets.subset(m.rows(base), "filtered" if called.name in _FILTERS else "subset")
            return base.on(filtered).with_fits(fits_in(others))
        case "union":
            return union(m, called, [base, *flat(called.args)])
        case "repeat":
            return base.on(m.repeated(m.rows(base), called.spot))
        case "keep":
            joins = called.name in ("merge", "join")
            return replace(base, fits=base.fits | (joined(others) if joins else fits_in(_scalars(others))))
    if base.kind == "index":
        return base
    return base.on(m.sets.subset(m.rows(base))).with_fits(fits_in(_scalars(others)))


def _scalars(values: Iterable[Value]) -> list[Value]:
    return [value for value in values if value.all_fits()]


def joined(values: Iterable[Value]) -> frozenset[Fit]:
    """Statistics that a join brings along; those of groups stay out: a row for each customer holds what is the customer's own."""
    return frozenset(fit for fit in fits_in(values) if fit.how != "group")


def _statistic(called: Called, base: Value) -> Value:
    """A figure over all rows; along the columns it is one for each row."""
    if base.kind in ("prediction", "loss"):
        return base
    if base.kind == "mask" and not base.fits:
        return Value("names")
    if base.name == "window":
        return replace(base, name="")
    if times.bounds(called, base):
        return Value("names")
    if base.rows is None or row_wise(called, 0):
        return base
    name = f"{called.name}()"
    return Value("statistic", fits=base.all_fits() | {Fit(base.rows, called.spot, name, "statistic")})


def row_wise(called: Called, position: int) -> bool:
    """Whether a statistic is taken along the columns: one figure for each row."""
    axis = next((called.constant(name) for name in ("axis", "dim") if name in called.keywords), None)
    if axis is None:
        axis = called.constant("axis", position)
    return axis in ALONG_COLUMNS and axis is not True


def union(m: Machine, called: Called, values: list[Value]) -> Value:
    """Rows of several tables one after another; side by side where the axis says so."""
    found = [value for value in values if value.rows is not None]
    axis = called.given("dim") or called.given("axis", 2 if called.name in ("numpy.append", "append") else 1)
    if axis is not None and (axis.kind != "const" or (axis.const in ALONG_COLUMNS and axis.const is not False)):
        whole = mixed(values)
        return replace(whole, fits=joined([whole])) if whole.kind == "frame" else whole
    if not found:
        return OTHER
    if any(_turned(arg) for arg in called.expr.args):
        return m.fresh("frame", fits=fits_in(values))  # what were columns stands one under the other
    if called.name.endswith("vstack") and any(_columns(arg) for arg in called.expr.args[:1]):
        return mixed(values)  # a table that lies on its side until it is turned: `np.vstack((d["a"], d["b"])).T`
    return Value("frame", m.sets.union(m.rows(value) for value in found), fits_in(values))


def _columns(expr: Expr) -> bool:
    """Whether all that is listed are different columns of one table, each by its name."""
    items = expr.items if type(expr) is Group else ()
    named = [item for item in items if type(item) is Item and type(item.key) is Const and type(item.key.value) is str]
    return len(items) > 1 and len({item.base for item in named}) == 1 and len(set(named)) == len(items)


def _turned(expr: Expr) -> bool:
    """Whether tables are laid on their side: `[a.T, b.T]`."""
    if type(expr) is Group:
        return any(_turned(item) for item in expr.items)
    if type(expr) is Call:
        return type(expr.func) is Attr and expr.func.name == "transpose"
    return type(expr) is Attr and expr.name == "T"


# --- methods with a meaning of their own ---


def _grouped(m: Machine, called: Called, base: Value) -> Value:
    keys = (called.given("by", 0) or OTHER).names()
    return Value("grouped", base.rows, base.all_fits(), const=frozenset(keys or ()))


def _drop(m: Machine, called: Called, base: Value) -> Value:
    """`drop` of columns, or of rows by their index: of those of a sample, it leaves the complement."""
    chosen = called.given("columns") or called.given("labels") or called.given("index") or called.given("", 0) or OTHER
    if chosen.kind == "index" and chosen.rows is not None:
        return base.on(complements.without(m, base, chosen))
    names = chosen.names()
    if names is not None:
        return replace(base, columns={name: v for name, v in base.columns.items() if name not in names})
    return base.with_fits(fits_in([chosen])) if chosen.fits else base


def _pop(m: Machine, called: Called, base: Value) -> Value:
    name = called.args[0].text() if called.args else None
    if name is None:
        return replace(base, columns={})
    m.changed(
        called.target, base, replace(base, columns={n: v for n, v in base.columns.items() if n != name}), called.at
    )
    return base.columns.get(name) or replace(base, columns={})


def _sample(m: Machine, called: Called, base: Value) -> Value:
    """A random part of the rows; all of them in another order; or, with replacement, some several times."""
    rows = m.rows(base)
    if called.constant("replace") is True:
        return base.on(m.repeated(rows, called.spot))
    if called.constant("frac") in (1, 1.0):
        return base
    seed = called.constant("random_state")
    key = (
        ("sample", rows, seed, called.constant("frac"), called.constant("n", 0))
        if isinstance(seed, int)
        else m.sets.number()
    )
    return base.on(m.sets.part(rows, m.sets.split(key), TRAIN))


def _isin(m: Machine, called: Called, base: Value) -> Value:
    """`a.index.isin(b.index)`: a mask for the rows of b."""
    other = called.args[0] if called.args else OTHER
    if base.kind == "index" and other.kind == "index" and other.rows is not None and other.rows.part is not None:
        return Value("mask", base.rows, split=(other.rows.split, other.rows.part), name="isin")
    split = m.sets.split(("isin", base.rows, called.expr.args))
    return Value("mask", base.rows, base.fits | fits_in(called.args), split=(split, TRAIN), name="isin")


def _assign(m: Machine, called: Called, base: Value) -> Value:
    for name, value in called.keywords.items():
        base = column(base, name, value)
    return base


def _insert(m: Machine, called: Called, base: Value) -> Value:
    name, value = called.given("column", 1), called.given("value", 2)
    if name is not None and value is not None and (text := name.text()) is not None:
        m.changed(called.target, base, column(base, text, value), called.at)
    return OTHER


def _tail(m: Machine, called: Called, base: Value) -> Value:
    """`tail(len - n)` is what `head(n)` leaves."""
    bound = called.expr.args[0] if called.expr.args else None
    if type(bound) is Op and bound.op == "-" and len(bound.operands) == 2:
        split = m.sets.split(("bound", bound.operands[1]))
        return base.on(m.sets.part(m.rows(base), split, TEST, "cut"))
    return base.on(m.sets.subset(m.rows(base)))


def _take(m: Machine, called: Called, base: Value) -> Value:
    """`take(n)` and `skip(n)` of a data set, `head(n)` and `limit(n)`: the rows before and after a number."""
    if not called.expr.args:
        return base.on(m.sets.subset(m.rows(base)))
    index = called.args[0]
    if index.kind == "index" and index.rows is not None:
        return base.on(m.sets.rebased(m.rows(base), index.rows))
    split = m.sets.split(("bound", called.expr.args[0]))
    return base.on(m.sets.part(m.rows(base), split, TEST if called.name == "skip" else TRAIN, "cut"))


def _selected(m: Machine, called: Called, base: Value) -> Value | None:
    """`select(range(n))` of a data set takes rows; of a table it takes columns."""
    index = called.given("indices", 0) or OTHER
    if index.kind == "index" and index.rows is not None:
        return base.on(items.taken(m, m.rows(base), index))
    return base.on(m.sets.subset(m.rows(base))) if base.name == "presplit" else None


def _random_parts(m: Machine, called: Called, base: Value) -> Value:
    """`randomSplit([…])` and its kin: as many parts as there are shares."""
    shares = called.args[0] if called.args else OTHER
    split = m.sets.number()
    count = len(shares.items) if shares.kind == "list" else 2
    return listed(base.on(m.sets.part(m.rows(base), split, part)) for part in range(max(count, 2)))


def _named_parts(m: Machine, called: Called, base: Value) -> Value:
    """`train_test_split` as a method of a data set: a dict of two parts."""
    split = m.sets.number()
    parts = tuple(base.on(m.sets.part(m.rows(base), split, part)) for part in (TRAIN, TEST))
    return Value("table", items=parts, keys=("train", "test"))


def _applied(m: Machine, called: Called, base: Value) -> Value:
    """`apply(f)`: f sees whole columns, so that what it computes over them is a statistic; with `axis=1` it sees rows."""
    function = called.given("func", 0) or OTHER
    kept = base.with_fits(fits_in(called.every()))
    if base.name == "window":
        return replace(kept, name="")
    if base.kind in ("prediction", "mask", "index") or row_wise(called, 1):
        return kept
    # `map` hands over one element after the other, `apply` whole columns: what is computed over an element is its own
    found = groups.called_on(m, called, function, base if called.name != "map" else base.on(m.sets.fresh()))
    fits = found.all_fits() if found is not None else base.fits
    if base.kind == "grouped":
        return Value("frame", base.rows, base.fits | fits)
    return kept.with_fits(fits)


def _fillna(m: Machine, called: Called, base: Value) -> Value:
    return base.with_fits(fits_in(called.every()))


_SPECIAL = {
    "groupby": _grouped,
    "groupBy": _grouped,
    "group_by": _grouped,
    "drop": _drop,
    "pop": _pop,
    "sample": _sample,
    "isin": _isin,
    "assign": _assign,
    "insert": _insert,
    "difference": complements.difference,
    "subtract": complements.subtracted,
    "exceptAll": complements.subtracted,
    "join": complements.anti_joined,
    "select": _selected,
    "fill_null": column_expressions.filled,
    "take": _take,
    "head": _take,
    "limit": _take,
    "tail": _tail,
    "skip": _take,
    "randomSplit": _random_parts,
    "random_split": _random_parts,
    "train_test_split": _named_parts,
    "fillna": _fillna,
    "apply": _applied,
    "map": _applied,
    "pipe": _applied,
}


def _in_place(m: Machine, called: Called, base: Value, found: Value) -> Value:
    if called.constant("inplace") is True:
        m.changed(called.target, base, found, called.at)
    return found
