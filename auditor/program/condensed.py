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
        for number, group in enumerate(components(graph)):
            self._number.update(dict.fromkeys(group, number))
            onward = {self._number[other] for node in group for other in graph[node]}
            onward.discard(number)
            self._onward.append(tuple(onward))

    def gathered(self, said: Mapping[N, int]) -> Callable[[N], int]:
        """What is said of each node or of any that it leads to, as bits of a number."""
        number, found = self._number, [0] * len(self._onward)
        for node, bits in said.items():
            found[number[node]] |= bits
        for each, onward in enumerate(self._onward):
            bits = found[each]
            for other in onward:
                bits |= found[other]
            found[each] = bits
        return lambda node: found[number[node]]
