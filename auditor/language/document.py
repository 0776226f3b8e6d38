"""Documents as flat leaves."""

from __future__ import annotations

from auditor.language.credentials import mask, mask_value
from auditor.language.node import Node, Scalar
from auditor.model.facts import Leaf

MAX_LEAVES = 20_000
MAX_TEXT = 2_000  # characters of one value


def leaves(document: Node, *, prefix: str = "") -> tuple[Leaf, ...]:
    """The scalars of a document by dotted key, at most 20,000; secrets are masked."""
    found: list[Leaf] = []
    _flatten(document, prefix, document.line, found)
    return tuple(found)


def keep(key: str, value: Scalar) -> Scalar:
    """A value as it may be stored: secrets masked, long texts cut."""
    if not isinstance(value, str):
        return value
    return mask_value(key, value[:MAX_TEXT])


def _flatten(node: Node, key: str, line: int, found: list[Leaf]) -> None:
    if len(found) >= MAX_LEAVES:
        return
    kind, before = node.kind, f"{key}." if key else ""
    if kind == "map":
        if not node.entries:
            found.append(Leaf(key, None, kind, line))
        for name, part in node.entries.items():
            _flatten(part, before + name, node.key_lines.get(name, node.line), found)
    elif kind == "list":
        if not node.parts:
            found.append(Leaf(key, None, kind, line))
        for index, part in enumerate(node.parts):
            _flatten(part, f"{before}{index}", part.line, found)
    elif kind != "absent":
        found.append(Leaf(mask(key), keep(key, node.value), kind, line))
