"""What changes if an artefact changes, and what it depends on: a walk over the edges of influence.

Which moves may follow each other depends on what a change does to an artefact on the way. New code passes on to whatever
imports it; a program that only runs differently, because its data changed, passes nothing on to those who import it. A
file that changes alters the folder it lies in, and that folder's readers, but not the file beside it (GRAPH §6.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import TypeAlias

import msgspec

from auditor.model.artefact import DIRECTIONS, Edge, EdgeKind, Node, NodeKind
from auditor.model.export import Reached, Side

LEAST = 0.5
"""Confidence from which a tie is followed: below it stand guesses (GRAPH §5)."""

ROOTLESS = 0.4
"""At most so sure is a way through an artefact in an unknown folder: that of another program need not be the same."""


class State(Enum):
    """How an artefact was reached, which decides what may follow.

    `WHOLE`: all of it counts. `PARTLY`: a part of it changed, or is depended on; its other parts do not follow.
    `RUN`: it runs differently, its text is the same. `TEXT`: only its text is depended on, not the data of its runs.
    """

    WHOLE = "whole"
    PARTLY = "partly"
    RUN = "run"
    TEXT = "text"


Spot: TypeAlias = tuple[str, State]

_OF_TEXT = frozenset({EdgeKind.IMPORTS, EdgeKind.CONTAINS, EdgeKind.ENV_OF})
_PROGRAMS = frozenset({NodeKind.SCRIPT.value, NodeKind.NOTEBOOK.value})


class _Found(msgspec.Struct, frozen=True):
    """The best way to a spot: the one before it, and the confidence of the weakest tie."""

    before: Spot | None
    depth: int
    confidence: float


def downstream(
    nodes: Mapping[str, Node],
    edges: Iterable[Edge],
    starts: Iterable[str],
    *,
    least: float = LEAST,
    depth: int | None = None,
) -> Side:
    """What a change of the starts reaches, at most `depth` ties away; ties under `least` confidence are only counted."""
    return _Walk(nodes, edges, least, down=True).side(sorted(set(starts)), depth)


def upstream(
    nodes: Mapping[str, Node],
    edges: Iterable[Edge],
    starts: Iterable[str],
    *,
    least: float = LEAST,
    depth: int | None = None,
) -> Side:
    """What the starts depend on, at most `depth` ties away; ties under `least` confidence are only counted."""
    return _Walk(nodes, edges, least, down=False).side(sorted(set(starts)), depth)


class _Walk:
    """One breadth-first walk from the starts, with or against the influence."""

    def __init__(self, nodes: Mapping[str, Node], edges: Iterable[Edge], least: float, *, down: bool) -> None:
        self._nodes = nodes
        self._least = least
        self._down = down
        self._ties: dict[str, list[Edge]] = defaultdict(list)
        for edge in edges:
            if edge.kind in DIRECTIONS and edge.source in nodes and edge.target in nodes and edge.source != edge.target:
                self._ties[edge.source].append(edge)
                self._ties[edge.target].append(edge)
        self._best: dict[Spot, _Found] = {}
        self._hops: dict[str, dict[str, dict[EdgeKind, Edge]]] = defaultdict(lambda: defaultdict(dict))
        self._doubtful: set[tuple[str, str, EdgeKind]] = set()
        self._apart: dict[str, bool] = {}

    def side(self, starts: list[str], depth: int | None) -> Side:
        """All that is reached, nearest first."""
        frontier: list[Spot] = [(name, State.WHOLE) for name in starts]
        self._best = {spot: _Found(None, 0, 1.0) for spot in frontier}
        while frontier:
            frontier = self._ring(frontier)
        first = self._first(frozenset(starts))
        near = {name for name, spot in first.items() if depth is None or self._best[spot].depth <= depth}
        reached = [self._one(first[name], near.union(starts)) for name in near]
        doubtful = sum(1 for source, target, _ in self._doubtful if not {source, target} <= first.keys() | set(starts))
        ordered = sorted(reached, key=lambda item: (item.depth, item.node.id))
        return Side(tuple(ordered), len(first) - len(near), doubtful)

    def _ring(self, frontier: list[Spot]) -> list[Spot]:
        """The spots one tie further on that were not reached before, each by the surest of the shortest ways."""
        found: dict[Spot, _Found] = {}
        for spot in sorted(frontier, key=_in_order):
            here = self._best[spot]
            for edge, onward, confidence in self._moves(spot):
                hops = self._hops[onward[0]][spot[0]]
                hops[edge.kind] = min(edge, hops.get(edge.kind, edge), key=_ends)
                if onward in self._best or (onward[0], State.WHOLE) in self._best:
                    continue
                way = _Found(spot, here.depth + 1, min(here.confidence, confidence))
                known = found.get(onward)
                if known is None or way.confidence > known.confidence:
                    found[onward] = way
        ring = sorted(found, key=lambda spot: (-found[spot].confidence, _in_order(spot)))
        self._best.update({spot: found[spot] for spot in ring})
        return ring

    # --- moves ---

    def _moves(self, spot: Spot) -> Iterator[tuple[Edge, Spot, float]]:
        """Every tie that may be followed from a spot, with the spot it leads to and how sure that is."""
        name, state = spot
        start = self._best[spot].depth == 0
        alone = start and self._uncalled(name)
        most = 1.0 if start or not _rootless(self._nodes[name]) else ROOTLESS
        for edge in self._ties.get(name, ()):
            onward = self._onward(edge, name, state, alone=alone)
            if onward is None:
                continue
            confidence = min(edge.confidence, most)
            if confidence < self._least:
                self._doubtful.add((edge.source, edge.target, edge.kind))
                continue
            yield edge, onward, confidence

    def _onward(self, edge: Edge, name: str, state: State, *, alone: bool) -> Spot | None:
        """Where a tie leads from a node in a state; None where it may not be followed."""
        outward = edge.source == name
        other = edge.target if outward else edge.source
        if edge.kind is EdgeKind.PART_OF:
            if outward:
                return other, State.PARTLY
            return None if state is State.PARTLY else (other, State.WHOLE)
        if self._down and edge.kind is EdgeKind.CONTAINS and not outward:
            return (other, State.PARTLY) if alone else None
        if outward is not (DIRECTIONS[edge.kind] is self._down):
            return None
        return self._forth(edge, name, other, state) if self._down else self._back(edge, other, state)

    def _forth(self, edge: Edge, name: str, other: str, state: State) -> Spot | None:
        """One tie on in the direction a change travels."""
        if edge.kind is EdgeKind.CONTAINS:
            return None if state in (State.PARTLY, State.RUN) else (other, State.WHOLE)
        if edge.kind is EdgeKind.IMPORTS:
            return None if state is State.RUN and self._program(name) else (other, State.WHOLE)
        if edge.kind is EdgeKind.SETS and state is State.RUN:  # what a step sets stands in its text
            return None
        if state is State.RUN and edge.kind in (EdgeKind.PRODUCES, EdgeKind.RUNS) and self._spoken_for(name):
            return None
        return other, State.WHOLE if edge.kind is EdgeKind.ENV_OF else State.RUN

    def _back(self, edge: Edge, other: str, state: State) -> Spot | None:
        """One tie back to what this depends on."""
        if state is State.TEXT and edge.kind not in _OF_TEXT:
            return None
        if edge.kind in (EdgeKind.CONTAINS, EdgeKind.SETS):
            return other, State.TEXT
        return other, State.TEXT if edge.kind is EdgeKind.IMPORTS and self._program(other) else State.WHOLE

    def _program(self, name: str) -> bool:
        """Whether a file is run as a program: what it touches then is no concern of those who import it."""
        node = self._nodes[name]
        kinds = node.attrs.get("kinds", ())
        return node.kind.value in _PROGRAMS or (isinstance(kinds, list) and not _PROGRAMS.isdisjoint(kinds))

    def _spoken_for(self, name: str) -> bool:
        """Whether several steps run a program and say themselves what they read: what one reads is not what all write."""
        known = self._apart.get(name)
        if known is None:
            steps = {edge.source for edge in self._ties[name] if edge.kind is EdgeKind.RUNS and edge.target == name}
            reading = sum(
                any(edge.kind is EdgeKind.CONSUMES and edge.target == step for edge in self._ties[step])
                for step in steps
            )
            known = self._apart[name] = self._program(name) and reading > 1
        return known

    def _uncalled(self, name: str) -> bool:
        """Whether a function has no caller in the graph, so that its file must stand for it."""
        return self._nodes[name].kind is NodeKind.FUNCTION and not any(
            edge.kind is EdgeKind.CALLS and edge.target == name for edge in self._ties.get(name, ())
        )

    # --- the answer ---

    def _first(self, starts: frozenset[str]) -> dict[str, Spot]:
        """For each node that was reached the spot that was reached first."""
        first: dict[str, Spot] = {}
        for spot in self._best:  # in the order of discovery, so the nearest comes first
            if spot[0] not in starts:
                first.setdefault(spot[0], spot)
        return first

    def _one(self, spot: Spot, among: frozenset[str] | set[str]) -> Reached:
        name, found = spot[0], self._best[spot]
        way, before = [name], found.before
        while before is not None:
            way.append(before[0])
            before = self._best[before].before
        way.reverse()
        return Reached(
            self._nodes[name], found.depth, found.confidence, tuple(way), tuple(self._led(name, way[-2], among))
        )

    def _led(self, name: str, before: str, among: frozenset[str] | set[str]) -> Iterator[Edge]:
        """The ties that lead to a node from others of the answer, those of its way first."""
        sources = self._hops[name]
        for near in (before, *sorted(sources.keys() - {before, name})):
            if near in among:
                yield from sorted(sources[near].values(), key=lambda edge: (-edge.confidence, edge.kind.value))


def _rootless(node: Node) -> bool:
    """Whether it is not known in which folder or bucket an artefact lies. A folder may be called `{{ name }}`, in templates."""
    place = node.path or node.id.partition(":")[2].rpartition("://")[2]
    return place.startswith("{") and not place.startswith("{{")


def _ends(edge: Edge) -> tuple[str, str]:
    return edge.source, edge.target


def _in_order(spot: Spot) -> tuple[str, str]:
    return spot[0], spot[1].value
