"""Scheduled trainings whose data never change, because their names are written out with a date or a version."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from auditor.graph.data.versions import Root
from auditor.graph.operation.starting import Start
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.symbolic.values import Value

_FIXED = regex(
    r"(?<!\d)(19|20)\d\d[-_/.]?(0[1-9]|1[0-2])([-_/.]?(0[1-9]|[12]\d|3[01]))?(?!\d)|(?<![a-z])v\d+(\.\d+)*(?![a-z\d])",
    re.I,
)
BY_TIME = frozenset({"schedule", "event", "dataset", "repository_dispatch"})


class Frozen(msgspec.Struct, frozen=True):
    """A training that a trigger starts again and again on the same data."""

    training: str
    schedule: str
    place: Place
    data: str
    read_at: Place


def frozen(owned: Callable[[str], bool], starts: list[Start], roots: list[Root]) -> list[Frozen]:
    """The trainings of a component under a trigger of time or event whose every input is fixed by name."""
    found: dict[str, Frozen] = {}
    for start in starts:
        if start.kind not in BY_TIME or not owned(start.place.path) or start.training in found:
            continue
        inputs = [root for root in roots if root.training == start.training]
        fixed = [
            root for root in inputs if root.touch is not None and all(_is_fixed(v) for v in root.touch.effect.targets)
        ]
        if inputs and len(fixed) == len(inputs):
            first = fixed[0]
            found[start.training] = Frozen(start.training, start.schedule, start.place, first.artefact, first.place)
    return list(found.values())


def _is_fixed(value: Value) -> bool:
    return (
        value.exact
        and value.how in ("literal", "constant", "folded", "join")
        and bool(_FIXED.search(value.text().rpartition("://")[2]))
    )
