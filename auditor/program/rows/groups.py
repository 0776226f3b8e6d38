"""Rows in groups and in windows: what keeps the rows, and what is a statistic over the rows of a group."""

from __future__ import annotations

import msgspec

from auditor.model.ir import Attr, Call, Expr, Lambda, Name, Return
from auditor.program.naming.scopes import children
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called
from auditor.program.rows.values import OTHER, Fit, Value

WINDOWS = frozenset({"rolling", "expanding", "ewm"})
"""Each row with the rows before it: what is taken over them is a figure for each row."""

BACK = frozenset({"shift", "diff", "cumsum", "cumcount", "cummax", "cummin", "cumprod", "ffill", "pct_change"})
"""What gives each row something of rows before it."""


def method(m: Machine, called: Called, base: Value) -> Value:
    """What is done with rows in groups: `transform` keeps the rows and learns, an aggregate is a statistic."""
    within = base.const if isinstance(base.const, frozenset) else frozenset[str]()
    fit = Fit(m.rows(base), called.spot, f"groupby().{called.name}()", "statistic", within=within)
    if called.name in WINDOWS:
        return Value("frame", base.rows, base.fits, name="window")
    if called.name == "transform" and (any(map(_looks_back, called.expr.args)) or _given_looks_back(m, called)):
        return Value("frame", base.rows, base.fits)
    if called.name in ("transform", "rank", "fillna"):
        return Value("frame", base.rows, base.fits | {fit})
    if called.name in (
        "shift",
        "diff",
        "cumsum",
        "cumcount",
        "ffill",
        "bfill",
        "head",
        "tail",
        "pct_change",
        "ngroup",
    ):
        return Value("frame", base.rows, base.fits)
    if called.name == "apply" and (learned := _applied_to_groups(m, called, base)) is not None:
        return learned
    if called.name in ("apply", "get_group", "filter", "sample"):
        return Value("frame", m.sets.subset(m.rows(base)), base.fits)
    if called.name in ("groups", "ngroups", "indices"):
        return Value("names")
    if called.name in ("size", "count", "nunique"):
        return Value("frame", m.sets.fresh(), base.fits)
    return Value("frame", m.sets.fresh(), base.fits | {msgspec.structs.replace(fit, how="group")})


def _applied_to_groups(m: Machine, called: Called, base: Value) -> Value | None:
    """`groupby(…).apply(lambda g: g.fillna(g.median()))`: the rows again, each with a statistic of its group in it."""
    whole = Value("frame", base.rows, base.fits)
    found = called_on(m, called, called.given("func", 0) or OTHER, whole)
    learned = found is not None and found.kind == "frame" and found.rows is base.rows and found.fits - base.fits
    return found if learned and found is not None else None


def _looks_back(expr: Expr) -> bool:
    """Whether a function computes from earlier rows of its group: `lambda s: s.shift(1).rolling(7).mean()`."""
    if (
        type(expr) is Lambda
        and type(expr.body) is Call
        and type(expr.body.func) is Attr
        and expr.body.func.name in BACK
    ):
        return type(expr.body.func.base) is Name
    if type(expr) is Call and type(expr.func) is Attr and expr.func.name in WINDOWS:
        return True
    return any(_looks_back(child) for child in children(expr.body if type(expr) is Lambda else expr))


def _given_looks_back(m: Machine, called: Called) -> bool:
    """Whether a function that was handed in from elsewhere, be it a lambda, computes from earlier rows of its group."""
    function = called.given("func", 0)
    if function is None or function.kind != "function":
        return False
    if isinstance(function.const, tuple):
        return _looks_back(function.const[0])
    if function.scope < 0:
        return False
    returned = [each.value for each in m.code.scope(function.path, function.scope).body if type(each) is Return]
    return bool(returned) and all(value is not None and _looks_back(value) for value in returned)


def called_on(m: Machine, called: Called, function: Value, base: Value) -> Value | None:
    """What a function that is handed on gives for a table."""
    return (
        m.handed_on(m, called, function, Value("frame", base.rows, base.fits))
        if function.kind in ("function", "other")
        else None
    )
