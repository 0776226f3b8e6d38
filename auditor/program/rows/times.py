"""Signs that rows are ordered in time: dates that are parsed, rows sorted or indexed by them, lags and windows."""

from __future__ import annotations

import re

from msgspec.structs import replace

from auditor.model.ir import Attr, Const, Expr, Item
from auditor.model.regex import regex
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called
from auditor.program.rows.values import OTHER, Value

_DATED = regex(
    r"(?:^|[_\W])(?:date|datetime|time|timestamp|month|week|year|dt|ds)(?:$|[_\W\d])"
    r"|(?<!up)(?<!man)(?<!vali)(?<!candi)(?<!consoli)date$|(?-i:(?<=[a-z])(?:Date|Time))",
    re.IGNORECASE,
)
_CALENDAR = regex(r"(?:^|[_\W])(?:date|datetime|timestamp|dt|ds)(?:$|[_\W\d])|(?-i:(?<=[a-z])Date)", re.IGNORECASE)
"""Columns of dates; those of times may as well hold a duration."""
DURATIONS = (
    "datetime.timedelta",
    "dateutil.relativedelta.relativedelta",
    "numpy.timedelta64",
    "pandas.DateOffset",
    "pandas.Timedelta",
)
WRITTEN = frozenset({"strftime", "isoformat"})
"""Methods that write a date out."""
_LAGS = frozenset({"shift", "rolling", "expanding", "ewm", "diff", "pct_change"})


def signal(called: Called, base: Value) -> str:
    """What a method of a table says about time: parsed, ordered, lagged, or nothing."""
    if called.name in _LAGS:
        return "lagged"
    if called.name in ("sort_values", "set_index", "sort", "orderBy"):
        return "ordered" if _dated(called.given("by", 0) or called.given("keys", 0) or OTHER, base) else ""
    return "ordered" if called.name in ("asfreq", "resample") else ""


def _dated(value: Value, base: Value) -> bool:
    names = value.names() or set()
    return any(_DATED.search(name) or (name in base.columns and base.columns[name].name == "dated") for name in names)


def bounds(called: Called, base: Value) -> bool:
    """Whether the first or the last day of a column is asked for: it says when rows end, and nothing that stands in them."""
    if called.name not in ("min", "max"):
        return False
    return base.name == "dated" or _CALENDAR.search(_column(called.target)) is not None


def _column(expr: Expr) -> str:
    """The name under which a column is taken from a table; "" where it is not written out."""
    if type(expr) is Attr:
        return expr.name
    return str(expr.key.value) if type(expr) is Item and type(expr.key) is Const else ""


def moved(values: list[Value]) -> bool:
    """Whether a day is moved by a duration: `last - Timedelta(days=30)`."""
    return any(value.name == "duration" for value in values) and all(value.rows is None for value in values)


def duration(m: Machine, called: Called) -> Value:
    """A span of time."""
    return Value("names", name="duration")


def parsed(m: Machine, called: Called) -> Value:
    """`to_datetime`: the rows it is given hold dates."""
    data = called.data()
    if data.rows is not None:
        m.signal(data.rows, "parsed", called.spot)
    return replace(data, name="dated")


def read_dates(m: Machine, called: Called, found: Value) -> None:
    """A read that parses dates, or makes them the index."""
    if "parse_dates" in called.keywords and found.rows is not None and called.constant("parse_dates") is not False:
        m.signal(found.rows, "parsed", called.spot)
    if found.rows is not None and _dated(called.keywords.get("index_col", OTHER), found):
        m.signal(found.rows, "ordered", called.spot)


def read_series(m: Machine, called: Called, target: str | None) -> Value:
    """Rows of a source that gives them in the order of time, as those of prices are."""
    found = Value("frame", m.sets.root(f"{called.name}|{target}") if target else m.sets.fresh(known=True))
    m.signal(m.rows(found), "ordered", called.spot)
    return found
