"""Methods of lists and dicts whose elements are known."""

from __future__ import annotations

from msgspec.structs import replace

from auditor.program.rows import tables
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called
from auditor.program.rows.values import OTHER, Value, constant, listed


def method(m: Machine, called: Called, base: Value) -> Value | None:
    """`base.method(…)`."""
    if base.kind == "table":
        return _of_dict(m, called, base)
    if called.name in ("append", "add") and called.args and called.args[0].kind not in ("const", "statistic"):
        m.changed(called.target, base, replace(base, items=(*base.items, _appended(m, called))), called.at)
        return OTHER
    if called.name in ("extend", "update") and called.args and called.args[0].kind == "list":
        m.changed(called.target, base, replace(base, items=(*base.items, *called.args[0].items)), called.at)
        return OTHER
    if called.name == "insert" and len(called.args) == 2:
        m.changed(called.target, base, replace(base, items=(called.args[1], *base.items)), called.at)
        return OTHER
    if called.name in ("append", "extend", "remove", "sort", "clear"):
        # Elements that are not followed: the list is no longer known to be whole.
        m.changed(called.target, base, replace(base, open=bool(base.items)), called.at)
        return OTHER
    return base.items[-1] if called.name == "pop" and base.items else replace(base)


def _appended(m: Machine, called: Called) -> Value:
    """What a list gets; where a condition in a loop decides, only some of the rows come to it."""
    value = called.args[0]
    if called.at.block == called.at.turn or value.rows is None or value.kind not in ("frame", "other"):
        return value
    return value.on(m.sets.chosen(value.rows, called.at.block))


def _of_dict(m: Machine, called: Called, base: Value) -> Value | None:
    match called.name:
        case "items":
            return listed(listed([constant(key), item]) for key, item in zip(base.keys, base.items, strict=False))
        case "values":
            return listed(base.items)
        case "keys":
            return listed(constant(key) for key in base.keys)
        case "get" | "pop" if called.args:
            return base.element(called.args[0].const) or OTHER
        case "update" if called.args and called.args[0].kind == "table":
            other = called.args[0]
            m.rebind(
                called.target,
                replace(base, keys=(*base.keys, *other.keys), items=(*base.items, *other.items)),
                called.at,
            )
            return OTHER
    parts = [item for item in base.items if item.rows is not None]
    if parts and len(parts) == len(base.items):  # the parts of one data set: what is done to it is done to each
        return replace(base, items=tuple(tables.method(m, called, item) or item for item in base.items))
    return OTHER
