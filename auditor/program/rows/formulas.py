"""Design matrices by formula: categories are listed, but some terms learn from the rows."""

from __future__ import annotations

from auditor.model.regex import regex
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called
from auditor.program.rows.values import OTHER, Fit, Value, listed

_LEARNING = regex(r"\b(center|standardize|scale|bs|cr|cc)\s*\(")
"""The stateful transforms of patsy: they keep the means, deviations or knots of the rows they first see."""


def matrix(m: Machine, called: Called) -> Value:
    """`dmatrix(formula, data)`; of `dmatrices` target and features."""
    data = called.given("data", 1) or OTHER
    if data.rows is None:
        return m.unfollowed(called)
    term = _LEARNING.search((called.given("formula_like", 0) or OTHER).text() or "")
    fits = data.all_fits()
    if term is not None:
        fits = fits | {Fit(data.rows, called.spot, f"{term[1]}()", "transformer")}
    found = Value("frame", data.rows, fits)
    return listed([found, found]) if called.name.endswith("dmatrices") else found
