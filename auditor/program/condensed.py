"""A directed graph of which what lies on a cycle is one: what is said of its nodes is gathered along it in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

N = TypeVar("N")


def components(
    onward: Callable[[N], Iterable[N]], roots: Iterable[N], closed: set[N] | None = None
) -> Iterator[list[N]]:
    """The strongly connected components that some nodes lead to, each after all that it leads to (Tarjan 1972, without recursion).

    Those whose nodes are `closed` were found before; the nodes of the others are added to them.
    """
    closed = set() if closed is None else closed
    number: dict[N, int] = {}
    low: dict[N, int] = {}
    open_: list[N] = []
    for root in roots:
        if root in closed:
            continue
        number[root] = low[root] = len(number)
        open_.append(root)
        todo = [(root, iter(onward(root)))]
        while todo:
            node, rest = todo[-1]
            for other in rest:
                if other in closed:
                    continue
                if other not in number:
                    number[other] = low[other] = len(number)
                    open_.append(other)
                    todo.append((other, iter(onward(other))))
                    break
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
    """Answers what nodes lead to, however many ask, for little more than one walk over what is asked for."""

    def __init__(self, onward: Callable[[N], Iterable[N]]) -> None:
        """`onward` gives the nodes to which a node leads directly."""
        self.asks(onward)
        self._closed: set[N] = set()
        self._number: dict[N, int] = {}
        self._members: list[list[N]] = []
        self._onward: list[tuple[int, ...]] = []
        """By number of a component those that it leads to directly, all of a lower number."""

    def asks(self, onward: Callable[[N], Iterable[N]]) -> None:
        """Go on by another who says the same of each node."""
        self._direct = onward

    def gathered(self, said: Callable[[N], int | None]) -> Callable[[N], int]:
        """What is said of each node or of any that it leads to, as bits of a number."""
        found: list[int] = []

        def of(node: N) -> int:
            number = self._reach(node)
            for each in range(len(found), len(self._onward)):
                bits = 0
                for member in self._members[each]:
                    bits |= said(member) or 0
                for other in self._onward[each]:
                    bits |= found[other]
                found.append(bits)
            return found[number]

        return of

    def handed(self, said: Mapping[N, int]) -> Callable[[N], int]:
        """What is said of each node or of any that leads to it, as bits of a number."""
        for node in said:
            self._reach(node)
        found = [0] * len(self._onward)
        for node, bits in said.items():
            found[self._number[node]] |= bits
        for each in range(len(found) - 1, -1, -1):
            bits = found[each]
            for other in self._onward[each] if bits else ():
                found[other] |= bits
        told = {node: found[number] for node, number in self._number.items() if found[number]}
        return lambda node: told.get(node, 0)

    def is_on_cycle(self, node: N) -> bool:
        """Whether a node leads to another one that leads back to it."""
        return len(self._members[self._reach(node)]) > 1

    def together(self, node: N) -> Sequence[N]:
        """The nodes that lead to each other, this one among them: the same object for each of them."""
        return self._members[self._reach(node)]

    def _reach(self, node: N) -> int:
        """The number of the component of a node."""
        if node not in self._closed:
            for group in components(self._direct, (node,), self._closed):
                number = len(self._members)
                self._number.update(dict.fromkeys(group, number))
                onward = {self._number[other] for member in group for other in self._direct(member)}
                onward.discard(number)
                self._members.append(group)
                self._onward.append(tuple(onward))
        return self._number[node]


def places_of(bits: int) -> Iterator[int]:
    """The places of the bits that are set in a number, from the lowest on."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
