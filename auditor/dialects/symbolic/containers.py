"""Containers, scalars and operators whose contents are known: what Python itself does with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import add, eq, floordiv, ge, gt, le, lt, mod, mul, ne, sub
from typing import TYPE_CHECKING, Any

from auditor.dialects.symbolic.things import (
    DEFAULTED,
    UNROLLED,
    Function,
    Items,
    Plain,
    Scalar,
    Table,
    Text,
    Thing,
    weakened,
)
from auditor.program.symbolic.values import UNKNOWN, concat, join

if TYPE_CHECKING:
    from auditor.dialects.symbolic.machine import Machine

MOST_ITEMS = 200
MOST_LEAVES = 2_000

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": add, "-": sub, "*": mul, "//": floordiv, "%": mod}


def truth(thing: Thing) -> bool | None:
    """Whether a thing counts as true; None where that is not known."""
    if isinstance(thing, Plain):
        return bool(thing.value) if thing.trust > DEFAULTED else None
    if isinstance(thing, Items):
        return bool(thing.items) or (None if thing.open else False)
    if isinstance(thing, Table):
        return bool(thing.entries) or bool(thing.others) or (None if thing.open else False)
    return True if isinstance(thing, Function) else None


def item(base: Thing, key: Thing) -> Thing | None:
    """`base[key]` of a container whose contents are known."""
    if not isinstance(key, Plain):
        return None
    if isinstance(base, Table):
        return base.entries.get(key.value)
    if isinstance(base, Items) and isinstance(key.value, int) and -len(base.items) <= key.value < len(base.items):
        return base.items[key.value]
    return None


def store(base: Thing, key: Thing, value: Thing) -> None:
    """`base[key] = value`."""
    if isinstance(base, Table) and isinstance(key, Plain):
        base.entries[key.value] = value
    elif isinstance(base, Table):
        base.others.append(value)
    elif isinstance(base, Items) and item(base, key) is not None and isinstance(key, Plain):
        base.items[int(key.value or 0)] = value


def merge(base: Table, other: Thing) -> None:
    """`base.update(other)`."""
    if isinstance(other, Table):
        base.entries.update(other.entries)
        base.others += other.others
        base.open = base.open or other.open
    else:
        base.open = True


def unrolled(thing: Thing) -> Thing:
    """An element as a loop variable takes it."""
    if isinstance(thing, Items) and thing.kind == "tuple":
        return Items("tuple", [weakened(part, UNROLLED) for part in thing.items], open=thing.open)
    return weakened(thing, UNROLLED)


def unary(op: str, thing: Thing) -> Thing | None:
    """`not x`, `-x`."""
    if op == "not":
        if isinstance(thing, Plain):
            return Plain(not thing.value, thing.trust)
        known = truth(thing)
        return None if known is None else Plain(not known)
    if op == "neg" and isinstance(thing, Plain) and isinstance(thing.value, (int, float)):
        return Plain(-thing.value, thing.trust)
    return None


def operate(machine: Machine, op: str, left: Thing, right: Thing) -> Thing | None:
    """`left op right` of scalars, texts and containers; None where nothing is known."""
    if op in ("in", "not-in"):
        return _contains(op, left, right)
    if op in ("is", "is-not"):
        if not isinstance(left, Plain) or not isinstance(right, Plain):
            return None
        return Plain((left.value == right.value) is (op == "is"), min(left.trust, right.trust))
    if isinstance(left, Plain) and isinstance(right, Plain):
        return _scalars(op, left, right)
    if isinstance(left, Items) and isinstance(right, Items) and op in ("+", "|"):
        return Items(left.kind, [*left.items, *right.items], open=left.open or right.open)
    if isinstance(left, Table) and isinstance(right, Table) and op == "|":
        made = Table(left.entries, open=left.open)
        merge(made, right)
        return made
    one, other = machine.values(left), machine.values(right)
    if op in ("+", "/") and (one or other):
        pair = [(one or (UNKNOWN,))[0], (other or (UNKNOWN,))[0]]
        return Text(concat(pair) if op == "+" else join(*pair))
    return None


def _contains(op: str, left: Thing, right: Thing) -> Thing | None:
    if not isinstance(left, Plain):
        return None
    if isinstance(right, Plain) and isinstance(right.value, str) and isinstance(left.value, str):
        return Plain((left.value in right.value) is (op == "in"))
    if isinstance(right, Table) and not right.open:
        return Plain((left.value in right.entries) is (op == "in"))
    if isinstance(right, Items) and not right.open and all(isinstance(part, Plain) for part in right.items):
        values = [part.value for part in right.items if isinstance(part, Plain)]
        return Plain((left.value in values) is (op == "in"))
    return None


def _scalars(op: str, left: Plain, right: Plain) -> Thing | None:
    trust = min(left.trust, right.trust, UNROLLED)
    try:
        if op in _COMPARISONS:
            return Plain(_COMPARISONS[op](left.value, right.value), min(left.trust, right.trust))
        if op == "/" and isinstance(left.value, str):
            return Plain(f"{left.value.rstrip('/')}/{right.value}", trust)
        if op in _ARITHMETIC and not (op == "*" and _long(left.value, right.value)):
            return Plain(_ARITHMETIC[op](left.value, right.value), trust)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None  # the program would fail here as well
    return None


def _long(left: Scalar, right: Scalar) -> bool:
    """Whether a product would be longer than any name is."""
    return any(isinstance(side, str) for side in (left, right)) and any(
        isinstance(side, int) and side > MOST_ITEMS for side in (left, right)
    )


def from_leaves(leaves: Mapping[str, tuple[object, int]], key: str) -> Thing | None:
    """What a configuration document holds under a dotted key ("" for all of it), as containers and scalars."""
    if key in leaves:
        value = leaves[key][0]
        return Plain(value, UNROLLED) if value is None or isinstance(value, (str, int, float, bool)) else None
    prefix = f"{key}." if key else ""
    tree: dict[str, Any] = {}
    below = [(name[len(prefix) :], value) for name, (value, _) in leaves.items() if name.startswith(prefix)]
    for name, value in below[:MOST_LEAVES]:
        *path, last = name.split(".")
        at = tree
        for part in path:
            inner = at.setdefault(part, {})
            at = inner if isinstance(inner, dict) else {}
        at[last] = Plain(value if value is None or isinstance(value, (str, int, float, bool)) else None, UNROLLED)
    return _container(tree) if tree else None


def _container(tree: dict[str, Any]) -> Thing:
    entries: dict[Scalar, Thing] = {
        name: _container(part) if isinstance(part, dict) else part for name, part in tree.items()
    }
    if list(entries) == [str(number) for number in range(len(entries))]:
        return Items("list", entries.values())
    return Table(entries)
