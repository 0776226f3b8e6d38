"""The jungle index of a component's step graph, with each of its terms (RULES §5.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

FEWEST = 4
"""Steps from which the index is stated."""
RESOLVED = 0.6
"""Share of I/O calls whose artefact must be named for the index to be stated."""

WEIGHTS = {
    "path-only edges": 3,
    "mismatched declarations": 2,
    "orphan outputs": 1,
    "phantom inputs": 2,
    "files with several writers": 2,
    "intermediates per step": 1,
    "unordered edges": 1,
    "fan-in": 1,
    "manual order": 2,
}
"""Terms in [0, 1] and their weights, which are judgement."""

_SOURCE, _SINK = "<source>", "<sink>"


class Observed(msgspec.Struct, frozen=True):
    """What the terms are computed from. Counts of things, `edges` as (earlier step, later step)."""

    steps: int
    edges: tuple[tuple[str, str], ...]
    undeclared: int
    disagreements: int
    declarations: int
    orphans: int
    outputs: int
    phantoms: int
    inputs: int
    shared: int
    intermediates: int
    manual: bool
    resolved: float | None


class Jungle(msgspec.Struct, frozen=True):
    """The index in [0, 100], or why it is not stated; the terms for which there are data, each in [0, 1]."""

    value: float | None
    terms: tuple[tuple[str, float], ...]
    reason: str
    steps: int


def jungle(seen: Observed) -> Jungle:
    """100 times the weighted mean of the terms; only of four steps and more with most paths known."""
    terms = {name: value for name, value in _terms(seen).items() if value is not None}
    told = tuple((name, round(terms[name], 4)) for name in WEIGHTS if name in terms)
    if seen.steps < FEWEST:
        return Jungle(None, told, f"{seen.steps} steps; the index needs {FEWEST}", seen.steps)
    if seen.resolved is None or seen.resolved < RESOLVED:
        share = 0.0 if seen.resolved is None else seen.resolved
        return Jungle(
            None,
            told,
            f"only {share:.0%} of the I/O calls name an artefact; the index needs {RESOLVED:.0%}",
            seen.steps,
        )
    whole = sum(WEIGHTS[name] for name in terms)
    index = 100 * sum(WEIGHTS[name] * value for name, value in terms.items()) / whole if whole else None
    return Jungle(None if index is None else round(index, 1), told, "" if whole else "nothing to measure", seen.steps)


def _terms(seen: Observed) -> Mapping[str, float | None]:
    fan_in: dict[str, set[str]] = defaultdict(set)
    for earlier, later in seen.edges:
        fan_in[later].add(earlier)
    most = max((len(sources) for sources in fan_in.values()), default=0)
    edges = len(set(seen.edges))
    return {
        "path-only edges": seen.undeclared / edges if edges else None,
        "mismatched declarations": seen.disagreements / seen.declarations if seen.declarations else None,
        "orphan outputs": seen.orphans / seen.outputs if seen.outputs else None,
        "phantom inputs": _clamped(seen.phantoms / 3) if seen.inputs else None,
        "files with several writers": seen.shared / seen.outputs if seen.outputs else None,
        "intermediates per step": _clamped((seen.intermediates / seen.steps - 1) / 3) if seen.steps else None,
        "unordered edges": leftover(seen.edges) / edges if edges else None,
        "fan-in": _clamped((most - 3) / 7) if edges else None,
        "manual order": float(seen.manual) if edges else None,
    }


def _clamped(value: float) -> float:
    return min(1.0, max(0.0, value))


def leftover(edges: Iterable[tuple[str, str]]) -> int:
    """Edges that remain when series and parallel ones are merged between a common source and sink; 0 for none.

    A node with one edge in and one out is a series, equal edges are parallel (Valdes, Tarjan & Lawler 1982). What cannot
    be merged is left over, edges to the added source and sink not counted.
    """
    after: dict[str, set[str]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    for earlier, later in edges:
        if earlier != later:
            after[earlier].add(later)
            before[later].add(earlier)
    own = set(after) | set(before)
    for node in sorted(own):
        for table, other, end in ((before, after, _SOURCE), (after, before, _SINK)):
            if not table[node]:
                table[node].add(end)
                other[end].add(node)
    todo = sorted(own)
    while todo:
        node = todo.pop()
        if node not in own or len(before[node]) != 1 or len(after[node]) != 1:
            continue
        (earlier,), (later,) = before[node], after[node]
        own.discard(node)
        after[earlier].discard(node)
        before[later].discard(node)
        after[earlier].add(later)
        before[later].add(earlier)
        todo += [neighbour for neighbour in (earlier, later) if neighbour in own]
    return sum(1 for node in own for later in after[node] if later in own)
