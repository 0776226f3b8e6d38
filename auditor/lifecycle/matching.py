"""Which finding of one audit is which of another (LIFECYCLE §1): passes in order, each over what is left of both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from auditor.model.delta import Pair
from auditor.model.finding import Finding

CLUSTER_SEPARATOR = "\n"
"""Between the nodes of a finding about several of them."""

OVERLAP = 0.6
"""The least share of nodes that two clusters have in common (Jaccard) to be one finding."""

Key: TypeAlias = Callable[[Finding], Hashable]


class Matching(msgspec.Struct, frozen=True):
    """The findings of two audits: known again, only before, only after."""

    pairs: tuple[Pair, ...]
    gone: tuple[Finding, ...]
    come: tuple[Finding, ...]


def match(before: Iterable[Finding], after: Iterable[Finding], renames: Mapping[str, str] | None = None) -> Matching:
    """Match the findings of two audits. `renames` maps paths of the first to those of the second.

    Ties that stay ambiguous are left to the next pass: no pair is ever guessed.
    """
    state = _State(list(before), list(after))
    moved = renames or {}
    state.take("same", _equal)
    state.take("same", lambda f: f.fingerprint, only_single=True)
    if moved:
        state.take("renamed", _equal, lambda f: _equal(_renamed(f, moved)))
    state.take("updated", lambda f: (f.rule, f.place.path, f.entity))
    state.take("moved", lambda f: (f.rule, f.context), only_single=True)
    state.clusters()
    return Matching(tuple(state.pairs), tuple(state.gone()), tuple(state.come()))


def _equal(finding: Finding) -> Hashable:
    """All that identity rests on but the number among equal ones."""
    return finding.rule, finding.place.path, finding.entity, finding.snippet


def _renamed(finding: Finding, renames: Mapping[str, str]) -> Finding:
    path = renames.get(finding.place.path)
    if path is None:
        return finding
    return msgspec.structs.replace(finding, place=msgspec.structs.replace(finding.place, path=path))


class _State:
    """What is still unmatched on both sides, by index."""

    def __init__(self, before: Sequence[Finding], after: Sequence[Finding]) -> None:
        self._before, self._after = before, after
        self._old, self._new = dict.fromkeys(range(len(before))), dict.fromkeys(range(len(after)))
        self.pairs: list[Pair] = []

    def gone(self) -> Iterable[Finding]:
        return (self._before[index] for index in self._old)

    def come(self) -> Iterable[Finding]:
        return (self._after[index] for index in self._new)

    def take(self, how: str, key: Key, key_before: Key | None = None, *, only_single: bool = False) -> None:
        """Pair what is equal by a key: by nearest position where several are, or not at all with `only_single`."""
        old, new = _grouped(self._before, self._old, key_before or key), _grouped(self._after, self._new, key)
        for value, members in old.items():
            others = new.get(value, [])
            if not others or (only_single and (len(members) > 1 or len(others) > 1)):
                continue
            for one, other in _nearest(members, others, self._before, self._after):
                self._pair(one, other, how)

    def clusters(self) -> None:
        """Pair findings about several nodes by what they have in common, the best overlap first."""
        rated = [
            (-overlap, one, other)
            for one in self._old
            for other in self._new
            if self._before[one].rule == self._after[other].rule
            and (overlap := _overlap(self._before[one], self._after[other])) >= OVERLAP
        ]
        for _, one, other in sorted(rated):
            if one in self._old and other in self._new:
                self._pair(one, other, "cluster")

    def _pair(self, one: int, other: int, how: str) -> None:
        del self._old[one], self._new[other]
        self.pairs.append(Pair(self._before[one], self._after[other], how))


def _grouped(findings: Sequence[Finding], left: Iterable[int], key: Key) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index in left:
        groups[key(findings[index])].append(index)
    return groups


def _position(finding: Finding) -> tuple[int, int]:
    return -1 if finding.place.cell is None else finding.place.cell, finding.place.line or 0


def _nearest(
    members: Sequence[int], others: Sequence[int], before: Sequence[Finding], after: Sequence[Finding]
) -> list[tuple[int, int]]:
    """Pairs in the order of both sides with the least distance in all, so that mending the first of three closes one."""
    old = sorted(members, key=lambda index: _position(before[index]))
    new = sorted(others, key=lambda index: _position(after[index]))
    if len(old) > len(new):
        return [(one, other) for other, one in _aligned(new, old, after, before)]
    return _aligned(old, new, before, after)


def _aligned(
    few: Sequence[int], many: Sequence[int], of_few: Sequence[Finding], of_many: Sequence[Finding]
) -> list[tuple[int, int]]:
    """Each of the few with one of the many, order kept, by dynamic programming over the spare ones."""
    spare = len(many) - len(few)
    if not spare:
        return list(zip(few, many, strict=True))
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * (spare + 1)
    for row, index in enumerate(few):
        running: tuple[float, tuple[int, ...]] | None = None
        for skipped in range(spare + 1):
            cost, chosen = best[skipped]
            step = (cost + _distance(of_few[index], of_many[many[row + skipped]]), (*chosen, row + skipped))
            running = step if running is None or step[0] < running[0] else running
            best[skipped] = running
    return [(index, many[at]) for index, at in zip(few, best[spare][1], strict=True)]


def _distance(one: Finding, other: Finding) -> float:
    (cell, line), (cell_of, line_of) = _position(one), _position(other)
    return 1_000 * abs(cell - cell_of) + abs(line - line_of)


def _overlap(one: Finding, other: Finding) -> float:
    mine, theirs = set(one.entity.split(CLUSTER_SEPARATOR)), set(other.entity.split(CLUSTER_SEPARATOR))
    if len(mine) < 2 or len(theirs) < 2:
        return 0.0
    return len(mine & theirs) / len(mine | theirs)
