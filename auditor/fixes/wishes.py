"""What a finding asks to have changed: the kind of change, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.knowledge import load
from auditor.model.finding import Finding
from auditor.model.regex import regex


class Wish(msgspec.Struct, frozen=True):
    """One change: its kind, the lines it belongs to (in a notebook those of a cell), and the name it is about."""

    kind: str
    first: int
    last: int
    name: str = ""
    cell: int | None = None


def wishes(finding: Finding) -> list[Wish]:
    """The changes that mend a finding; none where its remedy is not mechanical."""
    ask = _ASKED.get(finding.rule)
    return list(ask(finding)) if ask is not None and finding.place.line is not None else []


def _here(finding: Finding, kind: str, name: str = "") -> Iterator[Wish]:
    first = finding.place.line or 0
    yield Wish(kind, first, max(first, finding.place.end_line or first), name, finding.place.cell)


def _frames(finding: Finding) -> Iterator[Wish]:
    kind = finding.entity.partition("|")[0]
    if kind in ("nan", "chain", "inplace"):
        yield from _here(finding, kind)


def _handlers(finding: Finding) -> Iterator[Wish]:
    if finding.entity.startswith("unraised|"):
        yield from _here(finding, "raise")


def _loads(finding: Finding) -> Iterator[Wish]:
    kind, _, name = finding.entity.partition("|")
    if name == "torch.load":
        yield from _here(finding, "weights")
    elif kind in ("yaml", "loader"):
        yield from _here(finding, "yaml")


_UNSEEDED = regex(r"^([\w.]+) is not seeded$")
_SEED_ARGUMENTS = frozenset({"random_state", "seed"})


def _seeds(finding: Finding) -> Iterator[Wish]:
    """One wish for each call that takes a seed. Where any of them does not, a generator is to be seeded: a person's choice of place."""
    found = []
    for related in finding.related:
        match = _UNSEEDED.match(related.says)
        if match is None:
            continue
        entry = load().lookup(match[1])
        seed = entry.seed if entry is not None else None
        if (
            related.path != finding.place.path
            or related.line is None
            or seed is None
            or seed.arg not in _SEED_ARGUMENTS
        ):
            return
        found.append(Wish(f"seed:{seed.arg}", related.line, related.line, match[1].rpartition(".")[2], related.cell))
    yield from found


def _listings(finding: Finding) -> Iterator[Wish]:
    yield from _here(finding, "sorted", finding.entity)


_ASKED: dict[str, Callable[[Finding], Iterator[Wish]]] = {
    "COD002": _frames,
    "COD004": _handlers,
    "COD005": _loads,
    "COD115": _listings,
    "REP001": _seeds,
}
FIXABLE = tuple(sorted(_ASKED))
"""Rules of which some findings can be mended."""
