"""Expressions over the columns of a table yet to be named: `pl.col("a").mean()` is a statistic over whatever it is handed to."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from auditor.program.rows.machine import Machine
from auditor.program.rows.row_sets import Rows
from auditor.program.rows.state import Called
from auditor.program.rows.values import Fit, Value

COLUMNS = ("polars.col", "polars.all", "pyspark.sql.functions.col", "pyspark.sql.functions.column")
"""What begins an expression."""
FIGURES = tuple(
    f"{library}.{name}"
    for library, names in (
        ("polars", ("mean", "median", "std", "var", "max", "min", "quantile")),
        ("pyspark.sql.functions", ("mean", "avg", "stddev", "stddev_pop", "variance", "percentile_approx", "median")),
    )
    for name in names
)
"""Functions that take a statistic of a column by its name."""
_FILLS = frozenset({"mean", "min", "max"})


def _rows(m: Machine) -> Rows:
    return m.sets.root("the rows of a table yet to be named")


def column(m: Machine, called: Called) -> Value:
    """A column of a table yet to be named."""
    return Value("frame", _rows(m))


def figure(m: Machine, called: Called) -> Value:
    """A statistic over a column of a table yet to be named."""
    return Value(
        "statistic", fits=frozenset({Fit(_rows(m), called.spot, f"{called.name.rpartition('.')[2]}()", "statistic")})
    )


def settled(m: Machine, base: Value, found: Value) -> Value:
    """What a method of a table gives, with the statistics of its expressions taken over the table's rows."""
    if not any(fit.rows.name.startswith("the rows of a table yet") for fit in found.fits) or base.rows is None:
        return found
    rows, loose = base.rows, _rows(m)
    if rows is loose:
        return found
    fits = frozenset(msgspec.structs.replace(fit, rows=rows) if fit.rows is loose else fit for fit in found.fits)
    return replace(found, fits=fits)


def filled(m: Machine, called: Called, base: Value) -> Value | None:
    """`fill_null(strategy="mean")` learns what it fills with; None where it does not."""
    if called.given("strategy", 1) is None or called.constant("strategy", 1) not in _FILLS or base.rows is None:
        return None
    return base.with_fits(frozenset({Fit(base.rows, called.spot, f"{called.constant('strategy', 1)}()", "statistic")}))
