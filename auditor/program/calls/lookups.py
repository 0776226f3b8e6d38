"""Calls through a table of functions: `{"train": train, "test": test}[stage]()`, and which of them a key picks.

Where a start or a caller decides the key, only what stands under it runs; where nobody does, any of them may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from auditor.model.ir import Attr, Call, Const, Expr, Item, Name, Table
from auditor.program.calls.branches import ALWAYS, Reach, excluded, given, left_of
from auditor.program.naming.code import Denotation, Frame, Local, Partial, Shown

if TYPE_CHECKING:
    from auditor.program.calls.records import LocalCall
    from auditor.program.symbolic.evaluate import Evaluator

_DEEPEST = 3


class Lookup(NamedTuple):
    """A function that is looked up: the table, the key with where it stands, and what is called where the key is missing."""

    table: Shown
    key: Expr
    frame: Frame
    otherwise: Expr | None


def lookup(evaluator: Evaluator, func: Expr, frame: Frame, depth: int = 0) -> Lookup | None:
    """What a call looks up in a table that is written out, itself or by the name it gave that; None where it does not."""
    if type(func) is Item:
        return _in_table(evaluator, func.base, func.key, frame, None)
    if type(func) is Call and type(func.func) is Attr and func.func.name == "get" and func.args:
        otherwise = func.args[1] if len(func.args) > 1 else None
        return _in_table(evaluator, func.func.base, func.args[0], frame, otherwise)
    if type(func) is Name and depth < _DEEPEST:
        bindings = evaluator.names.reaching(evaluator.denoter.bindings(func, frame))
        if len(bindings) == 1 and bindings[0][0].how == "value" and bindings[0][0].value is not None:
            return lookup(evaluator, bindings[0][0].value, bindings[0][1], depth + 1)
    return None


def _in_table(evaluator: Evaluator, base: Expr, key: Expr, frame: Frame, otherwise: Expr | None) -> Lookup | None:
    table = evaluator.denoter.denote(base, frame)
    return Lookup(table, key, frame, otherwise) if type(table) is Shown and type(table.display) is Table else None


def functions(evaluator: Evaluator, found: Lookup) -> list[Local]:
    """The functions of the repository that a lookup can give, in the order of the table."""
    entries = evaluator.displays.lookup(found.table, found.key, found.frame) + _otherwise(found)
    meant = dict.fromkeys(_function(evaluator.denoter.denote(*each)) for each in entries)
    return [each for each in meant if each and evaluator.code.scope(each.path, each.scope).kind == "function"]


def picked(evaluator: Evaluator, edge: LocalCall, frame: Frame) -> Reach:
    """Where a call picks this function, if it is one through a table."""
    found = lookup(evaluator, edge.call.func, frame) if edge.picked else None
    if found is None:
        return ALWAYS
    values = evaluator.values(found.key, found.frame)
    if not values or not all(value.exact for value in values):
        return ALWAYS
    outcomes = [(value, _gives(evaluator, found, value.text(), edge.callee)) for value in values]
    starts = [(value.runs, fits) for value, fits in outcomes]
    left = left_of(starts, wanted=True) if given(values, found.frame) else ALWAYS
    without = excluded(outcomes, wanted=True) if values[0].picks else frozenset()
    return replace(left, without=without) if without else left


def _gives(evaluator: Evaluator, found: Lookup, key: str, function: Local) -> bool:
    """Whether a function may stand under a key, or is called because nothing does."""
    entries = evaluator.displays.lookup(found.table, Const(key), found.frame) or _otherwise(found)
    return any(_function(evaluator.denoter.denote(*each)) == function for each in entries)


def _otherwise(found: Lookup) -> list[tuple[Expr, Frame]]:
    return [(found.otherwise, found.frame)] if found.otherwise is not None else []


def _function(meant: Denotation | None) -> Local | None:
    if type(meant) is Partial:
        meant = meant.function
    return meant if type(meant) is Local else None
