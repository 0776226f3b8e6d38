"""Library functions over tables and arrays, by the table of their effects."""

from __future__ import annotations

from msgspec.structs import replace

from auditor.knowledge.row_effects import row_effects
from auditor.model.ir import Each
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called
from auditor.program.rows.tables import FOLDING, joined, row_wise, union
from auditor.program.rows.values import OTHER, Fit, Value, fits_in, flat, listed, mixed, reordered


def function(m: Machine, called: Called) -> Value | None:
    """A library function whose effect on rows is known."""
    effect = row_effects()[1].get(called.name)
    if effect is None:
        return None
    values = called.every()
    first = values[0] if values else OTHER
    match effect:
        case "names":
            return Value("names")
        case "statistic":
            return _figure(m, called, first)
        case "learned":
            whole = mixed(values[:1])
            fit = Fit(m.rows(whole), called.spot, called.name.rpartition(".")[2], "statistic")
            kept = Value("frame", m.rows(whole), whole.all_fits() | {fit})
            return listed([kept, Value("statistic", fits=kept.fits)]) if "boxcox" in called.name else kept
        case "union":
            return union(m, called, list(flat(called.args)) or list(flat(values)))
        case "repeat":
            return first.on(m.repeated(m.rows(first), called.spot))
    found = _kept(m, called, values)
    return reordered(found) if called.name.rpartition(".")[2] in FOLDING else found


def _kept(m: Machine, called: Called, values: list[Value]) -> Value:
    """The rows of the arguments; a list of tables, or a list that holds none, stays itself."""
    if not any(value.rows is not None for value in flat(values)) and called.name.endswith(("DataFrame", "Series")):
        if any(value.kind == "statistic" for value in flat(values)):
            return Value("statistic", fits=fits_in(values))  # a figure for each column
        return m.fresh("frame", fits=fits_in(values), name="empty" if not called.args else "")
    if len(values) == 1 and values[0].rows is not None:
        return replace(values[0])
    if len(values) == 1 and values[0].kind in ("list", "folds"):
        return values[0] if not any(v.rows for v in values[0].items) else mixed(values)
    if called.name == "pandas.merge" and values and values[0].rows is not None:
        return replace(values[0], fits=values[0].fits | joined(values[1:]))
    found = mixed(values)
    stored = {
        str(key): item
        for value in values[:1]
        if value.kind == "table"
        for key, item in zip(value.keys, value.items, strict=False)
        if key is not None and item.rows is not None
    }
    if stored and found.rows is not None and found.kind != "loss":
        return Value("frame", found.rows, found.fits, columns={k: v.on(found.rows) for k, v in stored.items()})
    return found


def _figure(m: Machine, called: Called, first: Value) -> Value:
    if called.name.startswith("builtins.") and called.expr.args and type(called.expr.args[0]) is Each:
        return Value("names")  # counted by hand over what a comprehension yields: characters of a word as well as rows
    if called.name == "builtins.sum" and len(called.args) > 1 and called.args[1].kind == "list":
        return first  # lists one after the other
    whole = mixed([first]) if first.kind in ("list", "table") else first
    if whole.kind in ("prediction", "loss") or whole.rows is None:
        return whole
    if whole.kind == "mask" and not whole.fits:
        return Value("names")
    if row_wise(called, 1) and "percentile" not in called.name and "quantile" not in called.name:
        return whole
    name = f"{called.name.rpartition('.')[2]}()"
    return Value("statistic", fits=whole.all_fits() | {Fit(whole.rows, called.spot, name, "statistic")})
