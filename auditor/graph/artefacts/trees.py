"""Documents as nested values, rebuilt from their flat leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from auditor.language.node import Scalar
from auditor.model.facts import Leaf

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | Scalar"


def tree(leaves: Iterable[Leaf]) -> dict[str, Tree]:
    """Flat leaves as the maps and lists they came from."""
    root: dict[str, Tree] = {}
    for leaf in leaves:
        *above, last = leaf.key.split(".")
        node = root
        for name in above:
            below = node.setdefault(name, {})
            if not isinstance(below, dict):
                below = node[name] = {}
            node = below
        empty: Tree = {} if leaf.kind == "map" else [] if leaf.kind == "list" else leaf.value
        node[last] = empty
    return {key: _listed(value) for key, value in root.items()}


def _listed(node: Tree) -> Tree:
    if not isinstance(node, dict):
        return node
    made = {key: _listed(value) for key, value in node.items()}
    numbered = made and list(made) == [str(number) for number in range(len(made))]
    return list(made.values()) if numbered else made


def at(node: Tree, key: str) -> Tree:
    """What stands under a dotted key; None where nothing does."""
    for name in key.split("."):
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list):
            node = node[int(name)] if name.isdecimal() and int(name) < len(node) else None
        else:
            return None
    return node


def merged(below: Mapping[str, Tree], above: Mapping[str, Tree]) -> dict[str, Tree]:
    """Two maps as one, maps within them too; the upper one wins."""
    made = dict(below)
    for key, value in above.items():
        former = made.get(key)
        made[key] = merged(former, value) if isinstance(former, dict) and isinstance(value, dict) else value
    return made
