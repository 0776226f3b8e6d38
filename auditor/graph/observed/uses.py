"""What the call of a library does to what it names: which texts it reads or writes, and as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from auditor.model.artefact import NodeKind, Role
from auditor.program.calls.effects import Effect, Site
from auditor.program.symbolic.values import Hole, Value, concat

READING = {
    Role.READ: NodeKind.DATASET,
    Role.LOAD_MODEL: NodeKind.MODEL,
    Role.CONFIG_READ: NodeKind.CONFIG,
    Role.DOWNLOAD: NodeKind.EXTERNAL_DATASET,
}
WRITING = {Role.WRITE: NodeKind.DATASET, Role.SAVE_MODEL: NodeKind.MODEL}
DATA = frozenset({NodeKind.DATASET, NodeKind.MODEL, NodeKind.EXTERNAL_DATASET})
"""The kinds of artefacts by which programs hand over what models are made of."""


def ways(effect: Effect) -> Iterator[tuple[str, tuple[Value, ...], NodeKind, bool]]:
    """What an effect does to what it names: read or write, as what, and whether it may name what no file is."""
    if (effect.role in READING or effect.role is Role.COPY) and (effect.targets or not effect.dest):
        yield "read", effect.targets, READING.get(effect.role, NodeKind.DATASET), True
    if effect.role in WRITING:
        yield "write", suffixed(effect), WRITING[effect.role], True
    if effect.logs_locally:
        yield "write", effect.targets, NodeKind.REPORT, False
    if effect.dest:
        yield "write", effect.dest, NodeKind.DATASET, False
    if effect.source:
        yield "read", effect.source, NodeKind.DATASET, False


def is_address(value: Value) -> bool:
    """Whether a text is an address, as far as it is known: one that begins with what is written out has a scheme."""
    return not value.parts or isinstance(value.parts[0], Hole) or "://" in value.text()


def suffixed(effect: Effect) -> tuple[Value, ...]:
    """The targets of a write, with the suffix that its library appends to names that lack it."""
    suffix = effect.entry.attrs.get("appends")
    return tuple(v.ending(suffix) for v in effect.targets) if isinstance(suffix, str) else effect.targets


def filled(value: Value, owner: Site, given: Mapping[str, Value]) -> Value:
    """A text with the parameters of a function filled in, as far as they are given."""
    pieces = [
        given[part.name] if isinstance(part, Hole) and part.owner == owner and part.name in given else Value((part,))
        for part in value.parts
    ]
    if all(piece.parts == (part,) for piece, part in zip(pieces, value.parts, strict=True)):
        return value
    whole = pieces[0] if len(pieces) == 1 else concat(pieces)
    return replace(whole, anchored=value.anchored or pieces[0].anchored, runs=value.runs, picks=value.picks)
