"""How many instances a matrix of a CI format makes."""

from __future__ import annotations

from itertools import product
from math import prod

from auditor.language.node import Node

MAX_INSTANCES = 1_000


def instances(axes: dict[str, Node], include: Node, exclude: Node) -> int:
    """The number of combinations of the axes without the excluded ones and with the included ones; 0 = not known.

    An included entry that contradicts no combination extends those it fits and adds none; any other adds one.
    """
    lists = (include, exclude, *axes.values())
    if any(node and (node.kind != "list" or any(_is_open(part) for part in node.parts)) for node in lists):
        return 0
    if prod(len(axis.parts) for axis in axes.values()) > MAX_INSTANCES:
        return 0
    made = [dict(zip(axes, chosen, strict=True)) for chosen in product(*(axis.parts for axis in axes.values()))]
    made = [one for one in made if axes and not any(_fits(one, entry) for entry in exclude.maps())]
    added = 0
    for entry in include.maps():
        own = {name: value for name, value in entry.items() if name in axes}
        if not any(all(_same(one[name], value) for name, value in own.items()) for one in made):
            added += 1
    return len(made) + added


def _fits(one: dict[str, Node], entry: Node) -> bool:
    """Whether every value of an excluded entry is that of the combination."""
    return bool(entry.entries) and all(name in one and _same(one[name], value) for name, value in entry.items())


def _same(left: Node, right: Node) -> bool:
    """Equal as written; of nested values what the second one spells."""
    if right.kind == "map":
        return all(_same(left.get(name), value) for name, value in right.items())
    if right.kind == "list":
        return len(left.parts) == len(right.parts) and all(map(_same, left.parts, right.parts))
    return left.kind == right.kind and left.raw == right.raw


def _is_open(part: Node) -> bool:
    """Whether an element of a list is filled in at run time."""
    return part.is_scalar and "${{" in part.raw
