"""A directed graph of which what lies on a cycle is one: what is said of its nodes is gathered along it in one pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

N = TypeVar("N")


def components(graph: Mapping[N, Iterable[N]]) -> Iterator[list[N]]:
    """The strongly connected components, each after all that it leads to (Tarjan 1972, without recursion)."""
    number: dict[N, int] = {}
    low: dict[N, int] = {}
    open_: list[N] = []
    closed: set[N] = set()
    for root in graph:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        open_.append(root)
        todo = [(root, iter(graph[root]))]
        while todo:
            node, onward = todo[-1]
            for other in onward:
                if other not in number:
                    number[other] = low[other] = len(number)
                    open_.append(other)
                    todo.append((other, iter(graph[other])))
                    break
                if other not in closed:
                    low[node] = min(low[node], number[other])
            else:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[node])
                if low[node] == number[node]:
                    found = [open_.pop()]
                    while found[-1] != node:
                        found.append(open_.pop())
                    closed.update(found)
                    yield found


class Condensed(Generic[N]):
    """Answers what nodes lead to, however many ask, for little more than one walk over the graph."""

    def __init__(self, graph: Mapping[N, Collection[N]]) -> None:
        """`graph` gives for each node those that it leads to directly, each a node of the graph itself."""
        self._number: dict[N, int] = {}
        self._onward: list[tuple[int, ...]] = []
        """By number of a component those that it leads to directly, all of a lower number."""
        self._cycles: set[int] = set()
        for number, group in enumerate(components(graph)):
            if len(group) > 1:
                self._cycles.add(number)
            self._number.update(dict.fromkeys(group, number))
            onward = {self._number[other] for node in group for other in graph[node]}
            onward.discard(number)
            self._onward.append(tuple(onward))

    def is_on_cycle(self, node: N) -> bool:
        """Whether a node leads to another one that leads back to it."""
        return self._number.get(node) in self._cycles

    def gathered(self, said: Mapping[N, int]) -> Callable[[N], int]:
        """What is said of each node or of any that it leads to, as bits of a number; 0 of what is no node."""
        found = self._by_number(said)
        for each, onward in enumerate(self._onward):
            bits = found[each]
            for other in onward:
                bits |= found[other]
            found[each] = bits
        return self._by_node(found)

    def handed(self, said: Mapping[N, int]) -> Callable[[N], int]:
        """What is said of each node or of any that leads to it, as bits of a number; 0 of what is no node."""
        found = self._by_number(said)
        for each in range(len(found) - 1, -1, -1):
            bits = found[each]
            for other in self._onward[each] if bits else ():
                found[other] |= bits
        return self._by_node(found)

    def _by_number(self, said: Mapping[N, int]) -> list[int]:
        found = [0] * len(self._onward)
        for node, bits in said.items():
            if node in self._number:
                found[self._number[node]] |= bits
        return found

    def _by_node(self, found: list[int]) -> Callable[[N], int]:
        number = self._number
        return lambda node: found[number[node]] if node in number else 0


def places_of(bits: int) -> Iterator[int]:
    """The places of the bits that are set in a number, from the lowest on."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
